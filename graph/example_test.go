package graph_test

import (
	"fmt"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// evaluate computes a value without inputs by the reference.
func evaluate(n *graph.Node, feeds reference.Feeds) []float64 {
	values, err := reference.Evaluate(2, feeds, n)
	if err != nil {
		fmt.Println(err)
		return nil
	}
	return values[0].Values
}

// Formulas read as they are written; shapes are broadcast as NumPy does.
func ExampleNode() {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch, 2)
	swish := x.Mul(x.Sigmoid())
	centred := x.Sub(x.ReduceMean(0))
	fmt.Println(swish.Type(), centred.Type(), g.Err())

	feeds := reference.Feeds{x: {Shape: tensor.Shape{2, 2}, Values: []float64{1, 2, 3, 6}}}
	fmt.Println(evaluate(centred, feeds))
	// Output:
	// float32(None, 2) float32(None, 2) <nil>
	// [-1 -2 1 2]
}

// An error sticks to the graph with the layer in which it happened.
func ExampleGraph() {
	g := graph.New()
	pictures := g.Parameter("pictures", tensor.Float32, graph.Batch, 8, 8, 3)
	weights := g.Read(&graph.Variable{Name: "dense/kernel", Type: graph.Type{DType: tensor.Float32, Shape: tensor.Shape{64, 10}}})

	leave := g.Enter("dense")
	scores := pictures.Reshape(graph.Batch, 192).MatMul(weights).Softmax()
	leave()
	fmt.Println(scores.Valid())
	fmt.Println(g.Err())
	// Output:
	// false
	// dense: graph: dot_general of [float32(None, 192) float32(64, 10)]: extent 192 of dimension 1 meets 64 of dimension 0
}

func ExampleType() {
	t := graph.Type{DType: tensor.Float32, Shape: tensor.Shape{graph.Batch, 150, 150, 3}}
	fmt.Println(t, graph.Resolve(t.Shape, 20))
	// Output: float32(None, 150, 150, 3) (20, 150, 150, 3)
}

// A kernel that takes the difference of neighbours finds the edge.
func ExampleConvolution() {
	g := graph.New()
	picture, _ := tensor.Of([]float32{
		0, 0, 5, 5,
		0, 0, 5, 5,
	}, 1, 2, 4, 1)
	kernel, _ := tensor.Of([]float32{-1, 1}, 1, 2, 1, 1)
	window := graph.Window{Size: [2]int{1, 2}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}}
	edges := graph.Convolve(graph.Convolution{Window: window, Groups: 1}, g.Constant(picture), g.Constant(kernel))
	fmt.Println(edges.Shape(), evaluate(edges, nil))
	// Output: (1, 2, 3, 1) [0 5 0 0 5 0]
}

// As many windows as pixels: TensorFlow's padding "same".
func ExampleWindow() {
	w := graph.Window{Size: [2]int{3, 3}, Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}}
	for i, extent := range []int{150, 151} {
		w.Padding[i] = graph.SamePadding(extent, w.Size[i], w.Stride[i], w.Dilation[i])
	}
	fmt.Println(w.Padding, w.Output(0, 150), w.Output(1, 151))
	// Output: [[0 1] [1 1]] 75 76
}

func ExampleReduceWindow() {
	g := graph.New()
	picture := g.Iota(tensor.Float32, 2, 1, 2, 4, 1) // every row is 0 1 2 3
	pool := graph.Window{Size: [2]int{2, 2}, Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}}
	fmt.Println(evaluate(picture.ReduceWindow(graph.Largest, pool), nil), evaluate(picture.ReduceWindow(graph.Sum, pool), nil))
	// Output: [1 3] [2 10]
}

// The derivative of Σ x³ is 3x².
func ExampleGradient() {
	g := graph.New()
	x := g.Parameter("x", tensor.Float64, 3)
	loss := x.Mul(x).Mul(x).ReduceSum(0)
	gradients, err := graph.Gradient(loss, x)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(evaluate(gradients[0], reference.Feeds{x: {Shape: tensor.Shape{3}, Values: []float64{1, 2, -3}}}))
	// Output: [3 12 27]
}

// A step of training: outputs and new values of the variables in one program.
func ExampleProgram() {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch, 3)
	targets := g.Parameter("targets", tensor.Float32, graph.Batch, 1)
	kernel := &graph.Variable{Name: "kernel", Type: graph.Type{DType: tensor.Float32, Shape: tensor.Shape{3, 1}}}

	w := g.Read(kernel)
	loss := x.MatMul(w).Sub(targets).Square().ReduceMean(0, 1)
	gradients, err := graph.Gradient(loss, w)
	if err != nil {
		fmt.Println(err)
		return
	}
	step := graph.Program{
		Inputs:  []*graph.Node{x, targets},
		Outputs: []*graph.Node{loss},
		Updates: []graph.Update{{Variable: kernel, Value: w.Sub(gradients[0].Scale(0.01))}},
	}
	fmt.Println(step.Verify(), len(step.Variables()))
	// Output: <nil> 1
}

func ExampleVariable() {
	momentum := &graph.Variable{Name: "conv2d/kernel/momentum", Type: graph.Type{DType: tensor.Float32, Shape: tensor.Shape{3, 3, 3, 32}}}
	g := graph.New()
	before := g.Read(momentum)
	fmt.Println(before.Type(), g.Read(momentum) == before)
	// Output: float32(3, 3, 3, 32) true
}

// Every sample has numbers of its own, whatever batch it comes in.
func ExampleRandomUniform() {
	g := graph.New()
	key, _ := tensor.Of([]uint32{42, 0, 1, 0}, 4) // seed low and high, step, first sample
	kept := g.Constant(key).RandomUniform(7, graph.Batch, 8).Compare(graph.GreaterEqual, g.Scalar(tensor.Float32, 0.5))
	fmt.Println(kept.Type(), evaluate(kept, nil))
	// Output: bool(None, 8) [0 0 1 0 0 1 0 0 0 0 1 0 0 0 1 0]
}
