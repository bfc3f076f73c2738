package lince

import (
	"slices"
	"sync"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// extended returns a model with another head on the pooled pictures of small.
func extended(t testing.TB, base *Model) *Model {
	t.Helper()
	x := layers.Apply(layers.GlobalAveragePooling2D{}, base.Layer("max_pooling2d").Output())
	x = layers.Apply(layers.Dense{Units: 1, Activation: activations.Sigmoid, Name: "head"}, x)
	return must[*Model](t)(NewModel(base.Inputs(), Outputs(x)))
}

func weights(t testing.TB, m *Model, layer string) (list []float32) {
	t.Helper()
	for _, w := range must[[]*tensor.Tensor](t)(m.Weights(layer)) {
		list = append(list, w.Float32s()...)
	}
	return list
}

// A model on top of another one's layers has their weights: what is frozen in
// one is in both, and what one learns the other knows.
func TestModelOfAnothersLayers(t *testing.T) {
	base := compiled(t, small(t), Training{Optimizer: optimizers.Adam{}})
	must[*History](t)(base.Fit(t.Context(), halves(t, 8), Fit{}))
	m := extended(t, base)
	base.Freeze()
	before := values(t, base)
	compiled(t, m, Training{Seed: 5})
	must[*History](t)(m.Fit(t.Context(), halves(t, 8), Fit{}))
	if !slices.Equal(before, values(t, base)) {
		t.Error("training the head changed the frozen base")
	}
	for _, name := range []string{"conv2d", "batch_normalization"} {
		if m.Layer(name).Trainable() || !slices.Equal(weights(t, base, name), weights(t, m, name)) {
			t.Errorf("%s is not the base's", name)
		}
	}
	m.Unfreeze()
	compiled(t, m, Training{})
	must[*History](t)(m.Fit(t.Context(), halves(t, 8), Fit{}))
	if slices.Equal(before, values(t, base)) {
		t.Error("the base does not know what the model learnt")
	}
	compiled(t, base, Training{Optimizer: optimizers.Adam{}})
	must[*History](t)(base.Fit(t.Context(), halves(t, 8), Fit{}))
	if got := weights(t, m, "conv2d"); !slices.Equal(got, weights(t, base, "conv2d")) {
		t.Error("the model does not know what the base learnt")
	}
}

// A training goes on exactly while the models around it are compiled, used
// and moved to another engine.
func TestTrainingBesideOthersOfTheSameLayers(t *testing.T) {
	train := func(disturb bool) []float32 {
		base := compiled(t, small(t), Training{Optimizer: optimizers.Adam{}})
		must[*History](t)(base.Fit(t.Context(), halves(t, 8), Fit{}))
		if disturb {
			m := compiled(t, extended(t, base), Training{Optimizer: optimizers.Adam{}})
			must[Logs](t)(m.Evaluate(t.Context(), halves(t, 8)))
			compiled(t, m, Training{Optimizer: optimizers.SGD{}})
			must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), drawn(t, 1, 2, 8, 8, 3)))
			if err := m.Close(); err != nil {
				t.Fatal(err)
			}
		}
		must[*History](t)(base.Fit(t.Context(), halves(t, 8), Fit{}))
		return values(t, base)
	}
	if !slices.Equal(train(false), train(true)) {
		t.Error("the other model changed the training")
	}
}

func TestUseMovesAllModelsOfTheSameLayers(t *testing.T) {
	base := small(t)
	m := extended(t, base)
	x := drawn(t, 1, 2, 8, 8, 3)
	before := must[[]*tensor.Tensor](t)(base.PredictOnBatch(t.Context(), x))
	if err := m.Use(reference.New()); err != nil {
		t.Fatal(err)
	}
	after := must[[]*tensor.Tensor](t)(base.PredictOnBatch(t.Context(), x))
	for i, p := range before[0].Float32s() {
		if d := p - after[0].Float32s()[i]; d > 1e-6 || d < -1e-6 {
			t.Errorf("sample %d: %v before and %v after", i, p, after[0].Float32s()[i])
		}
	}
}

// Two models with weights of their own become one network.
func TestModelOfTwoOthers(t *testing.T) {
	branch := func(name string, seed uint64) *Model {
		m := must[*Model](t)(Sequential(layers.Input{Shape: []int{3}, Name: name + "_input"}, layers.Dense{Units: 2, Name: name}))
		compiled(t, m, Training{Loss: losses.MeanSquaredError{}, Seed: seed})
		must[[]*tensor.Tensor](t)(m.Weights(name))
		return m
	}
	a, b := branch("a", 1), branch("b", 2)
	wantA, wantB := values(t, a), values(t, b)
	m := must[*Model](t)(NewModel(
		Inputs(a.Inputs()[0], b.Inputs()[0]), Outputs(layers.Apply(layers.Add{}, a.Outputs()[0], b.Outputs()[0])),
	))
	if !slices.Equal(wantA, weights(t, m, "a")) || !slices.Equal(wantB, weights(t, m, "b")) {
		t.Error("the model does not have the weights of both")
	}
	zeros := must[*tensor.Tensor](t)(tensor.New(tensor.Float32, 3, 2))
	if err := b.SetWeights("b", []*tensor.Tensor{zeros, column(t, 7, 8)}); err != nil {
		t.Fatal(err)
	}
	if got := weights(t, m, "b"); !slices.Equal(got, []float32{0, 0, 0, 0, 0, 0, 7, 8}) {
		t.Errorf("the model has %v", got)
	}
}

// The engine is closed with the last model that needs it.
func TestCloseOfModelsThatShareLayers(t *testing.T) {
	base := small(t)
	x := drawn(t, 1, 2, 8, 8, 3)
	want := must[[]*tensor.Tensor](t)(base.PredictOnBatch(t.Context(), x))
	m := extended(t, base)
	for range 2 {
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
	got := must[[]*tensor.Tensor](t)(base.PredictOnBatch(t.Context(), x))
	if !slices.Equal(want[0].Float32s(), got[0].Float32s()) {
		t.Error("closing one model changed the other")
	}
	if err := base.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := extended(t, base).PredictOnBatch(t.Context(), x)
	errorHas(t, err, "was closed")
}

func TestCuttingAtALayerThatDoesNotExist(t *testing.T) {
	base := small(t)
	x := layers.Apply(layers.Flatten{Name: "flat"}, base.Layer("mixed7").Output())
	_, err := NewModel(base.Inputs(), Outputs(layers.Apply(layers.Dense{Units: 1, Name: "head"}, x)))
	errorHas(t, err, "does not have", "Summary", `by "flat" by "head"`)
	_, err = NewModel(base.Inputs(), Outputs(layers.Share(layers.Flatten{}).Output()))
	errorHas(t, err, "Flatten", "never applied", "as an output")
}

// Models of the same layers may predict at the same time, the first time too.
func TestModelsOfTheSameLayersPredictConcurrently(t *testing.T) {
	base := small(t)
	models := []*Model{base, extended(t, base), extended(t, base)}
	x := drawn(t, 1, 2, 8, 8, 3)
	var waiting sync.WaitGroup
	for i := range 6 {
		waiting.Go(func() {
			if _, err := models[i%3].PredictOnBatch(t.Context(), x); err != nil {
				t.Error(err)
			}
		})
	}
	waiting.Wait()
}
