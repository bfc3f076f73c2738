package callbacks_test

import (
	"math"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// newModel returns a tiny model with all that makes resuming hard: dropout,
// batch normalisation and an optimiser with a memory.
func newModel(t testing.TB, optimizer optimizers.Optimizer) *lince.Model {
	t.Helper()
	model, err := lince.Sequential(
		layers.Input{Shape: []int{4}},
		layers.Dense{Units: 5, Activation: activations.ReLU},
		layers.BatchNormalization{},
		layers.Dropout{Rate: 0.3},
		layers.Dense{Units: 3, Activation: activations.Softmax},
	)
	if err == nil {
		err = model.Compile(lince.Training{
			Optimizer: optimizer, Loss: losses.SparseCategoricalCrossentropy{},
			Metrics: []metrics.Metric{metrics.SparseCategoricalAccuracy{}}, Seed: 7,
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return model
}

// samples returns n samples of three classes, in batches of four.
func samples(t testing.TB, n int, seed uint64) data.Source {
	t.Helper()
	stream := random.NewStream(seed)
	inputs, targets := make([]float32, 4*n), make([]float32, n)
	for i := range targets {
		targets[i] = float32(i % 3)
		for j := range 4 {
			inputs[4*i+j] = float32(stream.Float64()) + targets[i]*float32(j%2)
		}
	}
	x, err := tensor.Of(inputs, n, 4)
	if err != nil {
		t.Fatal(err)
	}
	y, err := tensor.Of(targets, n)
	if err != nil {
		t.Fatal(err)
	}
	source, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{y}, BatchSize: 4, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// weightBits returns the bits of all weights.
func weightBits(t testing.TB, model *lince.Model) map[string][]uint32 {
	t.Helper()
	bits := map[string][]uint32{}
	for _, layer := range model.Layers() {
		values, err := model.Weights(layer.Name())
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range layer.Weights() {
			for _, x := range values[i].Float32s() {
				bits[w.Variable.Name] = append(bits[w.Variable.Name], math.Float32bits(x))
			}
		}
	}
	return bits
}

// adam is the optimiser of most tests.
func adam() optimizers.Optimizer { return optimizers.Adam{LearningRate: 0.02} }

// meanModel returns a regression without anything random.
func meanModel(t testing.TB) *lince.Model {
	t.Helper()
	model, err := lince.Sequential(
		layers.Dense{Units: 2, Name: "hidden", InputShape: []int{4}},
		layers.Dense{Units: 1, Name: "output"},
	)
	if err != nil {
		t.Fatal(err)
	}
	compileMean(t, model)
	return model
}

func compileMean(t testing.TB, model *lince.Model) {
	t.Helper()
	if err := model.Compile(lince.Training{Optimizer: optimizers.SGD{}, Loss: losses.MeanSquaredError{}}); err != nil {
		t.Fatal(err)
	}
}

// arrays returns samples of four inputs and one target.
func arrays(t testing.TB, inputs, targets []float32) data.Source {
	t.Helper()
	x, err := tensor.Of(inputs, len(targets), 4)
	if err != nil {
		t.Fatal(err)
	}
	y, err := tensor.Of(targets, len(targets))
	if err != nil {
		t.Fatal(err)
	}
	source, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{y}})
	if err != nil {
		t.Fatal(err)
	}
	return source
}
