package graph_test

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// steps is a window of a height and a width that moves by single pixels.
func steps(height, width int) graph.Window {
	return graph.Window{Size: [2]int{height, width}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}}
}

// What a kernel learns from: every weight gets the sum of the pixels it saw,
// each times the gradient of the result that it went into.
func ExampleConvolutionFilter() {
	g := graph.New()
	picture, _ := tensor.Of([]float32{1, 2, 3, 4}, 1, 1, 4, 1)
	kernel, _ := tensor.Of([]float32{-1, 1}, 1, 2, 1, 1)
	w := g.Constant(kernel)
	y := graph.Convolve(graph.Convolution{Window: steps(1, 2), Groups: 1}, g.Constant(picture), w)
	gradients, err := graph.Gradient(y.ReduceSum(0, 1, 2, 3), w)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range graph.Ordered(gradients...) {
		if _, ok := n.Operation().(graph.ConvolutionFilter); ok {
			fmt.Println(n.Operation().Name(), n.Shape(), evaluate(n, nil))
		}
	}
	// Output: convolution_filter (1, 2, 1, 1) [6 9]
}

// A transposed convolution enlarges a picture: with steps of 2 every pixel
// stamps its multiple of the kernel beside the last one's.
func ExampleConvolutionInput() {
	g := graph.New()
	picture, _ := tensor.Of([]float32{1, 2, 3}, 1, 1, 3, 1)
	kernel, _ := tensor.Of([]float32{10, 1}, 1, 2, 1, 1)
	window := steps(1, 2)
	window.Stride = [2]int{1, 2}
	transposed := graph.ConvolutionInput{
		Convolution: graph.Convolution{Window: window, Groups: 1},
		Height:      1, Width: 6,
	}
	y := graph.Apply(transposed, g.Constant(picture), g.Constant(kernel))
	fmt.Println(y.Shape(), evaluate(y, nil))
	// Output: (1, 1, 6, 1) [10 1 20 2 30 3]
}

// Max pooling hands the gradient to the pixel that won; one that won twice
// gets both parts.
func ExampleSelectAndScatter() {
	g := graph.New()
	picture, _ := tensor.Of([]float32{1, 5, 2, 3}, 1, 1, 4, 1)
	won, _ := tensor.Of([]float32{0.5, 0.25, 1}, 1, 1, 3, 1)
	y := graph.Apply(graph.SelectAndScatter{Window: steps(1, 2)}, g.Constant(picture), g.Constant(won))
	fmt.Println(evaluate(y, nil))
	// Output: [0 0.75 0 1]
}

// What was picked twice is added up: the gradient of picking rows.
func ExampleScatterRows() {
	g := graph.New()
	numbers, _ := tensor.Of([]int32{2, 0, 2}, 1, 3)
	picked := table(g, 3, 2).Reshape(1, 3, 2)
	rows := graph.Apply(graph.ScatterRows{Rows: 4}, picked, g.Constant(numbers))
	fmt.Println(rows.Shape(), evaluate(rows, nil))
	// Output: (1, 4, 2) [3 4 0 0 6 8 0 0]
}

// With the batch's own statistics the gradient of one sample depends on the
// others, and a shift of all samples changes nothing: the parts cancel out.
func ExampleBatchNormalizationGradient() {
	g := graph.New()
	x := table(g, 4, 1)
	gamma, beta := table(g, 1, 1).Reshape(1), table(g, 1, 1).Reshape(1)
	mean := x.ReduceMean(0)
	variance := x.Sub(mean).Square().ReduceMean(0)
	y := x.Normalize(graph.BatchNormalization{Batch: true}, gamma, beta, mean, variance)
	first := y.SliceAxis(0, 0, 1).ReduceSum(0, 1)
	gradients, err := graph.Gradient(first, x)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(gradients[0].Operation().Name())
	fmt.Printf("%.3f\n", evaluate(gradients[0], nil))
	// Output:
	// batch_norm_grad
	// [0.268 -0.358 -0.089 0.179]
}

// Scores of two classes become probabilities; a constant added to all scores
// changes nothing, and large ones do not overflow.
func ExampleSoftmax() {
	g := graph.New()
	scores, _ := tensor.Of([]float32{0, 2, 1000, 1002}, 2, 2)
	y := g.Constant(scores).Softmax()
	_, known := y.Operation().(graph.Softmax)
	fmt.Printf("%v %.4f\n", known, evaluate(y, nil))
	// Output: true [0.1192 0.8808 0.1192 0.8808]
}

// The logarithm of a probability too small for any float.
func ExampleLogSoftmax() {
	g := graph.New()
	scores, _ := tensor.Of([]float32{0, 2000}, 1, 2)
	x := g.Constant(scores)
	fmt.Println(evaluate(x.Softmax().Log(), nil), evaluate(x.LogSoftmax(), nil))
	// Output: [-Inf 0] [-2000 0]
}

// The loss of a classifier of two classes, from the scores before the sigmoid:
// a confident mistake is dear but finite.
func ExampleSigmoidCrossentropy() {
	g := graph.New()
	scores, _ := tensor.Of([]float32{0, 5, -100}, 3)
	targets, _ := tensor.Of([]float32{1, 1, 1}, 3)
	fmt.Printf("%.4f\n", evaluate(g.Constant(scores).SigmoidCrossentropy(g.Constant(targets)), nil))
	// Output: [0.6931 0.0067 100.0000]
}
