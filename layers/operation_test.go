package layers

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

func TestOperations(t *testing.T) {
	x := graph.Array{Shape: []int{1, 3}, Values: []float64{1, 2, 4}}
	y := graph.Array{Shape: []int{1, 1}, Values: []float64{8}}
	for _, test := range []struct {
		operation Operation
		inputs    []graph.Array
		want      []float64
	}{
		{Operation{}, []graph.Array{x, y}, []float64{9, 10, 12}},
		{Operation{Of: Minus}, []graph.Array{x, y}, []float64{-7, -6, -4}},
		{Operation{Of: Times}, []graph.Array{y, x}, []float64{8, 16, 32}},
		{Operation{Of: Over}, []graph.Array{y, x}, []float64{8, 4, 2}},
		{Operation{Number: new(3.0)}, []graph.Array{x}, []float64{4, 5, 7}},
		{Operation{Of: Minus, Number: new(3.0)}, []graph.Array{x}, []float64{-2, -1, 1}},
		{Operation{Of: Minus, Number: new(3.0), NumberFirst: true}, []graph.Array{x}, []float64{2, 1, -1}},
		{Operation{Of: Over, Number: new(4.0), NumberFirst: true}, []graph.Array{x}, []float64{4, 2, 1}},
	} {
		if got := run(t, test.operation, false, test.inputs...); !slices.Equal(got.Values, test.want) {
			t.Errorf("%+v: %v, want %v", test.operation, got.Values, test.want)
		}
	}
}

// What an operation writes into a file it is read from again.
func TestOperationsAreRead(t *testing.T) {
	for _, operation := range []Operation{
		{Of: Plus, Name: "add"}, {Of: Minus, Number: new(1.0), NumberFirst: true}, {Of: Times, Number: new(0.5)}, {Of: Over, Number: new(2.0)},
	} {
		values := []any{"x", "y"}
		if operation.Number != nil {
			values = values[:1]
		}
		description := operation.Describe()
		got, err := DecodeOperation(config.Object{Class: description.Class, Config: config.Map{"name": operation.Name}}, operation.Arguments(values))
		if err != nil || !reflect.DeepEqual(got, operation) {
			t.Errorf("%+v came back as %+v, %v", operation, got, err)
		}
	}
	for _, test := range []struct {
		class     string
		arguments []any
		want      string
	}{
		{"Matmul", []any{"x", "y"}, `unknown here, expected one of [Add Subtract Multiply TrueDivide]`},
		{"Add", []any{"x"}, "has 1 operands"},
		{"Add", []any{1.0, 2.0}, "a number for one of them at most"},
	} {
		if _, err := DecodeOperation(config.Object{Class: test.class}, test.arguments); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s of %v: error %v, want %q", test.class, test.arguments, err, test.want)
		}
	}
}

func TestStochasticDepthDropsSamples(t *testing.T) {
	const rate = 0.25
	x := ramp(400, 2, 3)
	y := run(t, StochasticDepth{Rate: rate}, true, x)
	dropped := 0
	for sample := range 400 {
		if y.Values[6*sample] == 0 {
			dropped++
		}
		for i := 6 * sample; i < 6*sample+6; i++ {
			want := x.Values[i] / (1 - rate)
			if y.Values[6*sample] == 0 {
				want = 0
			}
			if difference := y.Values[i] - want; difference > 1e-3 || difference < -1e-3 {
				t.Fatalf("sample %d: %v became %v, want %v", sample, x.Values[i], y.Values[i], want)
			}
		}
	}
	if dropped < 57 || dropped > 143 { // 100 ± 5 standard deviations
		t.Errorf("%d of 400 samples dropped at the rate %v", dropped, rate)
	}
}
