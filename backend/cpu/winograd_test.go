package cpu

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	philox "github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// TestWinograd compares convolutions by 3×3 kernels, their gradients, and what
// is fused with them, with the reference in float64: no element may be off by
// more than 2e-5 of the largest. A transform of 4×4 results multiplies the
// errors of rounding, which are relative to the largest of a tile, by about
// ten, and sums of 9·128 products have some 1e-6 of them.
func TestWinograd(t *testing.T) {
	for _, name := range instructionSets(t)[:1] {
		for i, size := range [][6]int{ // height, width, channels, filters, padding, pictures
			{9, 9, 16, 16, 1, 3}, {14, 11, 32, 48, 0, 2}, {5, 6, 17, 33, 1, 1}, {2, 3, 16, 16, 1, 2}, {8, 8, 128, 128, 1, 1},
		} {
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				compareWithReference(t, name, size, uint64(i))
			})
		}
	}
}

func compareWithReference(t *testing.T, name string, size [6]int, seed uint64) {
	t.Helper()
	height, width, channels, filters, pad, pictures := size[0], size[1], size[2], size[3], size[4], size[5]
	g := graph.New()
	op := graph.Convolution{Groups: 1, Window: graph.Window{
		Size: [2]int{3, 3}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Padding: [2][2]int{{pad, pad}, {pad, pad}},
	}}
	x := g.Parameter("x", tensor.Float32, graph.Batch, height, width, channels)
	w := g.Parameter("w", tensor.Float32, 3, 3, channels, filters)
	bias := g.Parameter("bias", tensor.Float32, filters)
	y := graph.Convolve(op, x, w)
	activated := y.Add(bias).ReLU()
	dy := g.Parameter("dy", tensor.Float32, y.Shape()...)
	outputs := []*graph.Node{
		activated, graph.Apply(graph.ConvolutionInput{Convolution: op, Height: height, Width: width}, dy, w),
		graph.Apply(graph.ConvolutionFilter{Convolution: op}, x, dy),
	}
	other := g.Parameter("other", tensor.Float32, 3, 3, channels, filters)
	halves := graph.Window{Size: [2]int{2, 2}, Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}}
	if y.Shape()[1] > 1 && y.Shape()[2] > 1 {
		outputs = append(outputs, graph.Convolve(op, x, other).Add(bias).ReLU().ReduceWindow(graph.Largest, halves))
	}
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	e, err := New(Options{Instructions: name, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	runAgainstReference(t, e, []*graph.Node{x, w, bias, dy, other}, outputs, pictures, seed)
}

// runAgainstReference compares what an engine makes of random inputs with the
// reference, and returns the names of the engine's steps.
func runAgainstReference(t *testing.T, e *Engine, from, outputs []*graph.Node, pictures int, seed uint64) []string {
	t.Helper()
	program := &graph.Program{Inputs: from, Outputs: outputs}
	compiled, err := e.Compile(context.Background(), program, pictures)
	if err != nil {
		t.Fatal(err)
	}
	defer compiled.Close()
	feeds := reference.Feeds{}
	inputs, results := make([]*tensor.Tensor, len(program.Inputs)), make([]*tensor.Tensor, len(outputs))
	for i, n := range program.Inputs {
		inputs[i] = emptyTensor(t, n, pictures)
		stream := philox.NewStream(seed, uint32(i))
		for j := range inputs[i].Float32s() {
			inputs[i].Float32s()[j] = float32(stream.Uniform(-1, 1))
		}
		feeds[n] = reference.Array(inputs[i])
	}
	for i, n := range outputs {
		results[i] = emptyTensor(t, n, pictures)
	}
	if err := compiled.Run(context.Background(), e.NewState(), pictures, inputs, results); err != nil {
		t.Fatal(err)
	}
	want, err := reference.Evaluate(pictures, feeds, outputs...)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range outputs {
		near(t, fmt.Sprint(n.Operation().Name(), " ", i), results[i].Float32s(), want[i].Values)
	}
	var steps []string
	for _, step := range compiled.(*executable).steps {
		steps = append(steps, step.label.Operation)
	}
	return steps
}

func emptyTensor(t *testing.T, n *graph.Node, samples int) *tensor.Tensor {
	t.Helper()
	values, err := tensor.New(n.DType(), graph.Resolve(n.Shape(), samples)...)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// near wants no element farther off than 2e-5 of the largest.
func near(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	largest := 0.
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	for i, v := range want {
		if d := math.Abs(float64(got[i]) - v); !(d <= 2e-5*largest) {
			t.Fatalf("%s: element %d is %v, want %v; the largest is %v", what, i, got[i], v, largest)
		}
	}
}

// TestPooledGradients compares the gradients of pooled convolutions, which
// read where the maxima were and sum them on the way, with the reference. Nobody
// asks for that of the pictures in the first layer, which has three channels.
func TestPooledGradients(t *testing.T) {
	for i, size := range [][6]int{{10, 10, 16, 16, 0, 3}, {9, 13, 32, 48, 1, 2}, {12, 9, 48, 16, 1, 3}, {11, 14, 3, 32, 0, 4}} {
		height, width, channels, filters, pad, pictures := size[0], size[1], size[2], size[3], size[4], size[5]
		g := graph.New()
		op := graph.Convolution{Groups: 1, Window: graph.Window{
			Size: [2]int{3, 3}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Padding: [2][2]int{{pad, pad}, {pad, pad}},
		}}
		x := g.Parameter("x", tensor.Float32, graph.Batch, height, width, channels)
		w := g.Parameter("w", tensor.Float32, 3, 3, channels, filters)
		bias := g.Parameter("bias", tensor.Float32, filters)
		halves := graph.Window{Size: [2]int{2, 2}, Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}}
		pooled := graph.Convolve(op, x, w).Add(bias).ReLU().ReduceWindow(graph.Largest, halves)
		upstream := g.Parameter("upstream", tensor.Float32, pooled.Shape()...)
		sources := []*graph.Node{w, bias, x}
		if channels == 3 {
			sources = sources[:2]
		}
		gradients, err := graph.Gradient(pooled.Mul(upstream).ReduceSum(0, 1, 2, 3), sources...)
		if err != nil {
			t.Fatal(err)
		}
		outputs := append(gradients, pooled)
		e, err := New(Options{Instructions: instructionSets(t)[0], Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		steps := runAgainstReference(t, e, []*graph.Node{x, w, bias, upstream}, outputs, pictures, uint64(i))
		for _, apart := range []string{"scatter_maxima", "sum_of_maxima"} {
			if e.set.Lanes >= 8 && slices.Contains(steps, apart) {
				t.Errorf("%s is a step of its own: %q", apart, steps)
			}
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
