package cpu

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// rectifiedUpTo is Keras' relu with an upper end, stated as package activations does.
func rectifiedUpTo(x *graph.Node, end float64) *graph.Node {
	limit := x.Like(end)
	return graph.Select(x.Compare(graph.GreaterEqual, limit), limit, x.ReLU())
}

// TestCappedTrainsOnItsResult counts what is stored between a convolution and the
// gradient before it when a rectifier with an upper end lies between.
func TestCappedTrainsOnItsResult(t *testing.T) {
	fusion{
		build: func(b *blocks) []*graph.Node {
			x := b.convolve(b.pictures(9, 5), 19, 3, 1, 1)
			y := rectifiedUpTo(trained(x, b.weight(5, 1, 19), b.weight(1, 1, 19)), 6).Clip(0, 6)
			gradients, err := graph.Gradient(y.Square().ReduceSum(0, 1, 2, 3), x)
			if err != nil {
				return []*graph.Node{b.graph.Fail(err)}
			}
			return gradients
		},
		steps: []string{
			"convolution", "get_dimension_size", "reduce squared_deviations", "multiply divide", "divide divide add rsqrt multiply multiply subtract",
			"subtract multiply add relu minimum add compare select compare select reduce multiply reduce", // in one loop
			"multiply multiply multiply", "multiply", "multiply", "subtract multiply subtract subtract multiply",
		},
	}.check(t)
}

// TestCappedGradientAtItsEnds compares with the reference where the gradient
// begins and stops, bit by bit.
func TestCappedGradientAtItsEnds(t *testing.T) {
	below, above := math.Nextafter32(6, 0), math.Nextafter32(6, 7)
	numbers := []float32{-1, 0, float32(math.Copysign(0, -1)), 1e-45, 3, below, 6, above, 100, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}
	for name, build := range map[string]func(x *graph.Node) *graph.Node{
		"relu6":             func(x *graph.Node) *graph.Node { return rectifiedUpTo(x, 6) },
		"limited once more": func(x *graph.Node) *graph.Node { return rectifiedUpTo(x, 6).Clip(0, 6) },
		"limited lower":     func(x *graph.Node) *graph.Node { return rectifiedUpTo(x, 6).Clip(0, 3) },
		"limited from 3 on": func(x *graph.Node) *graph.Node { return rectifiedUpTo(x, 6).Clip(3, 6) },
		"a minimum":         func(x *graph.Node) *graph.Node { return x.ReLU().Min(x.Like(6)) },
		"an end at 0":       func(x *graph.Node) *graph.Node { return rectifiedUpTo(x, 0) },
		"two ends":          func(x *graph.Node) *graph.Node { return rectifiedUpTo(x, 6).Add(rectifiedUpTo(x, 3)) },
		"another's condition": func(x *graph.Node) *graph.Node {
			return graph.Select(x.Neg().Compare(graph.GreaterEqual, x.Like(6)), x.Like(6), x.ReLU())
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			x, upstream := g.Parameter("x", tensor.Float32, graph.Batch), g.Parameter("upstream", tensor.Float32, graph.Batch)
			y := build(x)
			gradients, err := graph.Gradient(y.Mul(upstream).ReduceSum(0), x)
			if err != nil {
				t.Fatal(err)
			}
			p := &graph.Program{Inputs: []*graph.Node{x, upstream}, Outputs: append(gradients, y)}
			oracle := &session{state: reference.New().NewState(), inputs: tensors(t, p.Inputs, len(numbers)), outputs: tensors(t, p.Outputs, len(numbers)), samples: len(numbers)}
			if oracle.executable, err = reference.New().Compile(context.Background(), p, len(numbers)); err != nil {
				t.Fatal(err)
			}
			sessions := []*session{oracle}
			for _, instructions := range instructionSets(t) {
				sessions = append(sessions, open(t, Options{Instructions: instructions, Threads: 2}, p, len(numbers)))
			}
			for _, s := range sessions {
				copy(s.inputs[0].Float32s(), numbers)
				for i := range numbers {
					s.inputs[1].Float32s()[i] = float32(i) + 0.5
				}
				s.run(t)
				for i, out := range s.outputs {
					if want := oracle.outputs[i].Float32s(); !slices.EqualFunc(out.Float32s(), want, func(a, b float32) bool { return a == b || a != a && b != b }) {
						t.Errorf("output %d is %v, want %v", i, out.Float32s(), want)
					}
				}
			}
		})
	}
}
