package cpu

import (
	"context"
	"slices"
	"testing"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// light is a network of small weights and large values, which large batches
// of go through in passes; end makes the output.
func light(end func(b *blocks, x *graph.Node) *graph.Node) fusion {
	return fusion{build: func(b *blocks) []*graph.Node {
		x := b.convolve(b.pictures(64, 16), 32, 3, 1, 1).ReLU()
		x = b.convolve(x, 32, 1, 1, 1).Add(x)
		return []*graph.Node{end(b, x)}
	}}
}

func TestLargeBatchesTakeSeveralPasses(t *testing.T) {
	const samples = 35
	b, p := light(func(_ *blocks, x *graph.Node) *graph.Node { return x.ReduceMean(1, 2) }).program(t)
	s := open(t, Options{Threads: 2}, p, samples)
	b.fill(t, s)
	x := s.executable.(*executable)
	if x.together < 2 || x.together > samples/2 {
		t.Fatalf("%d samples in one pass", x.together)
	}
	s.run(t)
	if allocated := testing.AllocsPerRun(2, func() { s.run(t) }); allocated != 0 {
		t.Errorf("a run allocates %v times", allocated)
	}
	one := open(t, Options{Threads: 1}, p, 1)
	b.fill(t, one)
	for i := range samples {
		in, err := s.inputs[0].Rows(i, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := one.executable.Run(context.Background(), one.state, 1, []*tensor.Tensor{in}, one.outputs); err != nil {
			t.Fatal(err)
		}
		closeTo(t, s.outputs[0].Float32s()[i*32:(i+1)*32], one.outputs[0].Float32s())
	}
	whole := slices.Clone(s.outputs[0].Float32s())
	in, err := s.inputs[0].Rows(0, 20)
	if err != nil {
		t.Fatal(err)
	}
	out, err := tensor.New(tensor.Float32, 20, 32)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Run(context.Background(), s.state, 20, []*tensor.Tensor{in}, []*tensor.Tensor{out}); err != nil {
		t.Fatal(err)
	}
	closeTo(t, out.Float32s(), whole[:20*32])
}

// TestSamplesThatMeetStayTogether has outputs for which samples are needed at once.
func TestSamplesThatMeetStayTogether(t *testing.T) {
	for name, end := range map[string]func(b *blocks, x *graph.Node) *graph.Node{
		"sum":       func(_ *blocks, x *graph.Node) *graph.Node { return x.ReduceSum(0) },
		"centred":   func(_ *blocks, x *graph.Node) *graph.Node { return x.Sub(x.ReduceMean(0)) },
		"transpose": func(_ *blocks, x *graph.Node) *graph.Node { return x.Transpose(1, 0, 2, 3) },
		"reverse":   func(_ *blocks, x *graph.Node) *graph.Node { return x.Reverse(0) },
		"count":     func(_ *blocks, x *graph.Node) *graph.Node { return x.Mul(x.CountAlong(0)) },
		"product": func(_ *blocks, x *graph.Node) *graph.Node {
			y := x.ReduceSum(1, 2)
			return y.MatMul(y.Transpose(1, 0))
		},
	} {
		_, p := light(end).program(t)
		s := open(t, Options{Threads: 1}, p, 35)
		if x := s.executable.(*executable); x.together != 35 {
			t.Errorf("%s: %d samples in one pass", name, x.together)
		}
	}
}
