package activations_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func TestSparsemax(t *testing.T) {
	// By hand: τ = (0.5+0.25+0-1)/3 = -1/12.
	got, _, err := activations.Curve(activations.Sparsemax, []float64{-1, 0.5, 0.25, 0})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0, 7.0 / 12, 4.0 / 12, 1.0 / 12} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("value %d is %v, want %v", i, got[i], want)
		}
	}
}

// No activation or derivative is infinite or NaN where its value is not.
func TestNothingOverflows(t *testing.T) {
	points := []float64{-1e4, -745, -100, -1, 0, 1, 100, 709, 1e4}
	for _, a := range activations.All() {
		if a == activations.Exponential || a == activations.GLU {
			continue
		}
		for _, x := range points {
			values, slopes, err := activations.Curve(a, []float64{x})
			if err != nil {
				t.Fatal(err)
			}
			if v := values[0] + slopes[0]; math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%s(%v) = %v with slope %v", a, x, values[0], slopes[0])
			}
		}
	}
}

func TestNaNStays(t *testing.T) {
	for _, a := range activations.All() {
		values, _, err := activations.Curve(a, []float64{math.NaN(), math.NaN()})
		if err != nil {
			t.Fatal(err)
		}
		if !math.IsNaN(values[0]) && a != activations.Sparsemax {
			t.Errorf("%s(NaN) = %v", a, values[0])
		}
	}
}

// Derivatives against central differences, away from kinks.
func TestSlopes(t *testing.T) {
	const step = 1e-6
	points := []float64{-2.7, -0.7, 0.2, 0.8, 2.3, 6.4}
	for _, a := range activations.All() {
		_, slopes, err := activations.Curve(a, points)
		if err != nil {
			t.Fatal(err)
		}
		for i := range points {
			moved := slices.Clone(points)
			moved[i] += step
			above, _, _ := activations.Curve(a, moved)
			moved[i] -= 2 * step
			below, _, _ := activations.Curve(a, moved)
			var want float64
			for k := range above {
				want += (above[k] - below[k]) / (2 * step)
			}
			if math.Abs(slopes[i]-want) > 1e-7*max(1, math.Abs(want)) {
				t.Errorf("%s has the slope %v at %v, want %v", a, slopes[i], points[i], want)
			}
		}
	}
}

func TestDecode(t *testing.T) {
	slope, alpha, limit := 0.1, 0.5, 6.0
	tests := []struct {
		object config.Object
		want   activations.Activation
	}{
		{config.Object{Class: "relu"}, activations.ReLU},
		{config.Object{Class: "swish"}, activations.SiLU},
		{config.Object{Class: "hard_swish"}, activations.HardSiLU},
		{config.Object{Class: "Softmax"}, activations.Softmax},
		{config.Object{Class: "LeakyReLU", Config: config.Map{"alpha": 0.1}}, activations.Rectified{Slope: slope}},
		{config.Object{Class: "LeakyReLU", Config: config.Map{"negative_slope": 0.1}}, activations.Rectified{Slope: slope}},
		{config.Object{Class: "LeakyReLU"}, activations.Rectified{Slope: 0.3}},
	}
	for _, test := range tests {
		if got, err := activations.Decode(test.object); err != nil || got != test.want {
			t.Errorf("%v: %v, %v, want %v", test.object, got, err, test.want)
		}
	}
	for _, configured := range []activations.Configured{
		activations.Rectified{Slope: slope}, activations.Rectified{Max: &limit, Threshold: 1, Slope: 0.5}, activations.ExponentialLinear{Alpha: &alpha},
	} {
		got, err := activations.Decode(configured.Object())
		if err != nil {
			t.Fatal(err)
		}
		want, _, _ := activations.Curve(configured, []float64{-3, -0.5, 0.7, 4, 9})
		values, _, err := activations.Curve(got, []float64{-3, -0.5, 0.7, 4, 9})
		if err != nil || !slices.Equal(values, want) {
			t.Errorf("%v came back as %v: %v, want %v", configured.Object(), got, values, want)
		}
	}
	if _, err := activations.Decode(config.Object{Class: "rleu"}); err == nil || !strings.Contains(err.Error(), `unknown activation "rleu"`) {
		t.Errorf("error of a misspelt name: %v", err)
	}
	if _, err := activations.Decode(config.Object{Class: "ReLU", Config: config.Map{"max_value": "six"}}); err == nil {
		t.Error("no error of a limit that is no number")
	}
}

func TestMisuse(t *testing.T) {
	for name, apply := range map[string]func(*graph.Node) *graph.Node{
		"unknown activation": activations.Named("rleu").Apply,
		"odd":                activations.GLU.Apply,
	} {
		g := graph.New()
		apply(g.Parameter("x", tensor.Float32, graph.Batch, 3))
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want one about %s", err, name)
		}
	}
}
