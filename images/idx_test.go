package images_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// idx returns the content of an idx file of the type and extents.
func idx(kind byte, content []byte, shape ...uint32) []byte {
	file := []byte{0, 0, kind, byte(len(shape))}
	for _, extent := range shape {
		file = binary.BigEndian.AppendUint32(file, extent)
	}
	return append(file, content...)
}

func zipped(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFromIDX(t *testing.T) {
	dir := t.TempDir()
	pictures, labels := idx(8, []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 3, 2, 2), idx(8, []byte{2, 0, 1}, 3)
	write(t, filepath.Join(dir, "train-images-idx3-ubyte"), pictures)
	write(t, filepath.Join(dir, "train-labels-idx1-ubyte.gz"), zipped(t, labels))
	train, test, err := images.FromIDX(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !images.HasIDX(dir) || images.HasIDX(t.TempDir()) {
		t.Error("HasIDX is wrong")
	}
	if test.X != nil || !train.X.Shape().Equal(tensor.Shape{3, 2, 2, 1}) || train.Y.Float64s()[0] != 2 {
		t.Errorf("train %v and %v, test %v", train.X, train.Y, test.X)
	}
	flow, err := images.Generator{Rescale: 1.0 / 255}.Flow(train, images.Flow{})
	if err != nil {
		t.Fatal(err)
	}
	if flow.Classes() != 3 || flow.ClassMode() != images.Categorical || flow.Spec().Inputs[0].String() != "(2, 2, 1)" {
		t.Errorf("%v of %v", flow, flow.Spec().Inputs)
	}
	write(t, filepath.Join(dir, "t10k-images-idx3-ubyte.gz"), zipped(t, pictures))
	if _, test, err = images.FromIDX(dir); err != nil || test.X != nil {
		t.Errorf("test pictures without labels give %v, %v", test.X, err)
	}
	write(t, filepath.Join(dir, "t10k-labels-idx1-ubyte"), idx(8, []byte{1, 2}, 2))
	if _, _, err = images.FromIDX(dir); err == nil {
		t.Error("two labels for three pictures are no error")
	}
}

func TestReadIDXOfEveryType(t *testing.T) {
	for kind, c := range map[byte]struct {
		content []byte
		dtype   tensor.DType
	}{
		8: {[]byte{2}, tensor.Uint8}, 9: {[]byte{2}, tensor.Int8}, 11: {[]byte{0, 2}, tensor.Int16}, 12: {[]byte{0, 0, 0, 2}, tensor.Int32},
		13: {[]byte{0x40, 0, 0, 0}, tensor.Float32}, 14: {[]byte{0x40, 0, 0, 0, 0, 0, 0, 0}, tensor.Float64},
	} {
		path := filepath.Join(t.TempDir(), "x")
		write(t, path, idx(kind, c.content, 1))
		x, err := images.ReadIDX(path)
		if err != nil {
			t.Errorf("type %d: %v", kind, err)
		} else if x.DType() != c.dtype || x.Float64s()[0] != 2 {
			t.Errorf("type %d: %v of %v", kind, x, x.Float64s())
		}
	}
}

func TestReadIDXRefuses(t *testing.T) {
	good := idx(8, []byte{1, 2, 3}, 3)
	for name, content := range map[string][]byte{
		"empty": {}, "text": []byte("hello, world"), "cut header": good[:6], "cut": good[:len(good)-1], "longer": append(bytes.Clone(good), 0),
		"huge": idx(8, nil, 1<<31, 1<<31), "overflow": idx(14, nil, 1<<31, 1<<31, 1<<31), "rank 9": idx(8, nil, 1, 1, 1, 1, 1, 1, 1, 1, 1),
		"unknown type": idx(7, []byte{1}, 1), "zipped cut": zipped(t, good)[:15], "zipped huge": zipped(t, idx(8, nil, 1<<30)),
		"zipped short": zipped(t, good[:len(good)-1]), "zipped longer": zipped(t, append(bytes.Clone(good), 9)),
	} {
		path := filepath.Join(t.TempDir(), "x")
		write(t, path, content)
		if x, err := images.ReadIDX(path); err == nil {
			t.Errorf("%s: read %v", name, x)
		}
	}
	if _, err := images.ReadIDX(t.TempDir()); err == nil {
		t.Error("read a folder")
	}
}

func FuzzReadIDX(f *testing.F) {
	f.Add(idx(8, []byte{1, 2, 3, 4}, 2, 2))
	f.Add(zipped(f, idx(13, []byte{0, 0, 0, 0}, 1)))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(dir, "x")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if x, err := images.ReadIDX(path); err == nil && x.Len() > 1100*len(content) {
			t.Errorf("%d bytes gave %v", len(content), x)
		}
	})
}

func TestFromIDXReadsMNIST(t *testing.T) {
	dir := sharedData(t, "mnist")
	train, test, err := images.FromIDX(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !train.X.Shape().Equal(tensor.Shape{60000, 28, 28, 1}) || !test.X.Shape().Equal(tensor.Shape{10000, 28, 28, 1}) {
		t.Errorf("%v and %v", train.X, test.X)
	}
	first := []float64{5, 0, 4, 1, 9}
	for i, label := range train.Y.Float64s()[:5] {
		if label != first[i] {
			t.Errorf("label %d is %v, want %v", i, label, first[i])
		}
	}
}
