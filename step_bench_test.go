package lince_test

import (
	"context"
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// smallNetworks are the courses' network and one of separable convolutions as
// MobileNet's, for pictures of 64×64.
func smallNetworks() map[string][]layers.Layer {
	example := []layers.Layer{layers.Input{Shape: []int{64, 64, 3}}}
	for _, filters := range []int{32, 64, 128} {
		example = append(example,
			layers.Conv2D{Filters: filters, Kernel: layers.Square(3), Activation: activations.ReLU},
			layers.MaxPooling2D{Pool: layers.Square(2)})
	}
	separable := []layers.Layer{
		layers.Input{Shape: []int{64, 64, 3}},
		layers.Conv2D{Filters: 16, Kernel: layers.Square(3), Strides: layers.Square(2), Padding: layers.Same, NoBias: true},
		layers.BatchNormalization{}, layers.ReLU{Max: new(6.0)},
	}
	for _, filters := range []int{32, 64} {
		separable = append(separable,
			layers.DepthwiseConv2D{Kernel: layers.Square(3), Padding: layers.Same, NoBias: true},
			layers.BatchNormalization{}, layers.ReLU{Max: new(6.0)},
			layers.Conv2D{Filters: filters, Kernel: layers.Square(1), NoBias: true},
			layers.BatchNormalization{}, layers.ReLU{Max: new(6.0)},
		)
	}
	return map[string][]layers.Layer{
		"example":   append(example, layers.Flatten{}, layers.Dense{Units: 64, Activation: activations.ReLU}, layers.Dense{Units: 1, Activation: activations.Sigmoid}),
		"separable": append(separable, layers.GlobalAveragePooling2D{}, layers.Dense{Units: 1, Activation: activations.Sigmoid}),
	}
}

func benchModel(b *testing.B, list []layers.Layer) *lince.Model {
	model, err := lince.Sequential(list...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = model.Close() })
	err = model.Compile(lince.Training{Optimizer: optimizers.RMSprop{LearningRate: 1e-4}, Loss: losses.BinaryCrossentropy{}, Metrics: []metrics.Metric{metrics.Accuracy{}}})
	if err != nil {
		b.Fatal(err)
	}
	return model
}

// again yields the same batch for so many times.
type again struct {
	batch *data.Batch
	times int
}

func (a again) Spec() data.Spec {
	n := a.batch.Len()
	return data.Spec{
		Inputs: []tensor.Shape{{64, 64, 3}}, Targets: []tensor.Shape{{1}},
		InputTypes: []tensor.DType{tensor.Float32}, TargetTypes: []tensor.DType{tensor.Float32},
		Samples: n * a.times, BatchSize: n,
	}
}

func (a again) Batches(_ context.Context, _, first int) iter.Seq2[*data.Batch, error] {
	return func(yield func(*data.Batch, error) bool) {
		for i := first; i < a.times && yield(a.batch, nil); i++ {
		}
	}
}

func randomBatch(b *testing.B, samples int) *data.Batch {
	r := rand.New(rand.NewPCG(1, 1))
	made := &data.Batch{Indices: make([]int, samples)}
	for _, shape := range [][]int{{samples, 64, 64, 3}, {samples, 1}} {
		values, err := tensor.New(tensor.Float32, shape...)
		if err != nil {
			b.Fatal(err)
		}
		for i := range values.Float32s() {
			values.Float32s()[i] = r.Float32()
		}
		made.Inputs, made.Targets = append(made.Inputs, made.Targets...), []*tensor.Tensor{values}
	}
	return made
}

// steady counts the steps of a training once the first have found their memory.
type steady struct {
	lince.Idle
	b     *testing.B
	first int
}

func (s steady) Observe(*lince.Run) (lince.Observer, error) { return s, nil }

func (s steady) BatchEnd(batch int) error {
	switch batch + 1 {
	case s.first:
		s.b.ResetTimer()
	case s.first + s.b.N:
		s.b.StopTimer()
	}
	return nil
}

// BenchmarkFit is a step of training with eight pictures.
func BenchmarkFit(b *testing.B) {
	for name, list := range smallNetworks() {
		b.Run(name, func(b *testing.B) {
			const first = 3
			model, source := benchModel(b, list), again{randomBatch(b, 8), first + b.N}
			if _, err := model.Fit(b.Context(), source, lince.Fit{Callbacks: []lince.Callback{steady{b: b, first: first}}}); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkPredict is what a caller waits for who has eight pictures.
func BenchmarkPredict(b *testing.B) {
	for name, list := range smallNetworks() {
		b.Run(name, func(b *testing.B) {
			model, pictures := benchModel(b, list), randomBatch(b, 8).Inputs[0]
			if _, err := model.PredictOnBatch(b.Context(), pictures); err != nil { // compiles
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := model.PredictOnBatch(b.Context(), pictures); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
