package cpu

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/backendtest"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// bfloat16Engine returns an engine that multiplies in bfloat16, if there is
// one on this machine.
func bfloat16Engine(t *testing.T, o Options) *Engine {
	t.Helper()
	o.BFloat16 = true
	e, err := New(o)
	if err != nil {
		t.Skip(err)
	}
	return e
}

// TestBFloat16Conforms compares products with the reference: factors are off
// by up to 2⁻⁸ of themselves.
func TestBFloat16Conforms(t *testing.T) {
	backendtest.RunProducts(t, tensor.BFloat16, func(t *testing.T) backend.Backend {
		return bfloat16Engine(t, Options{Threads: 2, NoWinograd: true})
	})
}

func TestBFloat16IsRefusedWithoutInstructions(t *testing.T) {
	_, err := New(Options{Instructions: "avx2", BFloat16: true})
	if err == nil {
		t.Fatal("an engine of AVX2 multiplies in bfloat16")
	}
	if _, missing := New(Options{Instructions: "avx2"}); missing != nil {
		t.Skip("no AVX2 here")
	}
	for _, word := range []string{"AVX512_BF16", "avx2", "generic"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error %q does not say %s", err, word)
		}
	}
}

// TestBFloat16Blocks runs residual blocks, whose pictures stay bfloat16 between
// the convolutions: results are within 2⁻⁷ of the largest for every convolution
// in a row, and have the same bits at any number of threads.
func TestBFloat16Blocks(t *testing.T) {
	bfloat16Engine(t, Options{Threads: 1}).Close()
	const pictures, convolutions = 3, 5
	g, x, outputs := residualBlocks(t)
	program := &graph.Program{Inputs: []*graph.Node{x}, Outputs: outputs}
	input := emptyTensor(t, x, pictures)
	r := rand.New(rand.NewPCG(4, 4))
	for i := range input.Float32s() {
		input.Float32s()[i] = float32(r.NormFloat64())
	}
	run := func(o Options) (results [][]float32, rounded int) {
		e, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		compiled, err := e.Compile(context.Background(), program, pictures)
		if err != nil {
			t.Fatal(err)
		}
		defer compiled.Close()
		arrays := []*tensor.Tensor{emptyTensor(t, outputs[0], pictures), emptyTensor(t, outputs[1], pictures)}
		if err := compiled.Run(context.Background(), e.NewState(), pictures, []*tensor.Tensor{input}, arrays); err != nil {
			t.Fatal(err)
		}
		for _, s := range compiled.(*executable).steps {
			if s, ok := s.step.(*convolution); ok && s.y.rounded {
				rounded++
			}
		}
		return [][]float32{arrays[0].Float32s(), arrays[1].Float32s()}, rounded
	}
	want, _ := run(Options{Threads: 1})
	first, rounded := run(Options{Threads: 1, BFloat16: true})
	if rounded < 3 {
		t.Errorf("%d results are stored in bfloat16, expected 3 or more", rounded)
	}
	for i := range want {
		within(t, first[i], want[i], convolutions*0x1p-7)
	}
	for threads := 2; threads <= 3; threads++ {
		again, _ := run(Options{Threads: threads, BFloat16: true})
		for i := range first {
			if !slices.Equal(again[i], first[i]) {
				t.Errorf("output %d differs at %d threads", i, threads)
			}
		}
	}
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
}

// residualBlocks returns two blocks with a shortcut each. What leaves is the
// mean of the last one's result, so that it and its shortcut stay float32, and
// the first one's narrowest.
func residualBlocks(t *testing.T) (g *graph.Graph, x *graph.Node, outputs []*graph.Node) {
	t.Helper()
	g = graph.New()
	r := rand.New(rand.NewPCG(9, 9))
	x = g.Parameter("x", tensor.Float32, graph.Batch, 9, 9, 24)
	convolve := func(x *graph.Node, size, stride, filters int) *graph.Node {
		values := make([]float32, size*size*x.Extent(3)*filters)
		for i := range values {
			values[i] = float32(r.NormFloat64() / math.Sqrt(float64(size*size*x.Extent(3))))
		}
		kernels, err := tensor.Of(values, size, size, x.Extent(3), filters)
		if err != nil {
			t.Fatal(err)
		}
		pad := [2]int{size / 2, size / 2}
		window := graph.Window{Size: [2]int{size, size}, Stride: [2]int{stride, stride}, Dilation: [2]int{1, 1}, Padding: [2][2]int{pad, pad}}
		return graph.Convolve(graph.Convolution{Window: window, Groups: 1}, x, g.Constant(kernels))
	}
	shortcut, inner := convolve(x, 1, 1, 70), convolve(x, 5, 1, 40).ReLU()
	block := convolve(inner, 1, 1, 70).Add(shortcut).ReLU()
	last := convolve(convolve(block, 1, 1, 33).ReLU(), 5, 1, 70).Add(convolve(block, 1, 1, 70)).ReLU()
	return g, x, []*graph.Node{last.ReduceMean(1, 2), inner}
}
