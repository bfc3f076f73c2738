package activations_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/tensor"
)

// Where Keras' own value is not the function's: elements of the case.
var (
	departures = map[string][]int{
		"celu":       {0, 1},   // its gradient at 0 and -0 counts both sides
		"squareplus": {27, 29}, // at -88 and -1000 it cancels
	}
	// withoutCounterpart are Keras' functions with arguments that no
	// activation here takes.
	withoutCounterpart = []string{"celu[alpha]", "softmax[axis]", "threshold[default_value threshold]"}
	// Keras' sparsemax is another function; see TestSparsemax.
	incomparable = []activations.Named{activations.Sparsemax, activations.GELUTanh}
)

// withArguments returns the activation that a golden case calls.
func withArguments(c golden.Activation) (activations.Activation, error) {
	if len(c.Arguments) == 0 {
		return activations.Decode(config.Object{Class: c.Name})
	}
	argument := func(name string) *float64 {
		if value, ok := c.Arguments[name]; ok {
			return &value
		}
		return nil
	}
	switch c.Name {
	case "gelu":
		return activations.GELUTanh, nil
	case "elu":
		return activations.ExponentialLinear{Alpha: argument("alpha")}, nil
	case "leaky_relu":
		return activations.Rectified{Slope: c.Arguments["negative_slope"]}, nil
	case "relu":
		return activations.Rectified{Slope: c.Arguments["negative_slope"], Max: argument("max_value"), Threshold: c.Arguments["threshold"]}, nil
	}
	return nil, fmt.Errorf("no activation for the arguments %v", c.Arguments)
}

func TestActivationsEqualKeras(t *testing.T) {
	cases, err := golden.Activations()
	if err != nil {
		t.Fatal(err)
	}
	compared := map[string]bool{}
	for _, c := range cases {
		name := fmt.Sprint(c.Name, slices.Sorted(maps.Keys(c.Arguments)))
		t.Run(name, func(t *testing.T) {
			a, err := withArguments(c)
			if slices.Contains(withoutCounterpart, name) {
				if err == nil {
					t.Fatal("it has a counterpart now: compare it")
				}
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if a == activations.Sparsemax {
				t.Skip("Keras' rows do not sum to 1")
			}
			compared[c.Name] = true
			equalsKeras(t, a, c)
		})
	}
	for _, name := range activations.All() {
		if !compared[name.Name()] && !slices.Contains(incomparable, name) {
			t.Errorf("%s was not compared", name)
		}
	}
}

func equalsKeras(t *testing.T, a activations.Activation, c golden.Activation) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, c.Input.Shape...)
	y := a.Apply(x)
	upstream := g.Parameter("upstream", tensor.Float32, c.Output.Shape...)
	gradients, err := graph.Gradient(y.Mul(upstream).ReduceSum(y.AllAxes()...), x)
	if err != nil {
		t.Fatal(err)
	}
	feeds := reference.Feeds{x: {Shape: c.Input.Shape, Values: c.Input.Values}, upstream: {Shape: c.Upstream.Shape, Values: c.Upstream.Values}}
	results, err := reference.Evaluate(1, feeds, y, gradients[0])
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []golden.Array{c.Output, c.Gradient} {
		got := results[i].Values
		if len(c.Arguments) == 0 {
			for _, at := range departures[c.Name] {
				got[at] = want.Values[at]
			}
		}
		if err := golden.Near(want, got, 1e-5, 1e-6); err != nil {
			t.Errorf("%s: %v", []string{"value", "gradient"}[i], err)
		}
	}
}
