package cpu

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// TestTrainingIsFused pins down what the passes make of a training step, so
// that a change that undoes a fusion is noticed.
func TestTrainingIsFused(t *testing.T) {
	s := open(t, Options{Threads: 1}, newNetwork(40, 8, 20).training(t), 5)
	x := s.executable.(*executable)
	if len(x.copies) != 0 {
		t.Errorf("%d variables are not updated in place", len(x.copies))
	}
	products := 0
	for _, step := range x.steps {
		switch made := step.step.(type) {
		case *convolution:
			products++
			if made.bias == nil || !made.forward.ReLU {
				t.Errorf("the convolution of %s has bias or rectifier apart", step.label.Scope)
			}
			if made.pooling == nil || !made.pools && made.part == nil {
				t.Errorf("the convolution of %s is not pooled at once, or kept for its gradient", step.label.Scope)
			} else if made.pooling.which == nil || made.pooling.positive != 1 {
				t.Errorf("the gradient of the rectifier of %s is apart", step.label.Scope)
			}
		case *definition:
			t.Errorf("%s %s has no step of its own", step.label.Scope, step.label.Operation)
		}
	}
	if products != 2 {
		t.Errorf("%d convolutions, want 2", products)
	}
	updates, ok := x.steps[len(x.steps)-1].step.(*together)
	if !ok || len(x.steps)-x.tail != 1 || len(updates.loops) != 8 {
		t.Errorf("8 variables and their slots are not updated by one step: %q", described(x)[x.tail:])
	}
}

// TestTrainingAgainstReference compares what one step leaves in loss, weights
// and slots with the reference backend, for an odd number of samples.
func TestTrainingAgainstReference(t *testing.T) {
	for _, name := range instructionSets(t) {
		p := newNetwork(19, 5, 17).training(t)
		s := open(t, Options{Instructions: name, Threads: 2}, p, 3)
		oracle := &session{state: reference.New().NewState(), inputs: s.inputs, outputs: tensors(t, p.Outputs, 3), samples: 3}
		var err error
		if oracle.executable, err = reference.New().Compile(context.Background(), p, 3); err != nil {
			t.Fatal(err)
		}
		if err := oracle.state.Declare(p.Variables()...); err != nil {
			t.Fatal(err)
		}
		copyState(t, oracle, s, p.Variables())
		s.run(t)
		oracle.run(t)
		got, want := s.bits(t, p), oracle.bits(t, p)
		for i := range want {
			// RMSprop's first step divides gradients by their own size, so weights move by at most 3.2e-4.
			if d := got[i] - want[i]; d > 2e-6 || d < -2e-6 {
				t.Fatalf("%s: value %d is %v, want %v", name, i, got[i], want[i])
			}
		}
	}
}

// TestInferencePoolsAtOnce checks the form of an inference program and its
// results against the unfused one that training keeps.
func TestInferencePoolsAtOnce(t *testing.T) {
	n := newNetwork(150, 4)
	p := &graph.Program{Inputs: []*graph.Node{n.pictures}, Outputs: []*graph.Node{n.logits}}
	s := open(t, Options{}, p, 20)
	made, ok := s.executable.(*executable).steps[0].step.(*convolution)
	if !ok || made.pooling == nil || !made.pools && (made.part == nil || made.together >= 20) {
		t.Fatal("the convolution is pooled neither by itself nor a few pictures at a time")
	}
	s.run(t)
	apart := &graph.Program{Inputs: p.Inputs, Outputs: []*graph.Node{n.logits, n.convolved}}
	other := open(t, Options{}, apart, 20)
	copyState(t, other, s, n.variables)
	other.inputs = s.inputs
	other.run(t)
	if !slices.Equal(s.outputs[0].Float32s(), other.outputs[0].Float32s()) {
		t.Error("pooling at once changes the results")
	}
}

// TestPackedWeightsFollowWrites runs inference, changes the weights, and runs again.
func TestPackedWeightsFollowWrites(t *testing.T) {
	n := newNetwork(20, 8)
	p := &graph.Program{Inputs: []*graph.Node{n.pictures}, Outputs: []*graph.Node{n.logits}}
	s := open(t, Options{Threads: 1}, p, 5)
	s.run(t)
	s.run(t)
	before := slices.Clone(s.outputs[0].Float32s())
	r := rand.New(rand.NewPCG(1, 2))
	for _, v := range n.variables {
		value, err := tensor.New(v.Type.DType, v.Type.Shape...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range value.Float32s() {
			value.Float32s()[i] = (r.Float32() - 0.5) * 0.1
		}
		if err := s.state.Write(v, value); err != nil {
			t.Fatal(err)
		}
	}
	s.run(t)
	fresh := open(t, Options{Threads: 1}, p, 5)
	copyState(t, fresh, s, n.variables)
	fresh.inputs = s.inputs
	fresh.run(t)
	if slices.Equal(before, s.outputs[0].Float32s()) || !slices.Equal(s.outputs[0].Float32s(), fresh.outputs[0].Float32s()) {
		t.Errorf("after a write the outputs are %v, want %v", s.outputs[0].Float32s(), fresh.outputs[0].Float32s())
	}
}

func copyState(t *testing.T, to, from *session, variables []*graph.Variable) {
	t.Helper()
	for _, v := range variables {
		value, err := tensor.New(v.Type.DType, v.Type.Shape...)
		if err != nil {
			t.Fatal(err)
		}
		if err := from.state.Read(v, value); err != nil {
			t.Fatal(err)
		}
		if err := to.state.Write(v, value); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAnySamplesGiveTheirOwnResult runs short batches and checks that each
// sample gets what it gets in the full one.
func TestAnySamplesGiveTheirOwnResult(t *testing.T) {
	n := newNetwork(20, 8)
	p := &graph.Program{Inputs: []*graph.Node{n.pictures}, Outputs: []*graph.Node{n.logits}}
	s := open(t, Options{Threads: 2}, p, 7)
	s.run(t)
	want := slices.Clone(s.outputs[0].Float32s())
	for samples := 6; samples >= 0; samples-- {
		in, err := s.inputs[0].Rows(0, samples)
		if err != nil {
			t.Fatal(err)
		}
		out, err := tensor.New(tensor.Float32, samples, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.executable.Run(context.Background(), s.state, samples, []*tensor.Tensor{in}, []*tensor.Tensor{out}); err != nil {
			t.Fatal(err)
		}
		for i, got := range out.Float32s() {
			if d := got - want[i]; d > 1e-5 || d < -1e-5 {
				t.Errorf("%d samples: sample %d is %v, in the full batch %v", samples, i, got, want[i])
			}
		}
	}
}

// TestArenaSharesWithoutOverlap plans random lifetimes and checks that no two
// that meet share an address.
func TestArenaSharesWithoutOverlap(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 50 {
		var a arena
		total := 0
		for range 40 {
			first := r.IntN(30)
			m := &memory{first: first, last: first + r.IntN(8), bytes: line * (1 + r.IntN(20))}
			total += m.bytes
			a.add(m)
		}
		if err := a.plan(); err != nil {
			t.Fatal(err)
		}
		if a.size >= total {
			t.Errorf("nothing is shared: %d of %d bytes", a.size, total)
		}
		for i, x := range a.residents {
			for _, y := range a.residents[:i] {
				meet := x.memory.first <= y.memory.last && y.memory.first <= x.memory.last
				if meet && x.offset < y.offset+y.memory.bytes && y.offset < x.offset+x.memory.bytes {
					t.Fatalf("values of steps %d to %d and %d to %d overlap", x.memory.first, x.memory.last, y.memory.first, y.memory.last)
				}
			}
		}
	}
}
