package reference_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// TestTensorRounds has the rule by which outputs take their type.
func TestTensorRounds(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		dtype tensor.DType
		from  []float64
		want  []float64
	}{
		{tensor.Bool, []float64{0, 1, -0.5, nan}, []float64{0, 1, 1, 1}},
		{tensor.Uint8, []float64{-1, 0.9, 254.9, 255, 1e9, nan, -inf}, []float64{0, 0, 254, 255, 255, 0, 0}},
		{tensor.Int8, []float64{-1.9, 1.9, 200, -200, inf}, []float64{-1, 1, 127, -128, 127}},
		{tensor.Uint16, []float64{65535, 65536, -3}, []float64{65535, 65535, 0}},
		{tensor.Int16, []float64{32767.5, -40000}, []float64{32767, -32768}},
		{tensor.Uint32, []float64{1<<32 - 1, 1 << 32, -1}, []float64{1<<32 - 1, 1<<32 - 1, 0}},
		{tensor.Int32, []float64{-1 << 31, 1 << 31, 2.7}, []float64{-1 << 31, 1<<31 - 1, 2}},
		{tensor.Uint64, []float64{1 << 40, inf, -inf}, []float64{1 << 40, 1 << 64, 0}},
		{tensor.Int64, []float64{-1 << 40, inf, -inf}, []float64{-1 << 40, 1 << 63, -1 << 63}},
		{tensor.Float16, []float64{1 + 0x1p-11, 1 + 3*0x1p-11, 1e6, nan}, []float64{1, 1 + 0x1p-9, inf, nan}},
		{tensor.BFloat16, []float64{1 + 0x1p-8, 1 + 3*0x1p-8}, []float64{1, 1 + 0x1p-6}},
		{tensor.Float32, []float64{1 + 0x1p-24, 1 + 3*0x1p-24, 1e300}, []float64{1, 1 + 0x1p-22, inf}},
		{tensor.Float64, []float64{1 + 0x1p-52, 1e300}, []float64{1 + 0x1p-52, 1e300}},
	} {
		t.Run(c.dtype.String(), func(t *testing.T) {
			rounded, err := reference.Tensor(graph.Array{Shape: tensor.Shape{len(c.from)}, Values: c.from}, c.dtype)
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range reference.Array(rounded).Values {
				if got != c.want[i] && !(math.IsNaN(got) && math.IsNaN(c.want[i])) {
					t.Errorf("%v becomes %v, expected %v", c.from[i], got, c.want[i])
				}
			}
		})
	}
	if _, err := reference.Tensor(graph.Array{Shape: tensor.Shape{2}, Values: []float64{1}}, tensor.Float32); err == nil {
		t.Error("one value was taken for two")
	}
	if _, err := reference.Tensor(graph.Array{}, tensor.Invalid); err == nil {
		t.Error("a tensor without element type was made")
	}
}

// A thousand steps of 2⁻³⁰ on a float32 variable of 1 are all lost to an
// engine that rounds between runs.
func TestVariablesAreNotRounded(t *testing.T) {
	v := &graph.Variable{Name: "v", Type: graph.Type{DType: tensor.Float32, Shape: tensor.Shape{}}}
	g := graph.New()
	program := &graph.Program{Updates: []graph.Update{{Variable: v, Value: g.Read(v).Shift(0x1p-30)}}}
	engine := reference.New()
	state := engine.NewState()
	if err := state.Declare(v); err != nil {
		t.Fatal(err)
	}
	if err := state.Write(v, tensor.Scalar(float32(1))); err != nil {
		t.Fatal(err)
	}
	e, err := engine.Compile(context.Background(), program, 1)
	if err != nil {
		t.Fatal(err)
	}
	for range 1024 {
		if err := e.Run(context.Background(), state, 1, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	value := tensor.Scalar(float32(0))
	if err := state.Read(v, value); err != nil {
		t.Fatal(err)
	}
	if got := value.Float32s()[0]; got != 1+0x1p-20 {
		t.Errorf("1 + 1024·2⁻³⁰ is %v", got)
	}
}

func TestErrorsNameOperationScopeAndShapes(t *testing.T) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch, 3)
	defer g.Enter("model/dense")()
	huge := x.ExpandDims(2).BroadcastTo(graph.Batch, 3, 1<<30)
	_, err := reference.Evaluate(2, reference.Feeds{x: {Shape: tensor.Shape{2, 3}, Values: make([]float64, 6)}}, huge)
	for _, part := range []string{"model/dense: broadcast_in_dim of [(2, 3, 1)] to float32(2, 3, 1073741824)", "too many"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %q", err, part)
		}
	}
}

func TestEvaluateErrors(t *testing.T) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch, 3)
	broken := graph.New()
	for name, c := range map[string]struct {
		node  *graph.Node
		feeds reference.Feeds
		says  string
	}{
		"nothing fed":   {x, nil, `no value was given for the parameter "x"`},
		"wrong shape":   {x, reference.Feeds{x: {Shape: tensor.Shape{1, 3}, Values: make([]float64, 3)}}, "expected shape (2, 3)"},
		"too few":       {x, reference.Feeds{x: {Shape: tensor.Shape{2, 3}, Values: make([]float64, 5)}}, "5 values"},
		"invalid value": {broken.Fail(errors.New("broken long ago")), nil, "broken long ago"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := reference.Evaluate(2, c.feeds, c.node); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, expected an error that says %q", err, c.says)
			}
		})
	}
}

func ExampleTensor() {
	halves, err := reference.Tensor(graph.Array{Shape: tensor.Shape{3}, Values: []float64{0.5, -1.5, 300}}, tensor.Uint8)
	if err != nil {
		fmt.Println(err)
		return
	}
	values, _ := tensor.Values[uint8](halves)
	fmt.Println(values)
	// Output: [0 0 255]
}
