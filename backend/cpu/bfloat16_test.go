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

// TestBFloat16Blocks runs blocks whose pictures stay bfloat16 between the
// convolutions: results are within 2⁻⁷ of the largest for every convolution or
// pooling in a row, and have the same bits at any number of threads.
func TestBFloat16Blocks(t *testing.T) {
	bfloat16Engine(t, Options{Threads: 1}).Close()
	for _, test := range []struct {
		name    string
		program func(t *testing.T) *graph.Program
		inARow  float64
		rounded int // results at least
	}{
		{"residuals", residualBlocks, 5, 3},
		{"branches", branches, 5, 9},
		{"numbers of maxima alone", maximaAlone, 3, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			program := test.program(t)
			want, _ := runBlocks(t, program, Options{Threads: 1})
			first, rounded := runBlocks(t, program, Options{Threads: 1, BFloat16: true})
			if rounded < test.rounded {
				t.Errorf("%d results are stored in bfloat16, expected %d or more", rounded, test.rounded)
			}
			for i := range want {
				within(t, first[i], want[i], test.inARow*0x1p-7)
			}
			for threads := 2; threads <= 3; threads++ {
				again, _ := runBlocks(t, program, Options{Threads: threads, BFloat16: true})
				for i := range first {
					if !slices.Equal(again[i], first[i]) {
						t.Errorf("output %d differs at %d threads", i, threads)
					}
				}
			}
		})
	}
}

// runBlocks returns a program's outputs for random pictures, and how many
// convolutions and poolings leave bfloat16.
func runBlocks(t *testing.T, program *graph.Program, o Options) (results [][]float32, rounded int) {
	t.Helper()
	const pictures = 3
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
	input := emptyTensor(t, program.Inputs[0], pictures)
	r := rand.New(rand.NewPCG(4, 4))
	for i := range input.Float32s() {
		input.Float32s()[i] = float32(r.NormFloat64())
	}
	var arrays []*tensor.Tensor
	for _, output := range program.Outputs {
		arrays = append(arrays, emptyTensor(t, output, pictures))
	}
	if err := compiled.Run(context.Background(), e.NewState(), pictures, []*tensor.Tensor{input}, arrays); err != nil {
		t.Fatal(err)
	}
	for _, array := range arrays {
		results = append(results, array.Float32s())
	}
	for _, s := range compiled.(*executable).steps {
		switch s := s.step.(type) {
		case *convolution:
			if s.y.rounded || s.pooling != nil && s.pooling.result.rounded {
				rounded++
			}
		case *pooling:
			if s.result != nil && s.result.rounded {
				rounded++
			}
		}
	}
	return results, rounded
}

// residualBlocks returns two blocks with a shortcut each. What leaves is the
// mean of the last one's result, so that it and its shortcut stay float32, and
// the first one's narrowest.
func residualBlocks(t *testing.T) *graph.Program {
	t.Helper()
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch, 9, 9, 24)
	convolve := randomConvolutions(t, g)
	shortcut, inner := convolve(x, 1, 1, 70), convolve(x, 5, 1, 40).ReLU()
	block := convolve(inner, 1, 1, 70).Add(shortcut).ReLU()
	last := convolve(convolve(block, 1, 1, 33).ReLU(), 5, 1, 70).Add(convolve(block, 1, 1, 70)).ReLU()
	return finished(t, g, x, last.ReduceMean(1, 2), inner)
}

func finished(t *testing.T, g *graph.Graph, x *graph.Node, outputs ...*graph.Node) *graph.Program {
	t.Helper()
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	return &graph.Program{Inputs: []*graph.Node{x}, Outputs: outputs}
}

// branches returns two blocks whose branches are joined, the second of which
// halves: convolutions as products and after Winograd, averages that the border
// cuts, maxima. What leaves is the mean of a convolution of the second's result.
func branches(t *testing.T) *graph.Program {
	t.Helper()
	b := newBlocks()
	x := b.graph.Parameter("x", tensor.Float32, graph.Batch, 15, 15, 24)
	convolve := randomConvolutions(t, b.graph)
	stem := convolve(x, 3, 1, 48).ReLU().ReduceWindow(graph.Largest, valid(3, 1))
	halves := graph.Window{Size: [2]int{3, 3}, Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}, Padding: [2][2]int{{1, 1}, {1, 1}}}
	first := graph.Concatenate(3,
		convolve(stem, 1, 1, 37).ReLU(),
		convolve(convolve(stem, 1, 1, 32).ReLU(), 3, 1, 64).ReLU(), // Winograd
		convolve(mean(b, stem, 3), 1, 1, 32).ReLU())
	second := graph.Concatenate(3,
		convolve(first, 3, 2, 33).ReLU(),
		first.ReduceWindow(graph.Largest, halves),
		convolve(mean(b, first, 3), 3, 2, 32))
	return finished(t, b.graph, x, convolve(second, 1, 1, 40).ReduceMean(1, 2))
}

// maximaAlone returns a gradient that asks which results are the largest, and
// not for them. Windows are of one pixel, so that rounding decides none.
func maximaAlone(t *testing.T) *graph.Program {
	t.Helper()
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch, 8, 8, 24)
	pooled := randomConvolutions(t, g)(x, 1, 1, 40).ReduceWindow(graph.Largest, valid(1, 2))
	gradients, err := graph.Gradient(pooled.ReduceSum(0, 1, 2, 3), x)
	if err != nil {
		t.Fatal(err)
	}
	return finished(t, g, x, gradients[0])
}

// randomConvolutions returns what adds a convolution with random kernels.
func randomConvolutions(t *testing.T, g *graph.Graph) func(x *graph.Node, size, stride, filters int) *graph.Node {
	t.Helper()
	r := rand.New(rand.NewPCG(9, 9))
	return func(x *graph.Node, size, stride, filters int) *graph.Node {
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
}
