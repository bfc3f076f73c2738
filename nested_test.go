package lince

import (
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// A model used as a layer computes what it computes alone, with its own
// weights wherever it is used.
func TestModelAsLayer(t *testing.T) {
	base := small(t)
	x := drawn(t, 1, 2, 8, 8, 3)
	alone := must[[]*tensor.Tensor](t)(base.PredictOnBatch(t.Context(), x))
	m := must[*Model](t)(Sequential(picture, layers.Rescaling{Scale: 1}, base))
	within := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))
	if !slices.Equal(alone[0].Float32s(), within[0].Float32s()) {
		t.Errorf("%v alone and %v within", alone[0].Float32s(), within[0].Float32s())
	}
	if m.Parameters() != base.Parameters() {
		t.Errorf("%d parameters, the model within has %d", m.Parameters(), base.Parameters())
	}
	compiled(t, m, Training{Optimizer: optimizers.Adam{}})
	must[*History](t)(m.Fit(t.Context(), halves(t, 8), Fit{}))
	after := must[[]*tensor.Tensor](t)(base.PredictOnBatch(t.Context(), x))
	if slices.Equal(alone[0].Float32s(), after[0].Float32s()) {
		t.Error("the model within did not learn")
	}
	within = must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))
	if !slices.Equal(after[0].Float32s(), within[0].Float32s()) {
		t.Error("the model within has other weights than alone")
	}
}

// The parts of an example as applications write it: a model of two inputs and
// two results inside another one, used twice with the same weights.
func TestModelWithSeveralResultsAsLayer(t *testing.T) {
	a, b := layers.NewInput(layers.Input{Shape: []int{2}}), layers.NewInput(layers.Input{Shape: []int{2}})
	inner := must[*Model](t)(NewModel(Inputs(a, b), Outputs(layers.Apply(layers.Add{}, a, b), layers.Apply(layers.Subtract{}, a, b))))
	if err := inner.Rename("pair"); err != nil {
		t.Fatal(err)
	}
	x, y := layers.NewInput(layers.Input{Shape: []int{2}}), layers.NewInput(layers.Input{Shape: []int{2}})
	first := layers.Apply(inner, x, y)
	second := layers.Apply(inner, first.Result(1), first)
	m := must[*Model](t)(NewModel(Inputs(x, y), Outputs(second, second.Result(1))))
	five := must[*tensor.Tensor](t)(tensor.Of([]float32{5, 6}, 1, 2))
	two := must[*tensor.Tensor](t)(tensor.Of([]float32{2, 4}, 1, 2))
	for name, m := range map[string]*Model{"made": m, "saved and loaded": again(t, m)} {
		outputs := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), five, two))
		if !slices.Equal(outputs[0].Float32s(), []float32{10, 12}) || !slices.Equal(outputs[1].Float32s(), []float32{-4, -8}) {
			t.Errorf("%s: %v and %v", name, outputs[0].Float32s(), outputs[1].Float32s())
		}
	}
	_, err := NewModel(Inputs(x, y), Outputs(first.Result(2)))
	errorHas(t, err, "result 2", `"pair"`)
	_, err = NewModel(Inputs(x), Outputs(layers.Apply(inner, x)))
	errorHas(t, err, "pair", "1 inputs given", "takes 2")
	_, err = Sequential(layers.Input{Shape: []int{3}}, small(t))
	errorHas(t, err, "sequential", "(3,)", "(8, 8, 3)")
	errorHas(t, inner.Rename(""), "empty")
}

// again returns the model as it comes back from a file.
func again(t testing.TB, m *Model) *Model {
	t.Helper()
	path := t.TempDir() + "/again.keras"
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	return must[*Model](t)(Load(path))
}

// Two models within that have layers of the same names keep their weights, and
// their optimiser's memory, apart.
func TestModelsWithinHaveNamesOfTheirOwn(t *testing.T) {
	branch := func() *Model {
		return must[*Model](t)(Sequential(layers.Input{Shape: []int{3}}, layers.Dense{Units: 1}))
	}
	x := layers.NewInput(layers.Input{Shape: []int{3}})
	m := must[*Model](t)(NewModel(Inputs(x), Outputs(layers.Apply(layers.Subtract{}, layers.Apply(branch(), x), layers.Apply(branch(), x)))))
	compiled(t, m, Training{Loss: losses.MeanSquaredError{}, Optimizer: optimizers.Adam{}})
	must[*History](t)(m.Fit(t.Context(), arrays(t, 2, drawn(t, 1, 4, 3), column(t, 1, 2, 3, 4)), Fit{}))
	if got := len(m.training.slots.All()); got != 8 {
		t.Errorf("Adam has %d slots for 4 weights, want 8", got)
	}
	if slices.Equal(weights(t, m, "sequential"), weights(t, m, "sequential_1")) {
		t.Error("both models have the same weights")
	}
	if again := again(t, m); !slices.Equal(weights(t, m, "sequential_1"), weights(t, again, "sequential_1")) || !slices.Equal(weights(t, m, "sequential"), weights(t, again, "sequential")) {
		t.Error("the weights came back from the file in another order")
	}
}

// Freezing reaches into models within; one that is kept to inference keeps its
// averages although it is trained.
func TestFreezingModelsWithin(t *testing.T) {
	base := must[*Model](t)(Sequential(picture, layers.BatchNormalization{Momentum: new(0.5)}, layers.GlobalAveragePooling2D{}))
	x := layers.NewInput(picture)
	y := layers.Apply(layers.Dense{Units: 1, Activation: activations.Sigmoid}, layers.Infer(base, x))
	m := must[*Model](t)(NewModel(Inputs(x), Outputs(y)))
	base.Freeze()
	if m.Layer("sequential").Trainable() {
		t.Error("the frozen base is trainable")
	}
	m.Layer("sequential").SetTrainable(true)
	if !base.Layer("batch_normalization").Trainable() {
		t.Error("the layer within was not unfrozen")
	}
	compiled(t, m, Training{})
	before := must[[]*tensor.Tensor](t)(base.Weights("batch_normalization"))
	must[*History](t)(m.Fit(t.Context(), halves(t, 8), Fit{}))
	after := must[[]*tensor.Tensor](t)(base.Weights("batch_normalization"))
	for i, name := range []string{"gamma", "beta", "moving mean", "moving variance"} {
		if changed := !slices.Equal(before[i].Float32s(), after[i].Float32s()); changed != (i < 2) {
			t.Errorf("%s changed: %v", name, changed)
		}
	}
	if !again(t, m).Outputs()[0].Inputs()[0].Inferring() {
		t.Error("the file does not say that the base is kept to inference")
	}
	base.Layer("batch_normalization").SetTrainable(false)
	_, err := m.Fit(t.Context(), halves(t, 4), Fit{})
	errorHas(t, err, `"batch_normalization"`, "Compile again")
}

// An augmentation that does not say its input is built by what it is applied
// to, and takes pictures of any size.
func TestModelWithinLearnsItsShape(t *testing.T) {
	augmentation := must[*Model](t)(Sequential(layers.RandomFlip{}, layers.RandomRotation{Factor: layers.PlusMinus(0.1)}))
	m := must[*Model](t)(Sequential(layers.Input{Shape: []int{-1, -1, 3}}, augmentation, layers.GlobalAveragePooling2D{}, layers.Dense{Units: 1, Activation: activations.Sigmoid}))
	if got := augmentation.OutputShape(); !got.Equal(tensor.Shape{-1, -1, -1, 3}) {
		t.Errorf("the augmentation's output is %v", got)
	}
	compiled(t, m, Training{})
	for _, size := range []int{8, 6} {
		source := must[data.Source](t)(data.FromArrays(data.Arrays{
			Inputs: []*tensor.Tensor{drawn(t, 1, 4, size, size, 3)}, Targets: []*tensor.Tensor{column(t, 0, 1, 0, 1)},
		}))
		must[*History](t)(m.Fit(t.Context(), source, Fit{}))
	}
	if text := m.SummaryWith(SummaryOptions{ExpandNested: true}); !strings.Contains(text, "└ random_flip (RandomFlip)") {
		t.Errorf("the summary does not show the layers within:\n%s", text)
	}
}
