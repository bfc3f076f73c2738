package safetensors_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/format/safetensors"
	"github.com/lince-ml/lince/tensor"
)

func open(t testing.TB, content []byte) *safetensors.File {
	t.Helper()
	f, err := safetensors.Open(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func golden(t testing.TB) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/golden.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestGolden(t *testing.T) {
	f := open(t, golden(t))
	if got := f.Metadata()["format"]; got != "np <&> ü" {
		t.Errorf("metadata %q", got)
	}
	seen := 0
	for dtype := tensor.Bool; dtype <= tensor.Float64; dtype++ {
		name, want, shape := `layer/ü "`+dtype.String(), []float64{0, 1}, tensor.Shape{2}
		switch {
		case dtype == tensor.Float32:
			want, shape = []float64{-1, 0, 1, 2, 3, 4}, tensor.Shape{2, 3}
		case dtype == tensor.Float64:
			want, shape = []float64{-1}, tensor.Shape{}
		case dtype == tensor.Uint8:
			want, shape = []float64{}, tensor.Shape{0, 4}
		case dtype == tensor.Float16, dtype == tensor.Int8, dtype == tensor.Int16, dtype == tensor.Int32, dtype == tensor.Int64:
			want = []float64{-1, 0}
		case dtype == tensor.BFloat16:
			want = nil // NumPy calls its kind V
		}
		got, err := f.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = []float64{0, 1}
		}
		if said, _ := f.Shape(name); !said.Equal(shape) || !got.Shape().Equal(shape) || got.DType() != dtype || f.DType(name) != dtype || !slices.Equal(got.Float64s(), want) {
			t.Errorf("%v reads as %v %v", dtype, got, got.Float64s())
		}
		seen++
	}
	if len(f.Names()) != seen {
		t.Errorf("%d tensors, want %d", len(f.Names()), seen)
	}
}

// TestWrittenAlike: the same tensors give the bytes of the format's own writer.
func TestWrittenAlike(t *testing.T) {
	want := golden(t)
	f := open(t, want)
	tensors := map[string]*tensor.Tensor{}
	for _, name := range f.Names() {
		value, err := f.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		tensors[name] = value
	}
	var out bytes.Buffer
	if err := safetensors.Write(&out, tensors, f.Metadata()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("written as\n%q\nby the format's own writer\n%q", out.Bytes(), want)
	}
}

func TestTypesNoTensorHolds(t *testing.T) {
	content, err := os.ReadFile("testdata/float8.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, content)
	if _, err := f.Read("f8"); err == nil || !strings.Contains(err.Error(), "F8_E4M3") || f.DType("f8") != tensor.Invalid {
		t.Errorf("%v", err)
	}
	if _, err := f.Read("f9"); err == nil || !strings.Contains(err.Error(), `"f9"`) {
		t.Errorf("%v", err)
	}
	if _, found := f.Shape("f9"); found {
		t.Error("a shape of what is not there")
	}
}

func TestRefusedWrites(t *testing.T) {
	for want, tensors := range map[string]map[string]*tensor.Tensor{
		"format's own": {"__metadata__": tensor.Scalar(float32(1))},
		"no value":     {"a": nil},
	} {
		if err := safetensors.Write(&bytes.Buffer{}, tensors, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("expected an error that says %q: %v", want, err)
		}
	}
}

// TestRealFiles reads every tensor of files that others wrote.
func TestRealFiles(t *testing.T) {
	for name, count := range map[string]int{"squeezenet_v1.0_imagenet.safetensors": 52, "mnist.safetensors": 20} {
		path := filepath.Join("..", "..", "..", "shared", "data", "models", name)
		file, err := os.Open(path)
		if err != nil {
			t.Skipf("no real files to read: %v", err)
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		f, err := safetensors.Open(file, info.Size())
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Names()) != count {
			t.Errorf("%s: %d tensors, want %d", name, len(f.Names()), count)
		}
		for _, name := range f.Names() {
			if _, err := f.Read(name); err != nil {
				t.Error(err)
			}
		}
	}
}
