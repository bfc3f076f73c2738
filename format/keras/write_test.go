package keras_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/tensor"
)

func write(t testing.TB, f *keras.File) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := keras.Write(&out, f); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(t testing.TB, file []byte) *keras.File {
	t.Helper()
	f, err := keras.Read(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func saved(t testing.TB) []string {
	t.Helper()
	var paths []string
	for _, pattern := range []string{"*.keras", "*.h5"} {
		found, err := filepath.Glob("testdata/" + pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%d files, %v", len(found), err)
		}
		paths = append(paths, found...)
	}
	return paths
}

func TestRoundTrip(t *testing.T) {
	for _, path := range saved(t) {
		f := open(t, path)
		if f.Format == keras.Archive {
			f.Extras = map[string][]byte{keras.ExtraMember: []byte(`{"classes":["cat","dog"]}`), "assets/words.txt": {}}
		}
		file := write(t, f)
		again := read(t, file)
		if !reflect.DeepEqual(f, again) {
			t.Errorf("%s: read, written and read again it differs", path)
		}
		if !bytes.Equal(file, write(t, again)) {
			t.Errorf("%s: written twice it differs", path)
		}
	}
}

// TestMembers compares the archive's structure with what Keras writes.
func TestMembers(t *testing.T) {
	f := open(t, "testdata/cnn.keras")
	f.Extras = map[string][]byte{keras.ExtraMember: []byte("{}")}
	file := write(t, f)
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, member := range archive.File {
		names = append(names, member.Name)
		if member.Method != zip.Store || member.Flags != 0 || member.CompressedSize64 != member.UncompressedSize64 {
			t.Errorf("%s: method %d, flags %#x", member.Name, member.Method, member.Flags)
		}
		if content, err := member.Open(); err != nil {
			t.Error(err)
		} else if _, err := io.Copy(io.Discard, content); err != nil {
			t.Errorf("%s: %v", member.Name, err)
		}
	}
	if want := []string{"metadata.json", "config.json", "model.weights.h5", "lince.json"}; !slices.Equal(names, want) {
		t.Errorf("members %q, expected %q", names, want)
	}
}

// TestManyLayers splits lists that do not fit an attribute.
func TestManyLayers(t *testing.T) {
	for _, format := range []keras.Format{keras.Legacy, keras.Weights} {
		f := &keras.File{Format: format}
		for i := range 9001 {
			f.Layers = append(f.Layers, keras.Layer{Path: fmt.Sprintf("layer_%d", i), Name: fmt.Sprintf("layer_%d", i)})
		}
		if again := read(t, write(t, f)); !reflect.DeepEqual(f.Layers, again.Layers) {
			t.Errorf("%v: %d layers written, %d read", format, len(f.Layers), len(again.Layers))
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	config := map[string]any{"class_name": "Sequential"}
	one := tensor.Scalar(float32(1))
	for what, f := range map[string]*keras.File{
		"an archive without configuration": {},
		"a format that is none":            {Format: 9, Config: config},
		"a configuration with a function":  {Config: map[string]any{"f": func() {}}},
		"a variable without value":         {Format: keras.Weights, Layers: []keras.Layer{{Path: "a", Variables: make([]keras.Variable, 1)}}},
		"a variable without name":          {Format: keras.Legacy, Layers: []keras.Layer{{Path: "a", Variables: []keras.Variable{{Value: one}}}}},
		"two layers at one path":           {Format: keras.Weights, Layers: []keras.Layer{{Path: "a", Name: "x"}, {Path: "a", Name: "y"}}},
		"a path with two dots":             {Format: keras.Weights, Layers: []keras.Layer{{Path: "a/../.."}}},
		"an extra that escapes":            {Config: config, Extras: map[string][]byte{"../x": nil}},
		"an extra of Keras' own":           {Config: config, Extras: map[string][]byte{"config.json": nil}},
	} {
		if err := keras.Write(io.Discard, f); err == nil || !strings.HasPrefix(err.Error(), "keras: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// full fails after a number of bytes, as a full disk does.
type full struct{ left int }

var errFull = errors.New("no space left")

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.left {
		return f.left, errFull
	}
	f.left -= len(p)
	return len(p), nil
}

func TestWriteFails(t *testing.T) {
	f := open(t, "testdata/cnn.keras")
	for space := 0; space < len(write(t, f)); space += 997 {
		if err := keras.Write(&full{space}, f); !errors.Is(err, errFull) {
			t.Errorf("with %d bytes of space: %v", space, err)
		}
	}
}

// TestKeepForKeras writes all models again, with a further member, where
// LINCE_KERAS_OUT says, for testdata/check.py to load with Keras.
func TestKeepForKeras(t *testing.T) {
	folder := os.Getenv("LINCE_KERAS_OUT")
	if folder == "" {
		t.Skip("LINCE_KERAS_OUT is not set: nothing to leave for Keras (see testdata/check.py)")
	}
	for _, path := range saved(t) {
		f := open(t, path)
		if f.Format == keras.Archive {
			f.Extras = map[string][]byte{keras.ExtraMember: []byte(`{"classes":["cat","dog"]}`)}
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(path)), write(t, f), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
