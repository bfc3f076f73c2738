package hdf5_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/format/hdf5"
	"github.com/lince-ml/lince/tensor"
)

func of[T tensor.Element](t *testing.T, values []T, shape ...int) *tensor.Tensor {
	t.Helper()
	made, err := tensor.Of(values, shape...)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// everything returns a tensor of each type, by the names of their datasets.
func everything(t *testing.T) map[string]*tensor.Tensor {
	return map[string]*tensor.Tensor{
		"types/bool":   of(t, []bool{true, false, true}, 3),
		"types/u1":     of(t, []uint8{0, 255}, 2),
		"types/i1":     of(t, []int8{-128, 127}, 2),
		"types/u2":     of(t, []uint16{0, 65535}, 2),
		"types/i2":     of(t, []int16{-32768, 32767}, 2),
		"types/u4":     of(t, []uint32{0, 1<<32 - 1}, 2),
		"types/i4":     of(t, []int32{-1 << 31, 1<<31 - 1}, 2),
		"types/u8":     of(t, []uint64{0, 1<<64 - 1}, 2),
		"types/i8":     of(t, []int64{-1 << 63, 1<<63 - 1}, 2),
		"types/f2":     of(t, []tensor.Half{0x3c00, 0x7c00}, 2),
		"types/bf2":    of(t, []tensor.Brain{0x3f80, 0xff80}, 2),
		"types/f4":     of(t, []float32{1.5, -2, 3e38, 0, 1, 2}, 2, 3),
		"types/f8":     of(t, []float64{1e300, -2}, 2),
		"scalar":       tensor.Scalar(float32(0.001)),
		"empty":        of(t, []float32{}, 0, 3),
		"deep/a/b/c/d": of(t, make([]float32, 40000), 200, 200), // more than one piece
	}
}

func written(t *testing.T, w *hdf5.Writer) []byte {
	t.Helper()
	var out bytes.Buffer
	n, err := w.WriteTo(&out)
	if err != nil || n != int64(out.Len()) {
		t.Fatalf("wrote %d of %d bytes: %v", n, out.Len(), err)
	}
	return out.Bytes()
}

func reopened(t *testing.T, file []byte) *hdf5.File {
	t.Helper()
	f, err := hdf5.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWrittenDatasets(t *testing.T) {
	w := hdf5.NewWriter()
	tensors := everything(t)
	for path, value := range tensors {
		if err := w.Dataset(path, value); err != nil {
			t.Fatal(err)
		}
	}
	texts := []string{"one", "", "zwölf", strings.Repeat("x", 70000)}
	if err := w.Strings("types/texts", texts); err != nil {
		t.Fatal(err)
	}
	file := written(t, w)
	root := reopened(t, file).Root()
	for path, want := range tensors {
		set, err := root.Dataset(path)
		if err != nil {
			t.Error(err)
			continue
		}
		got, err := set.Read()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v %v, expected %v", path, got, err, want)
		}
	}
	set, err := root.Dataset("types/texts")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := set.Strings(); err != nil || !slices.Equal(got, texts) {
		t.Errorf("strings %.100q, %v", got, err)
	}
	if again := written(t, w); !bytes.Equal(file, again) {
		t.Error("the same Writer gave other bytes the second time")
	}
}

// TestWrittenGroups covers trees of no, one, two and three levels.
func TestWrittenGroups(t *testing.T) {
	for _, count := range []int{0, 1, 8, 9, 256, 257, 1000, 9000} {
		w := hdf5.NewWriter()
		var want []string
		for i := range count {
			name := fmt.Sprintf("layer_%d", i*7919%count)
			want = append(want, name)
			if err := w.Group(name); err != nil {
				t.Fatal(err)
			}
		}
		slices.Sort(want)
		if got := reopened(t, written(t, w)).Root().Children(); !slices.Equal(got, want) {
			t.Errorf("%d groups: %d found", count, len(got))
		}
	}
}

func TestWrittenAttributes(t *testing.T) {
	w := hdf5.NewWriter()
	many := slices.Repeat([]string{"a name of a layer"}, 4000)
	vector := of(t, []float32{1, 2}, 2)
	for name, value := range map[string]any{
		"text": "héllo", "long": strings.Repeat("config ", 50000), "texts": many, "none": []string{},
		"flag": true, "int": 3, "int64": int64(-1 << 62), "float": 0.5, "vector": vector,
	} {
		if err := w.Attribute("/", name, value); err != nil {
			t.Fatal(err)
		}
	}
	root := reopened(t, written(t, w)).Root()
	get := func(name string) *hdf5.Attribute {
		a, err := root.Attribute(name)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	check := func(name string, want any) func(got any, err error) {
		return func(got any, err error) {
			t.Helper()
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %.80v, %v, expected %.80v", name, got, err, want)
			}
		}
	}
	text, err := get("text").Text()
	check("text", "héllo")(text, err)
	text, err = get("long").Text()
	check("long", strings.Repeat("config ", 50000))(text, err)
	texts, err := get("texts").Strings()
	check("texts", many)(texts, err)
	texts, err = get("none").Strings()
	check("none", []string(nil))(texts, err)
	whole, err := get("int").Int()
	check("int", int64(3))(whole, err)
	whole, err = get("int64").Int()
	check("int64", int64(-1<<62))(whole, err)
	whole, err = get("flag").Int()
	check("flag", int64(1))(whole, err)
	number, err := get("float").Float()
	check("float", 0.5)(number, err)
	values, err := get("vector").Tensor()
	check("vector", vector)(values, err)
	for name, wrong := range map[string]error{
		"an int as text": second(get("int").Text()), "a vector as an int": second(get("vector").Int()),
		"a text as a tensor": second(get("text").Tensor()), "a list as a text": second(get("texts").Text()),
	} {
		if wrong == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestWriterRefuses(t *testing.T) {
	w := hdf5.NewWriter()
	one := tensor.Scalar(float32(1))
	if err := errors.Join(w.Dataset("a/x", one), w.Attribute("a", "name", "x")); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"a dataset twice":             w.Dataset("a/x", one),
		"a dataset over a group":      w.Dataset("a", one),
		"the root as a dataset":       w.Dataset("/", one),
		"a group below a dataset":     w.Group("a/x/y"),
		"a name with two dots":        w.Group("a/../b"),
		"an empty name":               w.Group("a//b"),
		"an attribute of nothing":     w.Attribute("b", "name", "x"),
		"an attribute twice":          w.Attribute("a", "name", "x"),
		"an attribute of 65,536 B":    w.Attribute("a", "many", make([]string, 4096)),
		"an attribute of a struct":    w.Attribute("a", "struct", struct{}{}),
		"an attribute without a name": w.Attribute("a", "", 1),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "hdf5: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// full fails after a number of bytes, as a full disk does.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.left {
		return f.left, io.ErrShortWrite
	}
	f.left -= len(p)
	return len(p), nil
}

func TestWriteFails(t *testing.T) {
	w := hdf5.NewWriter()
	if err := w.Dataset("x", of(t, make([]float32, 100000), 100000)); err != nil {
		t.Fatal(err)
	}
	for _, space := range []int{0, 100, 70000, 300000} {
		if _, err := w.WriteTo(&full{space}); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("with %d bytes of space: %v", space, err)
		}
	}
}

// TestKeepForOthers leaves a file with everything where LINCE_HDF5_OUT says,
// for testdata/check.py to read with h5py.
func TestKeepForOthers(t *testing.T) {
	path := os.Getenv("LINCE_HDF5_OUT")
	if path == "" {
		t.Skip("LINCE_HDF5_OUT is not set: nothing to leave for h5py (see testdata/check.py)")
	}
	w := hdf5.NewWriter()
	for path, value := range everything(t) {
		if err := w.Dataset(path, value); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 700 {
		if err := w.Dataset(fmt.Sprintf("many/%d", i), tensor.Scalar(int32(i))); err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(
		w.Strings("texts", []string{"one", "", "zwölf", strings.Repeat("x", 70000)}),
		w.Attribute("/", "text", "héllo"), w.Attribute("/", "texts", []string{"a", "bc"}),
		w.Attribute("many", "long", strings.Repeat("config ", 50000)), w.Attribute("many", "none", []string{}),
		w.Attribute("many/7", "int", -3), w.Attribute("many/7", "flag", true),
	)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, written(t, w), 0o644); err != nil {
		t.Fatal(err)
	}
}
