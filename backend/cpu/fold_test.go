package cpu

import (
	"slices"
	"testing"
	"time"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// TestNormalizationIsFolded has batch normalisations behind every product
// that can take them into its kernels, and behind what cannot.
func TestNormalizationIsFolded(t *testing.T) {
	for _, f := range []fusion{
		{
			name: "convolution",
			build: func(b *blocks) []*graph.Node {
				return []*graph.Node{b.normalize(b.convolve(b.pictures(9, 5), 7, 3, 1, 1)).ReLU()}
			},
			steps: []string{"convolution add relu"},
		},
		{
			name: "convolution with a bias",
			build: func(b *blocks) []*graph.Node {
				return []*graph.Node{b.normalize(b.convolve(b.pictures(8, 3), 18, 1, 2, 1).Add(b.weight(0, 1, 18)))}
			},
			steps: []string{"convolution add"},
		},
		{
			name: "depthwise",
			build: func(b *blocks) []*graph.Node {
				return []*graph.Node{b.normalize(b.convolve(b.pictures(7, 6), 6, 3, 1, 6)).ReLU()}
			},
			steps: []string{"convolution add relu"},
		},
		{
			name: "groups",
			build: func(b *blocks) []*graph.Node {
				return []*graph.Node{b.normalize(b.convolve(b.pictures(7, 6), 10, 3, 2, 2)).ReLU()}
			},
			steps: []string{"convolution add relu"},
		},
		{
			name: "dense",
			build: func(b *blocks) []*graph.Node {
				x := b.graph.Parameter("x", tensor.Float32, graph.Batch, 11)
				return []*graph.Node{b.normalize(x.MatMul(b.weight(0, 1, 11, 13)).Add(b.weight(0, 1, 13))).ReLU()}
			},
			steps: []string{"dot_general add relu"},
		},
		{
			name: "twice",
			build: func(b *blocks) []*graph.Node {
				x := b.normalize(b.convolve(b.pictures(6, 4), 9, 3, 1, 1)).ReLU()
				return []*graph.Node{b.normalize(b.convolve(x, 5, 3, 1, 1)).ReLU()}
			},
			steps: []string{"convolution add relu", "convolution add relu"},
		},
		{
			name: "seen by others",
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(b.pictures(6, 4), 9, 3, 1, 1)
				return []*graph.Node{b.normalize(x), x.ReLU()}
			},
			steps: []string{"convolution", "multiply add", "relu"},
		},
		{
			name: "before the convolution",
			build: func(b *blocks) []*graph.Node {
				return []*graph.Node{b.convolve(b.normalize(b.pictures(6, 4)).ReLU(), 9, 3, 1, 1)}
			},
			steps: []string{"multiply add relu", "convolution"},
		},
	} {
		t.Run(f.name, f.check)
	}
}

// TestFoldedKernelsFollowTheirVariables writes each variable and compares
// with an executable that knows nothing older.
func TestFoldedKernelsFollowTheirVariables(t *testing.T) {
	f := fusion{build: func(b *blocks) []*graph.Node {
		return []*graph.Node{b.normalize(b.convolve(b.pictures(9, 5), 7, 3, 1, 1)).ReLU()}
	}}
	b, p := f.program(t)
	s := open(t, Options{Threads: 1}, p, 3)
	b.fill(t, s)
	s.run(t)
	for v := range b.values {
		before := slices.Clone(s.outputs[0].Float32s())
		for i := range b.values[v] {
			b.values[v][i] += 0.125
		}
		value, err := tensor.Of(b.values[v], v.Type.Shape...)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.state.Write(v, value); err != nil {
			t.Fatal(err)
		}
		s.run(t)
		after := s.outputs[0].Float32s()
		fresh := open(t, Options{Threads: 1}, p, 3)
		b.fill(t, fresh)
		fresh.run(t)
		if slices.Equal(before, after) || !slices.Equal(after, fresh.outputs[0].Float32s()) {
			t.Errorf("the results do not follow a variable of %v", v.Type)
		}
	}
	// Another state has other values.
	other := b.values
	for v := range other {
		for i := range other[v] {
			other[v][i] *= 0.5
		}
	}
	old := s.state
	want := slices.Clone(s.outputs[0].Float32s())
	s.state = s.engine.NewState()
	b.fill(t, s)
	s.run(t)
	if slices.Equal(want, s.outputs[0].Float32s()) {
		t.Error("the results do not follow the state")
	}
	s.state = old
	s.run(t)
	if !slices.Equal(want, s.outputs[0].Float32s()) {
		t.Error("the results do not follow the state back")
	}
}

// TestFoldingRunsOnce counts the steps that are observed.
func TestFoldingRunsOnce(t *testing.T) {
	f := fusion{build: func(b *blocks) []*graph.Node {
		return []*graph.Node{b.normalize(b.convolve(b.pictures(9, 5), 7, 3, 1, 1)).ReLU()}
	}}
	b, p := f.program(t)
	observed := 0
	s := open(t, Options{Threads: 1, Observe: func(Step, time.Duration) { observed++ }}, p, 3)
	b.fill(t, s)
	s.run(t)
	if observed < 3 {
		t.Errorf("the first run takes %d steps, want the convolution and those that fold", observed)
	}
	observed = 0
	s.run(t)
	if observed != 1 {
		t.Errorf("the second run takes %d steps, want the convolution alone", observed)
	}
}
