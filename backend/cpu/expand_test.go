package cpu

import (
	"testing"

	"github.com/lince-ml/lince/graph"
)

// TestDepthwiseConvolutionsTakeInWhatMakesTheirPictures lists which pairs of
// convolutions one step does, and which it must not.
func TestDepthwiseConvolutionsTakeInWhatMakesTheirPictures(t *testing.T) {
	const both = "convolution add relu minimum convolution add relu"
	// expanded is an inverted residual up to where channels become fewer.
	expanded := func(b *blocks, x *graph.Node, filters, stride int) (between, y *graph.Node) {
		between = relu6(b.normalize(b.convolve(x, filters, 1, 1, 1)))
		return between, b.normalize(b.convolve(between, filters, 3, stride, filters)).ReLU()
	}
	for _, f := range []fusion{
		{
			name: "blocks of a MobileNet",
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(relu6(b.normalize(b.convolve(b.pictures(17, 3), 8, 3, 2, 1))), 8, 3, 1, 8)
				_, y := expanded(b, x, 37, 1)
				x = b.normalize(b.convolve(y, 8, 1, 1, 1)).Add(x)
				_, y = expanded(b, x, 70, 2)
				return []*graph.Node{b.convolve(y, 5, 1, 1, 1)}
			},
			steps: []string{"convolution add relu minimum convolution", both, "convolution add add", both, "convolution"},
		},
		{
			name: "a residual behind",
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(b.pictures(9, 3), 20, 1, 1, 1)
				return []*graph.Node{x, b.convolve(b.convolve(x, 20, 1, 1, 1), 20, 3, 1, 20).Add(x).ReLU()}
			},
			steps: []string{"convolution", "convolution convolution add relu"},
		},
		{
			name: "parts of a whole",
			build: func(b *blocks) []*graph.Node {
				x := b.pictures(9, 7)
				_, y := expanded(b, x, 19, 1)
				_, z := expanded(b, x, 33, 1)
				return []*graph.Node{graph.Concatenate(3, y, z)}
			},
			steps: []string{both, both},
		},
		{
			name: "pictures that others read",
			build: func(b *blocks) []*graph.Node {
				x, y := expanded(b, b.pictures(9, 7), 19, 1)
				return []*graph.Node{x, y}
			},
			steps: []string{"convolution add relu minimum", "convolution add relu"},
		},
		{
			name: "groups of several channels, and rows that are short",
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(b.convolve(b.pictures(9, 6), 12, 1, 1, 1), 12, 3, 1, 6)
				return []*graph.Node{x, b.convolve(b.convolve(b.pictures(3, 6), 12, 1, 1, 1), 12, 3, 1, 12)}
			},
			steps: []string{"convolution", "convolution", "convolution", "convolution"},
		},
	} {
		t.Run(f.name, f.check)
	}
}
