package graph_test

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// table makes a constant matrix that counts 1 2 3 ... row by row.
func table(g *graph.Graph, rows, columns int) *graph.Node {
	values := make([]float32, rows*columns)
	for i := range values {
		values[i] = float32(i + 1)
	}
	t, _ := tensor.Of(values, rows, columns)
	return g.Constant(t)
}

func ExampleOperation() {
	x := table(graph.New(), 2, 2).Tanh()
	switch operation := x.Operation().(type) {
	case graph.Elementwise:
		fmt.Println(operation.Function, "of", x.Operands()[0].Type())
	}
	// Output: tanh of float32(2, 2)
}

// A backend that has no softmax of its own takes its parts.
func ExampleComposite() {
	x := table(graph.New(), 1, 3).Softmax()
	if composite, ok := x.Operation().(graph.Composite); ok {
		for _, n := range graph.Ordered(composite.Decompose(x.Operands())) {
			fmt.Print(n.Operation().Name(), " ")
		}
	}
	// Output: constant reduce reshape broadcast_in_dim subtract exponential reduce reshape broadcast_in_dim divide
}

func ExampleBroadcast() {
	x := table(graph.New(), 1, 2)
	fmt.Println(evaluate(x.BroadcastTo(3, 2), nil), evaluate(x.BroadcastAlong([]int{0, 1}, 1, 2, 2), nil))
	// Output: [1 2 1 2 1 2] [1 1 2 2]
}

func ExampleTranspose() {
	fmt.Println(evaluate(table(graph.New(), 2, 3).Transpose(1, 0), nil))
	// Output: [1 4 2 5 3 6]
}

func ExampleReshape() {
	x := graph.New().Parameter("pictures", tensor.Float32, graph.Batch, 28, 28, 1)
	fmt.Println(x.Reshape(graph.Batch, 784).Type())
	// Output: float32(None, 784)
}

// Negative padding cuts off, interior padding puts apart.
func ExamplePad() {
	x := table(graph.New(), 1, 3)
	fmt.Println(evaluate(x.Pad([]int{0, 1}, []int{0, -1}, nil, 0), nil))
	fmt.Println(evaluate(x.Pad([]int{0, 0}, []int{0, 0}, []int{0, 1}, 9), nil))
	// Output:
	// [0 1 2]
	// [1 9 2 9 3]
}

func ExampleSlice() {
	x := table(graph.New(), 2, 5)
	fmt.Println(evaluate(x.Slice([]int{0, 1}, []int{2, 5}, []int{1, 2}), nil), evaluate(x.SliceAxis(0, 1, 2), nil))
	// Output: [2 4 7 9] [6 7 8 9 10]
}

func ExampleConcatenation() {
	x := table(graph.New(), 2, 2)
	fmt.Println(evaluate(graph.Concatenate(1, x, x.Neg()), nil))
	// Output: [1 2 -1 -2 3 4 -3 -4]
}

func ExampleReverse() {
	fmt.Println(evaluate(table(graph.New(), 2, 3).Reverse(1), nil))
	// Output: [3 2 1 6 5 4]
}

func ExampleReduction() {
	x := table(graph.New(), 2, 3)
	fmt.Println(evaluate(x.ReduceSum(1), nil), evaluate(x.ReduceMax(0), nil), evaluate(x.ReduceMean(0, 1), nil))
	// Output: [6 15] [4 5 6] [3.5]
}

func ExampleArgMax() {
	x := table(graph.New(), 2, 3)
	fmt.Println(evaluate(x.ArgMax(1), nil), evaluate(x.Neg().ArgMax(1), nil))
	// Output: [2 2] [0 0]
}

// The product of every row with every row.
func ExampleDot() {
	x := table(graph.New(), 2, 2)
	fmt.Println(evaluate(graph.Contract(graph.Dot{LeftContract: []int{1}, RightContract: []int{1}}, x, x), nil))
	// Output: [5 11 11 25]
}

// Leaky ReLU.
func ExampleSelection() {
	x := table(graph.New(), 1, 4).Shift(-2.5)
	fmt.Println(evaluate(graph.Select(x.Compare(graph.Greater, x.Like(0)), x, x.Scale(0.5)), nil))
	// Output: [-0.75 -0.25 0.5 1.5]
}

// Class numbers as rows of zeros with a one.
func ExampleIota() {
	g := graph.New()
	labels, _ := tensor.Of([]int32{2, 0}, 2, 1)
	fmt.Println(evaluate(g.Constant(labels).Compare(graph.Equal, g.Iota(tensor.Int32, 0, 3)).Convert(tensor.Float32), nil))
	// Output: [0 0 1 1 0 0]
}

func ExampleConversion() {
	x := table(graph.New(), 1, 3).Scale(-0.7)
	fmt.Println(evaluate(x.Convert(tensor.Int32), nil), x.Convert(tensor.Int32).Type())
	// Output: [0 -1 -2] int32(1, 3)
}

func ExampleGatherRows() {
	g := graph.New()
	numbers, _ := tensor.Of([]int32{2, 0, 9}, 1, 3) // 9 is moved to the last row
	fmt.Println(evaluate(table(g, 3, 2).Reshape(1, 3, 2).GatherRows(g.Constant(numbers)), nil))
	// Output: [5 6 1 2 5 6]
}

func ExampleBatchNormalization() {
	g := graph.New()
	x := table(g, 3, 1)
	gamma, beta := table(g, 1, 1).Reshape(1), table(g, 1, 1).Reshape(1)
	mean := x.ReduceMean(0)
	variance := x.Sub(mean).Square().ReduceMean(0)
	y := x.Normalize(graph.BatchNormalization{Epsilon: 1e-3, Batch: true}, gamma, beta, mean, variance)
	for _, value := range evaluate(y, nil) {
		fmt.Printf("%.3f ", value)
	}
	// Output: -0.224 1.000 2.224
}

func ExampleSoftmaxCrossentropy() {
	g := graph.New()
	targets, _ := tensor.Of([]float32{0, 1}, 1, 2)
	fmt.Printf("%.4f\n", evaluate(table(g, 1, 2).SoftmaxCrossentropy(g.Constant(targets)), nil))
	// Output: [0.3133]
}
