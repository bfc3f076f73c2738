package cpu

import (
	"testing"

	"github.com/lince-ml/lince/graph"
)

// TestPartsAreWrittenIntoTheWhole joins what convolutions and poolings make,
// which takes no steps, and what must be copied.
func TestPartsAreWrittenIntoTheWhole(t *testing.T) {
	for _, f := range []fusion{
		{
			name: "branches",
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(b.pictures(9, 3), 19, 3, 1, 1).ReLU()
				y := graph.Concatenate(3,
					b.normalize(b.convolve(x, 5, 1, 1, 1)).ReLU(),
					b.normalize(b.convolve(b.convolve(x, 8, 1, 1, 1).ReLU(), 33, 3, 1, 1)).ReLU(),
					b.convolve(mean(b, x, 3), 17, 1, 1, 1),
				)
				return []*graph.Node{b.convolve(y, 6, 1, 1, 1)}
			},
			steps: []string{
				"convolution relu reduce_window multiply", "convolution add relu", "convolution relu", "convolution add relu", "convolution", "convolution",
			},
		},
		{
			name: "poolings",
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(b.pictures(9, 3), 19, 1, 1, 1).ReLU()
				return []*graph.Node{graph.Concatenate(3,
					x.ReduceWindow(graph.Largest, valid(3, 2)), mean(b, x.ReduceWindow(graph.Largest, valid(3, 2)), 3),
					b.convolve(b.pictures(8, 2), 4, 3, 1, 1).ReLU().ReduceWindow(graph.Largest, valid(2, 2)),
				)}
			},
			steps: []string{"convolution relu reduce_window", "reduce_window multiply", "convolution relu reduce_window", "concatenate"},
		},
		{
			name: "nested",
			build: func(b *blocks) []*graph.Node {
				x := b.pictures(7, 3)
				inner := graph.Concatenate(3, b.convolve(x, 5, 3, 1, 1), b.convolve(x, 4, 1, 1, 1))
				return []*graph.Node{graph.Concatenate(3, b.convolve(x, 18, 3, 1, 3), inner, b.convolve(x, 3, 3, 1, 3))}
			},
			steps: []string{"convolution", "convolution", "convolution", "convolution"},
		},
		{
			name: "what must be copied",
			build: func(b *blocks) []*graph.Node {
				x := b.pictures(7, 3)
				y := b.convolve(x, 5, 3, 1, 1)
				return []*graph.Node{graph.Concatenate(3, x, y, b.convolve(x, 6, 1, 1, 1), x.Square()), y.ReLU()}
			},
			steps: []string{"convolution", "convolution", "multiply", "concatenate", "relu"},
		},
		{
			name: "twice the same",
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(b.pictures(7, 3), 5, 3, 1, 1)
				return []*graph.Node{graph.Concatenate(3, x, x)}
			},
			steps: []string{"convolution", "concatenate"},
		},
	} {
		t.Run(f.name, f.check)
	}
}
