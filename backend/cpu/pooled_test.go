package cpu

import (
	"testing"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func valid(size, stride int) graph.Window {
	return graph.Window{Size: [2]int{size, size}, Stride: [2]int{stride, stride}, Dilation: [2]int{1, 1}}
}

// mean is average pooling with padding "same", as layers write it.
func mean(b *blocks, x *graph.Node, size int) *graph.Node {
	w := same(x, size, 1)
	var shares []float32
	for row := range x.Extent(1) {
		for column := range x.Extent(2) {
			count := 0
			for k := range size * size {
				y, z := w.At(0, row, k/size), w.At(1, column, k%size)
				if y >= 0 && y < x.Extent(1) && z >= 0 && z < x.Extent(2) {
					count++
				}
			}
			shares = append(shares, 1/float32(count))
		}
	}
	share, err := tensor.Of(shares, x.Extent(1), x.Extent(2), 1)
	if err != nil {
		return b.graph.Fail(err)
	}
	return x.ReduceWindow(graph.Sum, w).Mul(b.graph.Constant(share))
}

// TestPoolingTakesInWhatIsAround has poolings with their averages, frames of
// zeros, and the convolutions before them.
func TestPoolingTakesInWhatIsAround(t *testing.T) {
	for _, f := range []fusion{
		{
			name:  "mean at the border",
			build: func(b *blocks) []*graph.Node { return []*graph.Node{mean(b, b.pictures(9, 21), 3)} },
			steps: []string{"reduce_window multiply"},
		},
		{
			name: "mean of a convolution",
			build: func(b *blocks) []*graph.Node {
				return []*graph.Node{b.convolve(b.pictures(8, 3), 18, 1, 1, 1).ReduceWindow(graph.Sum, valid(2, 2)).Scale(0.25)}
			},
			steps: []string{"convolution reduce_window multiply"},
		},
		{
			name: "framed convolution and pooling",
			build: func(b *blocks) []*graph.Node {
				x := b.pictures(12, 5).Pad([]int{0, 3, 2, 0}, []int{0, 3, 3, 0}, nil, 0)
				w := b.weight(0, 1, 5, 5, 5, 17)
				x = graph.Convolve(graph.Convolution{Window: valid(5, 2), Groups: 1}, x, w).ReLU()
				return []*graph.Node{x.Pad([]int{0, 1, 1, 0}, []int{0, 1, 1, 0}, nil, 0).ReduceWindow(graph.Largest, valid(3, 2))}
			},
			steps: []string{"convolution relu reduce_window"},
		},
		{
			name: "a frame that may win",
			build: func(b *blocks) []*graph.Node {
				x := b.pictures(12, 5).Pad([]int{0, 1, 1, 0}, []int{0, 1, 1, 0}, nil, 0)
				return []*graph.Node{x.ReduceWindow(graph.Largest, valid(3, 2))}
			},
			steps: []string{"pad", "reduce_window"},
		},
	} {
		t.Run(f.name, f.check)
	}
}

// TestMaximaAreNoted compares gradients of max poolings, with many ties, and
// makes sure that the pictures are not read again.
func TestMaximaAreNoted(t *testing.T) {
	backward := func(loss, x *graph.Node) []*graph.Node {
		gradients, err := graph.Gradient(loss, x)
		if err != nil {
			return []*graph.Node{x.Mul(loss)}
		}
		return gradients
	}
	for _, f := range []fusion{
		{
			name: "overlapping",
			build: func(b *blocks) []*graph.Node {
				x := b.pictures(9, 20).Scale(3).Round()
				return backward(x.ReduceWindow(graph.Largest, valid(3, 2)).Square().ReduceSum(0, 1, 2, 3), x)
			},
			steps: []string{"multiply round_nearest_even", "reduce_window first_maximum", "add", "scatter_maxima"},
		},
		{
			name: "at every pixel",
			build: func(b *blocks) []*graph.Node {
				x := b.pictures(7, 3).Scale(3).Round()
				return backward(x.ReduceWindow(graph.Largest, same(x, 3, 1)).Square().ReduceSum(0, 1, 2, 3), x)
			},
			steps: []string{"multiply round_nearest_even", "reduce_window first_maximum", "add", "scatter_maxima"},
		},
		{
			name: "behind a rectifier",
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(b.pictures(11, 3), 18, 3, 1, 1)
				return backward(x.ReLU().ReduceWindow(graph.Largest, valid(2, 2)).Square().ReduceSum(0, 1, 2, 3), x)
			},
			steps: []string{"convolution relu reduce_window first_maximum", "add", "scatter_maxima"},
		},
		{
			name: "behind a bias",
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(b.pictures(11, 3), 18, 3, 1, 1)
				bias := b.weight(0, 1, 18)
				y := x.Add(bias).ReLU().ReduceWindow(graph.Largest, valid(3, 2))
				return backward(y.Square().ReduceSum(0, 1, 2, 3), bias)
			},
			steps: []string{"convolution add relu reduce_window first_maximum", "add", "sum_of_maxima"},
		},
		{
			name: "a rectifier that others read",
			build: func(b *blocks) []*graph.Node {
				x := b.convolve(b.pictures(11, 3), 18, 3, 1, 1)
				y := x.ReLU()
				loss := y.ReduceWindow(graph.Largest, valid(3, 2)).Square().ReduceSum(0, 1, 2, 3).Add(y.ReduceSum(0, 1, 2, 3))
				return backward(loss, x)
			},
			steps: []string{"convolution relu reduce_window first_maximum", "add", "scatter_maxima", "add compare select"},
		},
	} {
		t.Run(f.name, f.check)
	}
}
