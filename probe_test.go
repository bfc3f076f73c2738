package lince_test

import (
	"errors"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// probed returns a model with another within.
func probed(t *testing.T) *lince.Model {
	t.Helper()
	base, err := lince.Sequential(layers.Conv2D{Filters: 2, Kernel: layers.Square(3), Activation: activations.ReLU, Name: "conv", InputShape: []int{5, 5, 1}})
	if err != nil {
		t.Fatal(err)
	}
	if err := base.Rename("base"); err != nil {
		t.Fatal(err)
	}
	m, err := lince.Sequential(base, layers.Dropout{Rate: 0.5, Name: "drop"}, layers.Flatten{Name: "flat"}, layers.Dense{Units: 1, Name: "out"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func samples(t *testing.T, count int) *tensor.Tensor {
	t.Helper()
	values := make([]float32, count*25)
	for i := range values {
		values[i] = float32(i%11)/11 - 0.3
	}
	x, err := tensor.Of(values, count, 5, 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The gradient of a dense layer of one unit with respect to its input is the
// kernel, whatever lies before.
func TestProbeGradientWithinANestedModel(t *testing.T) {
	m := probed(t)
	var paths []string
	probe, err := m.Probe(t.Context(), func(trace *lince.Trace) ([]*graph.Node, error) {
		for _, r := range trace.Results {
			paths = append(paths, r.Path)
		}
		factor := trace.Parameter("factor", tensor.Float32, graph.Batch, 1)
		inner := trace.Results[0].Node
		gradients, err := graph.Gradient(trace.Outputs[0].Mul(factor).ReduceSum(0, 1), inner)
		return append(gradients, inner), err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer probe.Close()
	if want := []string{"base/conv", "base", "drop", "flat", "out"}; !slices.Equal(paths, want) {
		t.Errorf("results of %v, want %v", paths, want)
	}
	for _, factors := range [][]float32{{1, -2}, {3, 0.5, 7, 1}} { // the second batch is larger than the first
		factor, _ := tensor.Of(factors, len(factors), 1)
		results, err := probe.Run(t.Context(), samples(t, len(factors)), factor)
		if err != nil {
			t.Fatal(err)
		}
		weights, err := m.Weights("out")
		if err != nil {
			t.Fatal(err)
		}
		kernel := weights[0].Float32s()
		for i, g := range results[0].Float32s() {
			if want := kernel[i%18] * factors[i/18]; math.Abs(float64(g-want)) > 1e-6 {
				t.Fatalf("gradient %d is %v, want %v", i, g, want)
			}
		}
		if !results[1].Shape().Equal(tensor.Shape{len(factors), 3, 3, 2}) {
			t.Errorf("the layer's result is %v", results[1])
		}
	}
}

// What is written into the model is what the probe reads, and predictions go on
// beside it.
func TestProbeSharesWeights(t *testing.T) {
	m := probed(t)
	probe, err := m.Probe(t.Context(), func(trace *lince.Trace) ([]*graph.Node, error) { return trace.Outputs, nil })
	if err != nil {
		t.Fatal(err)
	}
	x := samples(t, 3)
	for _, factor := range []float32{1, -4} {
		weights, err := m.Weights("out")
		if err != nil {
			t.Fatal(err)
		}
		for i := range weights[0].Float32s() {
			weights[0].Float32s()[i] *= factor
		}
		if err := m.SetWeights("out", weights); err != nil {
			t.Fatal(err)
		}
		want, err := m.PredictOnBatch(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				got, err := probe.Run(t.Context(), x)
				if err != nil || !slices.Equal(got[0].Float32s(), want[0].Float32s()) {
					t.Errorf("%v, %v, want %v", got, err, want)
				}
			})
			group.Go(func() {
				got, err := m.PredictOnBatch(t.Context(), x)
				if err != nil || !slices.Equal(got[0].Float32s(), want[0].Float32s()) {
					t.Errorf("predicted %v, %v, want %v", got, err, want)
				}
			})
		}
		group.Wait()
	}
}

func TestProbeMisuse(t *testing.T) {
	m := probed(t)
	mistake := errors.New("no such layer")
	if _, err := m.Probe(t.Context(), func(*lince.Trace) ([]*graph.Node, error) { return nil, mistake }); err != mistake {
		t.Errorf("error %v, want the one of ask itself", err)
	}
	if _, err := m.Probe(t.Context(), func(*lince.Trace) ([]*graph.Node, error) { return nil, nil }); err == nil {
		t.Error("no error of a probe that asks for nothing")
	}
	whole := func(trace *lince.Trace) ([]*graph.Node, error) { return trace.Outputs, nil }
	if _, err := m.Probe(t.Context(), whole, tensor.Shape{4, 5, 1}); err == nil {
		t.Error("no error of samples that do not fit the model")
	}
	probe, err := m.Probe(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := probe.Run(t.Context()); err == nil {
		t.Error("no error of a run without inputs")
	}
	if _, err := probe.Run(t.Context(), samples(t, 2), samples(t, 2)); err == nil {
		t.Error("no error of a run with too many inputs")
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := probe.Run(t.Context(), samples(t, 2)); err == nil {
		t.Error("no error of a run after the model was closed")
	}
}
