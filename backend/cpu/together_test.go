package cpu

import (
	"context"
	"slices"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// TestUpdatesThatMeetStayApart updates variables from each other: from old
// values, which others replace in place, and from new ones.
func TestUpdatesThatMeetStayApart(t *testing.T) {
	const size = 50000
	b := newBlocks()
	rate := b.graph.Parameter("rate", tensor.Float32)
	p := &graph.Program{Inputs: []*graph.Node{rate}, Outputs: []*graph.Node{rate.Square()}}
	update := func(old, value *graph.Node) {
		p.Updates = append(p.Updates, graph.Update{Variable: old.Operation().(graph.Read).Variable, Value: value})
	}
	one, two, three := b.weight(0, 1, size), b.weight(0, 1, size), b.weight(0, 1, size)
	newOne := one.Mul(rate)
	update(one, newOne)
	update(two, two.Add(one))
	update(three, three.Scale(0.9).Add(newOne.Scale(0.1)).Reshape(size/2, 2).Sub(two.Reshape(size/2, 2).Sigmoid()).Reshape(size))
	for range 3 {
		w := b.weight(0, 1, size+7)
		update(w, w.Sub(rate))
	}
	oracle := &session{state: reference.New().NewState(), inputs: tensors(t, p.Inputs, 1), outputs: tensors(t, p.Outputs, 1), samples: 1}
	var err error
	if oracle.executable, err = reference.New().Compile(context.Background(), p, 1); err != nil {
		t.Fatal(err)
	}
	b.fill(t, oracle)
	oracle.run(t)
	oracle.run(t)
	want := oracle.bits(t, p)
	var first []float32
	for threads := 1; threads <= 3; threads++ {
		s := open(t, Options{Threads: threads}, p, 1)
		b.fill(t, s)
		s.run(t)
		s.run(t)
		got := s.bits(t, p)
		closeTo(t, got, want)
		if first == nil {
			first = got
		} else if !slices.Equal(got, first) {
			t.Errorf("%d threads give other bits", threads)
		}
		x := s.executable.(*executable)
		joined := 0
		for _, step := range x.steps {
			if made, ok := step.step.(*together); ok {
				joined = max(joined, len(made.loops))
			}
		}
		if joined < 3 {
			t.Errorf("at most %d updates run together, want those that do not meet: %q", joined, described(x))
		}
	}
}
