package graph_test

import (
	"math"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// absurd draws attributes and extents that are mostly small, sometimes wrong
// and sometimes as large as numbers go.
type absurd struct{ *random.Stream }

func (a absurd) number() int {
	switch a.Intn(12) {
	case 0:
		extremes := []int{math.MaxInt, math.MinInt, 1 << 31, 1<<31 - 1, 1 << 23, -1 << 31, 1 << 47, math.MaxInt - 1, -2}
		return extremes[a.Intn(len(extremes))]
	case 1:
		return batch
	case 2:
		return 0
	}
	return 1 + a.Intn(4)
}

func (a absurd) numbers(count int) []int {
	if a.Intn(8) == 0 {
		count = a.Intn(10)
	}
	numbers := make([]int, count)
	for i := range numbers {
		numbers[i] = a.number()
	}
	return numbers
}

func (a absurd) axes(rank int) []int {
	if a.Intn(6) == 0 {
		return a.numbers(rank)
	}
	return a.Permutation(rank)[:a.Intn(rank+1)]
}

func (a absurd) window() graph.Window {
	return graph.Window{
		Size: [2]int{a.number(), a.number()}, Stride: [2]int{a.number(), a.number()}, Dilation: [2]int{a.number(), a.number()},
		Padding: [2][2]int{{a.number() - 1, a.number() - 1}, {a.number() - 1, a.number() - 1}},
	}
}

func (a absurd) operation(rank int) graph.Operation {
	dtype := tensor.DType(a.Intn(16))
	convolution := graph.Convolution{Window: a.window(), Groups: a.number()}
	epsilon := []float64{0, 1e-3, -1, math.NaN(), math.Inf(1)}[a.Intn(5)]
	operations := []graph.Operation{
		graph.Elementwise{Function: graph.Function(a.Intn(34))}, graph.Comparison{Direction: graph.Direction(a.Intn(8))}, graph.Selection{},
		graph.Conversion{To: dtype}, graph.Broadcast{Shape: a.numbers(rank + a.Intn(3)), Axes: a.axes(rank)}, graph.Reshape{Shape: a.numbers(rank)},
		graph.Transpose{Permutation: a.axes(rank)}, graph.Reverse{Axes: a.axes(rank)}, graph.Pad{Low: a.numbers(rank), High: a.numbers(rank), Interior: a.numbers(rank)},
		graph.Slice{Start: a.numbers(rank), Limit: a.numbers(rank), Stride: a.numbers(rank)}, graph.Concatenation{Axis: a.number()},
		graph.Reduction{Reducer: graph.Reducer(a.Intn(5)), Axes: a.axes(rank)}, graph.ArgMax{Axis: a.number()},
		graph.Dot{LeftContract: a.axes(rank), RightContract: a.axes(rank), LeftBatch: a.axes(rank), RightBatch: a.axes(rank)},
		graph.Dot{LeftContract: []int{rank - 1}, RightContract: []int{0}},
		convolution, graph.ConvolutionInput{Convolution: convolution, Height: a.number(), Width: a.number()}, graph.ConvolutionFilter{Convolution: convolution},
		graph.ReduceWindow{Window: a.window(), Reducer: graph.Reducer(a.Intn(4))}, graph.SelectAndScatter{Window: a.window()},
		graph.GatherRows{}, graph.ScatterRows{Rows: a.number()}, graph.BatchNormalization{Epsilon: epsilon, Batch: a.Intn(2) == 0},
		graph.BatchNormalizationGradient{Epsilon: epsilon}, graph.Softmax{}, graph.LogSoftmax{}, graph.SoftmaxCrossentropy{}, graph.SigmoidCrossentropy{},
		graph.RandomUniform{Shape: a.numbers(rank)}, graph.DimensionSize{Axis: a.number()},
		graph.Parameter{Of: graph.Type{DType: dtype, Shape: a.numbers(rank)}}, graph.Iota{Of: graph.Type{DType: dtype, Shape: a.numbers(rank)}, Axis: a.number()},
		graph.Read{Variable: &graph.Variable{Type: graph.Type{DType: dtype, Shape: a.numbers(rank)}}},
	}
	return operations[a.Intn(len(operations))]
}

// TestAbsurdAttributes applies operations to operands and attributes beyond
// all sense. Rules must refuse or give a sound type, gradients and the
// reference computation of what they let through must not panic.
func TestAbsurdAttributes(t *testing.T) {
	valid := 0
	for seed := range uint64(100_000) {
		a := absurd{random.NewStream(seed)}
		rank := a.Intn(5)
		g := graph.New()
		operands := a.operands(g, rank)
		if g.Err() != nil {
			continue
		}
		operation := a.operation(rank)
		operation.Infer([]graph.Type{{DType: tensor.Float32, Shape: a.numbers(rank)}, {DType: tensor.Float32, Shape: a.numbers(rank)}}[:a.Intn(3)])
		n := graph.Apply(operation, operands...)
		if !n.Valid() {
			if n.Graph().Err() == nil {
				t.Fatalf("seed %d: %s gave an invalid value and no error", seed, operation.Name())
			}
			continue
		}
		valid++
		checkSound(t, seed, n)
	}
	if valid < 3000 {
		t.Errorf("only %d of the operations were valid: the test says little", valid)
	}
}

func (a absurd) operands(g *graph.Graph, rank int) []*graph.Node {
	shape := a.numbers(rank)
	operands := make([]*graph.Node, 1+a.Intn(3))
	if a.Intn(10) == 0 {
		operands = make([]*graph.Node, 5+2*a.Intn(2))
	}
	for i := range operands {
		if a.Intn(4) == 0 {
			shape = a.numbers(rank)
		}
		dtype := tensor.Float32
		if a.Intn(6) == 0 {
			dtype = tensor.DType(a.Intn(15))
		}
		operands[i] = g.Parameter("x", dtype, shape...)
	}
	return operands
}

// checkSound differentiates and computes a value if it is small.
func checkSound(t *testing.T, seed uint64, n *graph.Node) {
	t.Helper()
	for i, extent := range n.Shape() {
		if extent < 0 && extent != batch || extent > 1<<31 {
			t.Fatalf("seed %d: %s of %+v has extent %d at dimension %d", seed, n.Operation().Name(), n.Operation(), extent, i)
		}
	}
	feeds := reference.Feeds{}
	for _, operand := range append([]*graph.Node{n}, n.Operands()...) {
		count, err := graph.Resolve(operand.Shape(), 2).Elements()
		if err != nil || count > 1000 {
			return
		}
		if operand != n {
			feeds[operand] = graph.Array{Shape: graph.Resolve(operand.Shape(), 2), Values: make([]float64, count)}
		}
	}
	outputs := []*graph.Node{n}
	if values := floats(n.Operands()); n.DType().IsFloat() && len(values) > 0 {
		gradients, err := graph.Gradient(n.ReduceSum(n.AllAxes()...), values...)
		if err == nil {
			outputs = append(outputs, gradients...)
		}
	}
	reference.Evaluate(2, feeds, outputs...) // an error, as of too many elements, is as good as values
}
