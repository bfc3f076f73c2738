package lince

import (
	"context"
	"encoding/json"
	"iter"
	"math"
	"testing"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// batchList is a source of given batches, one per epoch.
type batchList []*data.Batch

func (l batchList) Spec() data.Spec {
	first := l[0]
	return data.Spec{
		Inputs: []tensor.Shape{first.Inputs[0].Shape()[1:]}, Targets: []tensor.Shape{first.Targets[0].Shape()[1:]},
		InputTypes: []tensor.DType{tensor.Float32}, TargetTypes: []tensor.DType{tensor.Float32},
		Samples: first.Len(), BatchSize: first.Len(),
	}
}

func (l batchList) Batches(_ context.Context, epoch, _ int) iter.Seq2[*data.Batch, error] {
	return func(yield func(*data.Batch, error) bool) { yield(l[epoch], nil) }
}

// TestTrainingMatchesKeras trains ten steps from Keras' weights on Keras'
// batches: the loss must agree to 1e-5 at the first step and 1e-3 at the
// tenth, each weight to 1e-4 of its norm (biases: of their update's).
func TestTrainingMatchesKeras(t *testing.T) {
	trainings, err := golden.Trainings()
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range trainings.Runs {
		t.Run(run.Name, func(t *testing.T) { matchKeras(t, run, batchesOf(t, trainings.Batches[run.Architecture])) })
	}
}

func batchesOf(t *testing.T, list []golden.Batch) batchList {
	var batches batchList
	for _, b := range list {
		batches = append(batches, &data.Batch{Inputs: []*tensor.Tensor{float32s(t, b.Inputs)}, Targets: []*tensor.Tensor{float32s(t, b.Targets)}})
	}
	return batches
}

func float32s(t *testing.T, a golden.Array) *tensor.Tensor {
	t.Helper()
	wide, err := tensor.Of(a.Values, a.Shape...)
	if err != nil {
		t.Fatal(err)
	}
	narrow, err := wide.Convert(tensor.Float32)
	if err != nil {
		t.Fatal(err)
	}
	return narrow
}

func decoded(t *testing.T, text golden.Config) config.Map {
	t.Helper()
	var settings config.Map
	if err := json.Unmarshal(text, &settings); err != nil {
		t.Fatal(err)
	}
	return settings
}

func matchKeras(t *testing.T, run golden.Run, batches batchList) {
	object, err := config.ParseObject(decoded(t, run.Model))
	if err != nil {
		t.Fatal(err)
	}
	m, err := decoder{}.model(object)
	if err != nil {
		t.Fatal(err)
	}
	loss, err := losses.Decode(config.Object{Class: run.Loss})
	if err != nil {
		t.Fatal(err)
	}
	optimizer, err := optimizers.Decode(config.Object{Class: run.Optimizer.Class, Config: decoded(t, run.Optimizer.Config)})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Compile(Training{Loss: loss, Optimizer: optimizer}); err != nil {
		t.Fatal(err)
	}
	if err := m.ready(); err != nil {
		t.Fatal(err)
	}
	for i, w := range m.network.weights() {
		if err := m.state().Write(w.Variable, float32s(t, run.Initial[i].Value)); err != nil {
			t.Fatal(err)
		}
	}
	history, err := m.Fit(t.Context(), batches, Fit{Epochs: len(batches)})
	if err != nil {
		t.Fatal(err)
	}
	for step, want := range run.Losses {
		tolerance := 1e-3
		if step == 0 {
			tolerance = 1e-5
		}
		if got := history.Values["loss"][step]; math.Abs(got-want) > tolerance*want {
			t.Errorf("loss of step %d is %v, Keras' %v", step+1, got, want)
		}
	}
	for i, w := range m.network.weights() {
		value, err := readWeight(m.state(), w)
		if err != nil {
			t.Fatal(err)
		}
		final, scale := run.Final[i].Value.Values, run.Final[i].Value.Values
		if w.Variable.Type.Shape.Equal(tensor.Shape{len(final)}) {
			scale = difference(final, run.Initial[i].Value.Values)
		}
		if apart := norm(difference(value.Float64s(), final)) / norm(scale); apart > 1e-4 {
			t.Errorf("%s is %.2g of its norm apart from Keras'", w.Variable.Name, apart)
		}
	}
}

func difference(a, b []float64) []float64 {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return d
}

func norm(a []float64) float64 {
	var sum float64
	for _, x := range a {
		sum += x * x
	}
	return math.Sqrt(sum)
}
