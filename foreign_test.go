package lince

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince/format/npz"
	"github.com/lince-ml/lince/tensor"
)

// sharedModel returns the path of a real model, which lies beside the project.
func sharedModel(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "shared", "data", "models", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("real models are absent: %v", err)
	}
	return path
}

// Whole models that Keras 2 and 3 saved load and run, and can be saved again.
func TestRealModels(t *testing.T) {
	for _, c := range []struct {
		name     string
		shape    []int
		units    int
		compiled bool
	}{
		{"mnist_cnn.keras", []int{2, 28, 28, 1}, 10, true},
		{"mnist_cnn.h5", []int{2, 28, 28, 1}, 10, true},
		{"cat_dog_model.keras", []int{1, 150, 150, 3}, 1, true},
		{"mlperf_tiny_cifar10_resnet8.h5", []int{2, 32, 32, 3}, 10, true},
		{"mobilenet_v2_0.35_224_no_top.h5", []int{1, 224, 224, 3}, 0, false},
		{"squeezenet_v1.0_imagenet.h5", []int{1, 227, 227, 3}, 1000, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := must[*Model](t)(Load(sharedModel(t, c.name)))
			defer m.Close()
			if m.Compiled() != c.compiled {
				t.Errorf("compiled %v, want %v", m.Compiled(), c.compiled)
			}
			x := drawn(t, 1, c.shape...)
			before := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))[0]
			if c.units > 0 && !before.Shape().Equal(tensor.Shape{c.shape[0], c.units}) {
				t.Errorf("the output is %v", before)
			}
			again := saved(t, m, LoadOptions{})
			defer again.Close()
			after := must[[]*tensor.Tensor](t)(again.PredictOnBatch(t.Context(), x))[0]
			for i, p := range before.Float32s() {
				if q := after.Float32s()[i]; math.IsNaN(float64(p)) || p != q {
					t.Fatalf("output %d is %v, after saving and loading %v", i, p, q)
				}
			}
		})
	}
}

// TestRealPredictions compares probabilities of a network with real weights
// with those that Keras 3.15 gives for the same pixels.
func TestRealPredictions(t *testing.T) {
	m := must[*Model](t)(Load(sharedModel(t, "squeezenet_v1.0_imagenet.h5")))
	defer m.Close()
	path := sharedModel(t, "squeezenet_v1.0_reference_10.npz")
	content := must[[]byte](t)(os.ReadFile(path))
	archive := must[*npz.Archive](t)(npz.OpenArchive(bytes.NewReader(content), int64(len(content))))
	const samples = 4
	x := must[*tensor.Tensor](t)(must[*tensor.Tensor](t)(archive.Read("x")).Rows(0, samples))
	want := must[*tensor.Tensor](t)(must[*tensor.Tensor](t)(archive.Read("prob")).Rows(0, samples))
	got := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))[0]
	for i, p := range want.Float64s() {
		if q := float64(got.Float32s()[i]); math.Abs(p-q) > 1e-5 {
			t.Fatalf("probability %d is %v, Keras' %v", i, q, p)
		}
	}
}
