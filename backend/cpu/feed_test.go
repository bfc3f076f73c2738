package cpu

import (
	"context"
	"slices"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// wideDense is a step of momentum on a dense layer of more than a million weights.
func wideDense(t *testing.T, b *blocks, inputs, units int) *graph.Program {
	t.Helper()
	x := b.graph.Parameter("x", tensor.Float32, graph.Batch, inputs)
	w, velocity := b.weight(0, 0.1, inputs, units), b.weight(0, 0.1, inputs, units)
	scale := b.weight(1, 0.5, units)
	loss := x.MatMul(w).Square().ReduceMean(0, 1)
	gradients, err := graph.Gradient(loss, w)
	if err != nil {
		t.Fatal(err)
	}
	moved := velocity.Scale(0.5).Add(gradients[0].Mul(scale))
	variable := func(n *graph.Node) *graph.Variable { return n.Operation().(graph.Read).Variable }
	return &graph.Program{
		Inputs: []*graph.Node{x}, Outputs: []*graph.Node{loss},
		Updates: []graph.Update{{Variable: variable(velocity), Value: moved}, {Variable: variable(w), Value: w.Sub(moved)}},
	}
}

// TestGradientsFeedTheirUpdates checks that the gradient of a wide layer is
// never whole, and what two steps make of the weights.
func TestGradientsFeedTheirUpdates(t *testing.T) {
	const samples = 5
	for _, size := range [][2]int{{1537, 700}, {20011, 53}} {
		b := newBlocks()
		p := wideDense(t, b, size[0], size[1])
		oracle := &session{state: reference.New().NewState(), inputs: tensors(t, p.Inputs, samples), outputs: tensors(t, p.Outputs, samples), samples: samples}
		var err error
		if oracle.executable, err = reference.New().Compile(context.Background(), p, samples); err != nil {
			t.Fatal(err)
		}
		b.fill(t, oracle)
		oracle.run(t)
		oracle.run(t)
		want := oracle.bits(t, p)
		var first []float32
		for threads := 1; threads <= 3; threads++ {
			s := open(t, Options{Threads: threads}, p, samples)
			b.fill(t, s)
			x := s.executable.(*executable)
			if _, ok := x.steps[len(x.steps)-1].step.(*fedCluster); !ok {
				t.Fatalf("the gradient is apart: %q", described(x))
			}
			if 4*len(x.arena) > 4*size[0]*size[1] {
				t.Errorf("%d bytes of values; one gradient would be %d", 4*len(x.arena), 4*size[0]*size[1])
			}
			s.run(t)
			s.run(t)
			got := s.bits(t, p)
			if allocated := testing.AllocsPerRun(3, func() { s.run(t) }); allocated != 0 {
				t.Errorf("a run allocates %v times", allocated)
			}
			closeTo(t, got, want)
			if first == nil {
				first = got
			} else if !slices.Equal(got, first) {
				t.Errorf("%d threads give other bits", threads)
			}
		}
	}
}
