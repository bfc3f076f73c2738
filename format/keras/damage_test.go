package keras_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/format/hdf5"
	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/tensor"
)

// member is one entry of an archive made by hand.
type member struct {
	name    string
	content []byte
	method  uint16
}

func archive(t testing.TB, members ...member) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, m := range members {
		w, err := z.CreateHeader(&zip.FileHeader{Name: m.name, Method: m.method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(m.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// tiny is a small model in each of the formats.
func tiny(t testing.TB) map[string][]byte {
	t.Helper()
	kernel, err := tensor.Of([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	f := &keras.File{
		Config:    map[string]any{"class_name": "Sequential", "config": map[string]any{"name": "s", "layers": []any{}}},
		Layers:    []keras.Layer{{Path: "layers/dense", Name: "dense_3", Variables: []keras.Variable{{Name: "0", Value: kernel}}}},
		Optimizer: []keras.Layer{{Path: "optimizer", Variables: []keras.Variable{{Name: "0", Value: tensor.Scalar(int64(7))}}}},
	}
	files := make(map[string][]byte)
	for _, format := range []keras.Format{keras.Archive, keras.Weights, keras.Legacy} {
		f.Format = format
		files[format.String()] = write(t, f)
	}
	return files
}

func weightsFile(t testing.TB) []byte { return tiny(t)[".weights.h5"] }

func TestUnpacked(t *testing.T) {
	config := []byte(`{"class_name": "Sequential"}`)
	f := read(t, archive(t,
		member{"config.json", config, zip.Deflate}, member{"model.weights.h5", weightsFile(t), zip.Deflate},
		member{"assets/", nil, zip.Store}, member{"assets/a.txt", []byte("a"), zip.Deflate},
	))
	if f.Layer("layers/dense") == nil || string(f.Extras["assets/a.txt"]) != "a" || len(f.Extras) != 1 {
		t.Errorf("an archive that was packed again reads as %v with %v", f.Layers, f.Extras)
	}
}

func TestRefusedArchives(t *testing.T) {
	config := member{name: "config.json", content: []byte(`{}`)}
	weights := member{name: "model.weights.h5", content: weightsFile(t)}
	wrongSum := archive(t, config, weights)
	wrongSum[bytes.Index(wrongSum, []byte("TREE"))+200]++
	for want, file := range map[string][]byte{
		"does not stay inside":       archive(t, config, weights, member{name: "../evil"}),
		`"/etc/passwd"`:              archive(t, config, weights, member{name: "/etc/passwd"}),
		`a\\..\\b`:                   archive(t, config, weights, member{name: `a\..\b`}),
		"two members":                archive(t, config, weights, config),
		"no config.json":             archive(t, weights),
		"no model.weights.h5":        archive(t, config),
		"pickled":                    archive(t, config, member{name: "model.weights.npz"}),
		"not a JSON object":          archive(t, weights, member{name: "config.json", content: []byte(`[1]`)}),
		"null where":                 archive(t, weights, member{name: "config.json", content: []byte(`null`)}),
		"more than one JSON value":   archive(t, weights, member{name: "config.json", content: []byte(`{}{}`)}),
		"values, at most":            archive(t, weights, member{"config.json", bytes.Repeat([]byte("["), 2<<20), zip.Deflate}),
		"far more than the file":     archive(t, config, weights, member{"bomb", make([]byte, 80<<20), zip.Deflate}),
		"checksum":                   wrongSum,
		"no HDF5 signature":          archive(t, config, member{name: "model.weights.h5", content: []byte("nothing")}),
		"neither a .keras archive":   []byte("\x00\x00\x00\x00\x00"),
		"bytes takes nothing to end": nil,
	} {
		_, err := keras.Read(bytes.NewReader(file), int64(len(file)))
		if file == nil {
			want = "neither a .keras archive"
		}
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "keras: ") {
			t.Errorf("expected an error that says %q: %v", want, err)
		}
	}
}

// TestLongDirectory gives an archive a list of members that alone would take
// many times its size in memory.
func TestLongDirectory(t *testing.T) {
	const count = 200_000
	entry := make([]byte, 46+1)
	binary.LittleEndian.PutUint32(entry, 0x02014b50)
	binary.LittleEndian.PutUint16(entry[28:], 1)
	entry[46] = 'x'
	end := make([]byte, 22)
	binary.LittleEndian.PutUint32(end, 0x06054b50)
	binary.LittleEndian.PutUint16(end[8:], count&0xffff)
	binary.LittleEndian.PutUint16(end[10:], count&0xffff)
	binary.LittleEndian.PutUint32(end[12:], count*47)
	binary.LittleEndian.PutUint32(end[16:], 4)
	file := slices.Concat([]byte("PK\x03\x04"), bytes.Repeat(entry, count), end)
	if _, err := keras.Read(bytes.NewReader(file), int64(len(file))); err == nil || !strings.Contains(err.Error(), "a list of members of more than") {
		t.Errorf("%v", err)
	}
}

// TestSharedData links a hundred datasets to the same megabyte.
func TestSharedData(t *testing.T) {
	zeros, err := tensor.New(tensor.Float32, 1<<18)
	if err != nil {
		t.Fatal(err)
	}
	w := hdf5.NewWriter()
	for _, name := range strings.Split("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-*=!%&()[]{}<>?,;:_#'~^|@$", "") {
		if err := w.Dataset("layers/dense/vars/"+name, zeros); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if _, err := w.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	// All data lie behind the structures: point every dataset at the first.
	file := out.Bytes()
	layout := []byte{3, 1}
	first := uint64(0)
	for at := 0; at < 200<<10; at += 8 {
		if bytes.Equal(file[at:at+2], layout) && binary.LittleEndian.Uint64(file[at+10:]) == 1<<20 {
			if first == 0 {
				first = binary.LittleEndian.Uint64(file[at+2:])
			}
			binary.LittleEndian.PutUint64(file[at+2:], first)
		}
	}
	file = file[:first+1<<20]
	binary.LittleEndian.PutUint64(file[40:], uint64(len(file)))
	_, err = keras.Read(bytes.NewReader(file), int64(len(file)))
	if first == 0 || err == nil || !strings.Contains(err.Error(), "far more than the file holds") {
		t.Errorf("90 MiB out of %d bytes: %v", len(file), err)
	}
}

// bounded reads a file that may be damaged, and fails the test if that takes
// more memory in all than Read promises at once.
func bounded(t *testing.T, file []byte, what string, number int) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	keras.Read(bytes.NewReader(file), int64(len(file)))
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > uint64(2*len(file)+64<<20) {
		t.Errorf("%s %d: %d bytes of memory for a file of %d", what, number, taken, len(file))
	}
}

func TestTruncated(t *testing.T) {
	for name, file := range tiny(t) {
		for n := range len(file) {
			bounded(t, file[:n], name+" cut at", n)
			if _, err := keras.Read(bytes.NewReader(file[:n]), int64(n)); err == nil {
				t.Errorf("%s cut at %d of %d reads without an error", name, n, len(file))
			}
		}
	}
}

func TestFlippedBits(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	files := tiny(t)
	for _, name := range []string{"keras2.h5", "cnn.keras", "nested.weights.h5"} {
		file, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = file
	}
	for name, file := range files {
		flips := 2500
		if len(file) > 20<<10 {
			flips = 900
		}
		for i := range flips {
			damaged := bytes.Clone(file)
			for range 1 + random.IntN(3) {
				bit := random.IntN(8 * len(damaged))
				damaged[bit/8] ^= 1 << (bit % 8)
			}
			bounded(t, mendSums(damaged), name+" flip", i)
		}
	}
}

// mendSums corrects the stored members' checksums, so that damage reaches
// what lies behind them.
func mendSums(file []byte) []byte {
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return file
	}
	directory := bytes.Index(file, []byte("PK\x01\x02"))
	for _, m := range archive.File {
		at, err := m.DataOffset()
		if err != nil || m.Method != zip.Store || m.CompressedSize64 > uint64(len(file)) || at+int64(m.CompressedSize64) > int64(len(file)) {
			continue
		}
		sum := crc32.ChecksumIEEE(file[at : at+int64(m.CompressedSize64)])
		if entry := bytes.Index(file[max(0, directory):], []byte(m.Name)); directory >= 0 && entry >= 46 {
			binary.LittleEndian.PutUint32(file[directory+entry-46+16:], sum)
		}
	}
	return file
}

func FuzzRead(f *testing.F) {
	for _, file := range tiny(f) {
		f.Add(file)
	}
	f.Add(write(f, &keras.File{Format: keras.Legacy, Metadata: keras.Metadata{KerasVersion: "1.2.2"}, Config: map[string]any{
		"class_name": "Sequential", "config": []any{map[string]any{"class_name": "Convolution2D", "config": map[string]any{
			"nb_filter": 2, "nb_row": 3, "nb_col": 3, "dim_ordering": "tf", "W_regularizer": map[string]any{"name": "w", "l2": 1}}}},
	}}))
	f.Fuzz(func(t *testing.T, file []byte) {
		keras.Read(bytes.NewReader(mendSums(file)), int64(len(file)))
	})
}
