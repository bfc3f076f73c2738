package backendtest

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func TestCompareFindsDifferences(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct {
		name          string
		got, expected []float32
		allowed       float64
		says          string
	}{
		{"equal", []float32{1, nan, inf, -inf}, []float32{1, nan, inf, -inf}, 0, ""},
		{"zeros of either sign", []float32{0}, []float32{float32(math.Copysign(0, -1))}, 0, ""},
		{"within", []float32{1.5}, []float32{1}, 0.5, ""},
		{"beyond", []float32{0, 1.5}, []float32{0, 1}, 0.49, "1 of 2 elements are wrong, the first at [0 1]"},
		{"number for infinity", []float32{1}, []float32{inf}, math.Inf(1), "1 of 1"},
		{"infinity for a number", []float32{inf}, []float32{3}, 1, "1 of 1"},
		{"NaN for a number", []float32{nan}, []float32{3}, 1, "1 of 1"},
		{"number for NaN", []float32{3}, []float32{nan}, math.NaN(), "1 of 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := tensor.Of(c.got, 1, len(c.got))
			expected, _ := tensor.Of(c.expected, 1, len(c.expected))
			allowed := make([]float64, len(c.got))
			for i := range allowed {
				allowed[i] = c.allowed
			}
			err := compare(got, expected, allowed)
			if (err == nil) != (c.says == "") || (err != nil && !strings.Contains(err.Error(), c.says)) {
				t.Errorf("compare says %v, expected %q", err, c.says)
			}
		})
	}
}

// The allowed difference of a product of matrices, worked out by hand.
func TestSumTolerance(t *testing.T) {
	g := graph.New()
	x, w := g.Parameter("x", tensor.Float32, 1, 4), g.Parameter("w", tensor.Float32, 4, 1)
	outputs := []*graph.Node{x.MatMul(w)}
	feeds := reference.Feeds{
		x: {Shape: tensor.Shape{1, 4}, Values: []float64{1, -2, 3, -4}},
		w: {Shape: tensor.Shape{4, 1}, Values: []float64{5, 6, 7, 8}},
	}
	expected, err := reference.Evaluate(1, feeds, outputs...)
	if err != nil {
		t.Fatal(err)
	}
	allowed, err := Tolerance{Sum: true}.allowed(1, feeds, outputs, expected)
	if err != nil {
		t.Fatal(err)
	}
	if want := 4 * 0x1p-23 * math.Sqrt(4) * (5 + 12 + 21 + 32); allowed[0][0] != want {
		t.Errorf("allowed %v, expected %v", allowed[0][0], want)
	}
}

// Cancellation multiplies the error of rounding: 1000.1 - 1000 is wrong by
// what float32 lacks at 1000.
func TestNoiseTolerance(t *testing.T) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32)
	outputs := []*graph.Node{x.Shift(1000).Shift(-1000)}
	feeds := reference.Feeds{x: {Shape: tensor.Shape{}, Values: []float64{0.1}}}
	expected, err := reference.Evaluate(1, feeds, outputs...)
	if err != nil {
		t.Fatal(err)
	}
	allowed, err := Tolerance{Noise: true}.allowed(1, feeds, outputs, expected)
	if err != nil {
		t.Fatal(err)
	}
	lost := math.Abs(float64(float32(1000.1)) - 1000.1)
	if allowed[0][0] < lost || allowed[0][0] > 64*lost {
		t.Errorf("allowed %v where rounding loses %v", allowed[0][0], lost)
	}
}

// spoilt is an executable whose largest result of each output is a little wrong.
type spoilt struct{ backend.Executable }

func (s spoilt) Run(ctx context.Context, state backend.State, samples int, inputs, outputs []*tensor.Tensor) error {
	if err := s.Executable.Run(ctx, state, samples, inputs, outputs); err != nil {
		return err
	}
	for _, output := range outputs {
		values := reference.Array(output)
		largest := -1
		for i, x := range values.Values {
			if largest < 0 || math.Abs(x) > math.Abs(values.Values[largest]) || math.IsNaN(values.Values[largest]) {
				largest = i
			}
		}
		if largest < 0 {
			continue
		}
		switch x := values.Values[largest]; {
		case math.IsInf(x, 0), math.IsNaN(x):
			values.Values[largest] = 0
		case output.DType().IsFloat():
			values.Values[largest] = x*(1+1e-3) + 1e-30
		case x > 0:
			values.Values[largest] = x - 1
		default:
			values.Values[largest] = x + 1
		}
		wrong, err := reference.Tensor(values, output.DType())
		if err != nil {
			return err
		}
		if err := output.CopyFrom(wrong); err != nil {
			return err
		}
	}
	return nil
}

// TestSpoiltResultsAreFound shows that no tolerance is so wide that a result
// wrong by a thousandth passes.
func TestSpoiltResultsAreFound(t *testing.T) {
	engine := reference.New()
	for _, c := range slices.Concat(Cases(), patterns()) {
		if c.Optional {
			continue
		}
		instance, err := c.Instantiate(tensor.Float32)
		if err != nil {
			t.Fatal(err)
		}
		tolerance := c.Tolerance
		if !strings.Contains(c.Name, "/") {
			tolerance = Tolerance{Noise: true} // of patterns
		}
		for i, output := range instance.Outputs {
			if count, _ := graph.Resolve(output.Shape(), 2).Elements(); count == 0 {
				continue
			}
			single := &Instance{Case: c, Inputs: instance.Inputs, Outputs: instance.Outputs[i : i+1], fills: instance.fills}
			e, err := engine.Compile(context.Background(), &graph.Program{Inputs: single.Inputs, Outputs: single.Outputs}, capacity)
			if err != nil {
				t.Fatal(err)
			}
			if err := compareRun(e, engine.NewState(), single, 2, tolerance); err != nil {
				t.Errorf("%s, output %d: the right result is refused: %v", c.Name, i, err)
			}
			if err := compareRun(spoilt{e}, engine.NewState(), single, 2, tolerance); err == nil {
				t.Errorf("%s, output %d: a wrong result passes", c.Name, i)
			}
		}
	}
}
