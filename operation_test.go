package lince

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// Arithmetic survives a file, and is not counted among the layers.
func TestOperationsAreSaved(t *testing.T) {
	x := layers.NewInput(layers.Input{Shape: []int{2}})
	y := layers.Apply(layers.Dense{Units: 2}, x)
	rest := layers.Apply(layers.Operation{Of: layers.Minus, Number: new(1.0), NumberFirst: true}, y)
	y = layers.Apply(layers.Operation{Of: layers.Times}, layers.Apply(layers.Operation{Of: layers.Over, Number: new(2.0)}, y), rest)
	m := must[*Model](t)(NewModel(Inputs(x), Outputs(y)))
	if got := len(m.Layers()); got != 2 {
		t.Errorf("%d layers, want 2", got)
	}
	path := filepath.Join(t.TempDir(), "arithmetic.keras")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	loaded := must[*Model](t)(Load(path))
	sample := must[*tensor.Tensor](t)(tensor.Of([]float32{0.3, -0.7}, 1, 2))
	want := must[[]*tensor.Tensor](t)(m.PredictOnBatch(context.Background(), sample))[0].Float32s()
	got := must[[]*tensor.Tensor](t)(loaded.PredictOnBatch(context.Background(), sample))[0].Float32s()
	if !slices.Equal(got, want) {
		t.Errorf("%v after loading, %v before", got, want)
	}
}
