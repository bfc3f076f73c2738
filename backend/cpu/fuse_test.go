package cpu

import (
	"testing"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// relu6 is the rectifier that stops at six, as activations write it.
func relu6(x *graph.Node) *graph.Node {
	six := x.Like(6)
	return graph.Select(x.Compare(graph.GreaterEqual, six), six, x.ReLU()).Clip(0, 6)
}

// TestProductsEndInWhatFollows lists what a product's step takes over from
// the operations behind it, and what it must leave.
func TestProductsEndInWhatFollows(t *testing.T) {
	for _, f := range []fusion{
		{
			name: "residual of a block",
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(b.pictures(9, 5), 20, 1, 1, 1).ReLU()
				y := b.normalize(b.convolve(x, 6, 3, 1, 1)).ReLU()
				return []*graph.Node{b.normalize(b.convolve(y, 20, 1, 1, 1)).Add(x).ReLU()}
			},
			steps: []string{"convolution relu", "convolution add relu", "convolution add add relu"},
		},
		{
			name: "residual of a projection",
			build: func(b *blocks) []*graph.Node {
				x := b.pictures(9, 5)
				y := b.normalize(b.convolve(x, 17, 3, 2, 1))
				return []*graph.Node{b.normalize(b.convolve(x, 17, 1, 2, 1)).Add(y).ReLU()}
			},
			steps: []string{"convolution add", "convolution add add relu"},
		},
		{
			name: "residual read by others",
			build: func(b *blocks) []*graph.Node {
				x := b.pictures(6, 33)
				y := b.convolve(x, 33, 3, 1, 1).Add(x)
				return []*graph.Node{y, y.ReLU().Add(x)}
			},
			steps: []string{"convolution add", "relu add"},
		},
		{
			name: "residual in place", winograd: true,
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(b.pictures(13, 5), 33, 1, 1, 1).ReLU()
				y := b.convolve(x, 33, 3, 1, 1).ReLU()
				x = b.convolve(y, 33, 3, 1, 1).Add(x).ReLU()
				return []*graph.Node{b.convolve(x, 33, 3, 1, 33).Add(y).ReLU().Square().Scale(3).Sigmoid()}
			},
			steps: []string{"convolution relu", "convolution relu", "convolution add relu", "convolution add relu", "multiply multiply logistic"},
		},
		{
			name: "residual and pooling",
			build: func(b *blocks) []*graph.Node {
				x := b.pictures(6, 12)
				w := graph.Window{Size: [2]int{2, 2}, Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}}
				return []*graph.Node{b.convolve(x, 12, 3, 1, 1).Add(x).ReLU().ReduceWindow(graph.Largest, w)}
			},
			steps: []string{"convolution add relu reduce_window"},
		},
		{
			name: "twice the same",
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(b.pictures(6, 3), 8, 3, 1, 1)
				return []*graph.Node{x.Add(x)}
			},
			steps: []string{"convolution", "add"},
		},
		{
			name: "dense residual",
			build: func(b *blocks) []*graph.Node {
				x := b.graph.Parameter("x", tensor.Float32, graph.Batch, 21)
				return []*graph.Node{x.MatMul(b.weight(0, 1, 21, 21)).Add(b.weight(0, 1, 21)).Add(x).ReLU()}
			},
			steps: []string{"dot_general add add relu"},
		},
		{
			name: "six",
			build: func(b *blocks) []*graph.Node {
				x := relu6(b.normalize(b.convolve(b.pictures(9, 5), 20, 1, 1, 1)).Scale(4))
				return []*graph.Node{relu6(b.normalize(b.convolve(x, 20, 3, 1, 20)))}
			},
			steps: []string{"convolution add", "multiply relu minimum", "convolution add relu minimum"},
		},
		{
			name: "another end",
			build: func(b *blocks) []*graph.Node {
				return []*graph.Node{b.convolve(b.pictures(5, 5), 6, 3, 1, 1).ReLU().Clip(-1, 0.5)}
			},
			steps: []string{"convolution relu", "minimum"},
		},
	} {
		t.Run(f.name, f.check)
	}
}
