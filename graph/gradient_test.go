package graph_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend/backendtest"
	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// TestDerivatives compares the first and second derivatives of every case of
// the backends' suite with central differences in float64.
func TestDerivatives(t *testing.T) {
	for _, c := range backendtest.Cases() {
		if c.NoGradient || strings.Contains(c.Name, "/real ") { // twins of cases on whole numbers
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			instance, err := c.Instantiate(tensor.Float64)
			if err != nil {
				t.Fatal(err)
			}
			for order := 1; order <= 2; order++ {
				scalar := instance.Weighted()
				values := floats(instance.Inputs)
				if scalar == nil || len(values) == 0 {
					return
				}
				gradients, err := graph.Gradient(scalar, values...)
				if order == 2 && err != nil && strings.Contains(err.Error(), "no second derivative") {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				compareWithDifferences(t, instance, order, scalar, values, gradients)
				instance.Outputs = gradients
			}
		})
	}
}

func floats(nodes []*graph.Node) []*graph.Node {
	var result []*graph.Node
	for _, n := range nodes {
		if n.DType().IsFloat() {
			result = append(result, n)
		}
	}
	return result
}

// compareWithDifferences checks a few elements of every gradient. The error of
// the difference (f(x+h) - f(x-h)) / 2h is about h²·f‴/6 and f·2⁻⁵³/h.
func compareWithDifferences(t *testing.T, instance *backendtest.Instance, order int, scalar *graph.Node, values, gradients []*graph.Node) {
	t.Helper()
	const samples, step, checked = 2, 1e-5, 3
	feeds := smoothFeeds(t, instance, samples)
	analytic, err := reference.Evaluate(samples, feeds, append([]*graph.Node{scalar}, gradients...)...)
	if err != nil {
		t.Fatal(err)
	}
	if math.IsInf(analytic[0].Values[0], 0) || math.IsNaN(analytic[0].Values[0]) {
		t.Skip("windows that lie in the padding alone have infinite maxima")
	}
	for i, value := range values {
		x := feeds[value].Values
		if got := gradients[i].Type(); !got.Equal(value.Type()) {
			t.Errorf("order %d, input %d: the gradient is %v, the input %v", order, i, got, value.Type())
		}
		for j := 0; j < len(x); j += 1 + len(x)/checked {
			at := func(moved float64) float64 {
				kept := x[j]
				defer func() { x[j] = kept }()
				x[j] = moved
				result, err := reference.Evaluate(samples, feeds, scalar)
				if err != nil {
					t.Fatal(err)
				}
				return result[0].Values[0]
			}
			numeric := (at(x[j]+step) - at(x[j]-step)) / (2 * step)
			got := analytic[i+1].Values[j]
			allowed := 2e-6*max(1, math.Abs(got)) + 0x1p-50*math.Abs(analytic[0].Values[0])/step
			if !(math.Abs(got-numeric) <= allowed) {
				t.Errorf("order %d, input %d, element %d: gradient %v, differences say %v", order, i, j, got, numeric)
			}
		}
	}
}

func smoothFeeds(t *testing.T, instance *backendtest.Instance, samples int) reference.Feeds {
	t.Helper()
	data, err := instance.SmoothData(samples)
	if err != nil {
		t.Fatal(err)
	}
	feeds := reference.Feeds{}
	for i, n := range instance.Inputs {
		feeds[n] = data[i]
	}
	return feeds
}

// TestDecompositions compares composites with their primitives in float64.
func TestDecompositions(t *testing.T) {
	compared := map[string]bool{}
	for _, c := range backendtest.Cases() {
		instance, err := c.Instantiate(tensor.Float64)
		if err != nil {
			t.Fatal(err)
		}
		for _, output := range instance.Outputs {
			composite, ok := output.Operation().(graph.Composite)
			if !ok {
				continue
			}
			compared[composite.Name()] = true
			t.Run(c.Name, func(t *testing.T) {
				parts := composite.Decompose(output.Operands())
				if !parts.Type().Equal(output.Type()) {
					t.Fatalf("%v decomposes into %v", output.Type(), parts.Type())
				}
				values, err := reference.Evaluate(3, smoothFeeds(t, instance, 3), output, parts)
				if err != nil {
					t.Fatal(err)
				}
				for i, want := range values[0].Values {
					if got := values[1].Values[i]; math.Abs(got-want) > 1e-12*max(1, math.Abs(want)) {
						t.Errorf("element %d: %v by its definition, %v by its parts", i, want, got)
					}
				}
			})
		}
	}
	if len(compared) != 6 {
		t.Errorf("composites compared: %v, expected 6", compared)
	}
}

func TestGradientOfUnrelatedValueIsZero(t *testing.T) {
	g := graph.New()
	x, y := g.Parameter("x", tensor.Float64, graph.Batch, 2), g.Parameter("y", tensor.Float64, 3)
	z := y.Convert(tensor.Int32).Convert(tensor.Float64) // nothing flows through whole numbers
	gradients, err := graph.Gradient(x.Add(z.ReduceSum(0)).ReduceSum(0, 1), y, x)
	if err != nil {
		t.Fatal(err)
	}
	feeds := reference.Feeds{x: {Shape: tensor.Shape{1, 2}, Values: []float64{1, 2}}, y: {Shape: tensor.Shape{3}, Values: []float64{1, 2, 3}}}
	values, err := reference.Evaluate(1, feeds, gradients...)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(values[0].Values, values[1].Values); got != "[0 0 0] [1 1]" {
		t.Errorf("gradients are %s", got)
	}
}

func TestGradientAddsUpManyUses(t *testing.T) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float64)
	sum := x
	for range 99 {
		sum = sum.Add(x.Mul(x))
	}
	gradients, err := graph.Gradient(sum, x, sum)
	if err != nil {
		t.Fatal(err)
	}
	values, err := reference.Evaluate(1, reference.Feeds{x: {Shape: tensor.Shape{}, Values: []float64{3}}}, gradients...)
	if err != nil {
		t.Fatal(err)
	}
	if got := values[0].Values[0]; got != 1+99*2*3 {
		t.Errorf("gradient is %v, expected %v", got, 1+99*2*3)
	}
	if got := values[1].Values[0]; got != 1 {
		t.Errorf("gradient with respect to itself is %v", got)
	}
}

// An operand given twice to a composite whose gradient goes by its parts.
func TestGradientOfRepeatedOperand(t *testing.T) {
	g := graph.New()
	x, c := g.Parameter("x", tensor.Float64, 2, 1), g.Parameter("c", tensor.Float64, 1)
	y := x.Normalize(graph.BatchNormalization{}, c, c, c, c) // (x - c)/√c·c + c = x·√c - c^1.5 + c
	gradients, err := graph.Gradient(y.ReduceSum(0, 1), c)
	if err != nil {
		t.Fatal(err)
	}
	feeds := reference.Feeds{x: {Shape: tensor.Shape{2, 1}, Values: []float64{1, 5}}, c: {Shape: tensor.Shape{1}, Values: []float64{4}}}
	values, err := reference.Evaluate(1, feeds, gradients...)
	if err != nil {
		t.Fatal(err)
	}
	want := 6.0/(2*2) - 2*1.5*2 + 2
	if got := values[0].Values[0]; math.Abs(got-want) > 1e-12 {
		t.Errorf("gradient is %v, expected %v", got, want)
	}
}

func TestGradientOfDeepGraph(t *testing.T) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32)
	y := x
	for range 100_000 {
		y = y.Neg()
	}
	gradients, err := graph.Gradient(y, x)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(graph.Ordered(gradients...)); got != 100_001 {
		t.Errorf("the gradient needs %d nodes, expected 100001", got)
	}
}

// Nothing is built for what the values do not take part in.
func TestGradientLeavesFrozenPartsAlone(t *testing.T) {
	g := graph.New()
	frozen, x := g.Parameter("frozen", tensor.Float32, 4), g.Parameter("x", tensor.Float32, 4)
	features := frozen.Tanh().Exp().Sigmoid()
	scalar := features.Mul(x).ReduceSum(0)
	before := scalar.ID()
	if _, err := graph.Gradient(scalar, x); err != nil {
		t.Fatal(err)
	}
	made := x.Neg().ID() - before - 1
	if made > 5 {
		t.Errorf("%d nodes were made for the gradient of one product", made)
	}
}

func TestGradientErrors(t *testing.T) {
	g := graph.New()
	x, n := g.Parameter("x", tensor.Float32, 3), g.Parameter("n", tensor.Int32)
	scalar := x.ReduceSum(0)
	other := graph.New().Parameter("y", tensor.Float32)
	for _, c := range []struct {
		name   string
		scalar *graph.Node
		values []*graph.Node
		says   string
	}{
		{"no scalar", x, []*graph.Node{x}, "reduce it first"},
		{"whole number", n, []*graph.Node{x}, "expected a floating-point scalar"},
		{"with respect to whole numbers", scalar, []*graph.Node{n}, "no floating-point number"},
		{"another graph", scalar, []*graph.Node{other}, "another graph"},
		{"nil scalar", nil, nil, "no graph made"},
		{"nil value", scalar, []*graph.Node{nil}, "no graph made"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := graph.Gradient(c.scalar, c.values...); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, expected an error that says %q", err, c.says)
			}
		})
	}
	broken := x.Add(g.Parameter("z", tensor.Float32, 2))
	if _, err := graph.Gradient(broken, x); err == nil || err != g.Err() {
		t.Errorf("gradient of an invalid value: %v, expected %v", err, g.Err())
	}
}
