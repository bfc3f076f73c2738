package cpu

import (
	"testing"

	"github.com/lince-ml/lince/graph"
)

// TestResultsTakeTheMemoryOfSpentOperands counts how many values of one size
// a program needs room for at a time.
func TestResultsTakeTheMemoryOfSpentOperands(t *testing.T) {
	const samples, size, channels = 4, 32, 32
	for name, f := range map[string]struct {
		buffers int
		build   func(b *blocks) []*graph.Node
	}{
		"loop behind a convolution": {1, func(b *blocks) []*graph.Node {
			return []*graph.Node{b.convolve(b.pictures(size, 3), channels, 1, 1, 1).Sigmoid()}
		}},
		"residual": {2, func(b *blocks) []*graph.Node {
			x := b.convolve(b.pictures(size, 3), channels, 1, 1, 1).Sigmoid()
			y := b.convolve(x, channels, 1, 1, 1).ReLU()
			return []*graph.Node{b.convolve(y, channels, 1, 1, 1).Add(x)}
		}},
		"an operand that is read again": {2, func(b *blocks) []*graph.Node {
			x := b.convolve(b.pictures(size, 3), channels, 1, 1, 1)
			return []*graph.Node{x.Sigmoid(), x}
		}},
		"an operand that is also repeated": {2, func(b *blocks) []*graph.Node {
			x := b.convolve(b.pictures(size, 3), channels, 1, 1, 1)
			y := b.convolve(x, channels, 1, 1, 1)
			return []*graph.Node{y.Sub(x.ReduceMean(1, 2).ExpandDims(1, 2)).Sigmoid()}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b, p := fusion{build: f.build}.program(t)
			s := open(t, Options{Threads: 2}, p, samples)
			b.fill(t, s)
			s.run(t)
			buffer := samples * size * size * channels
			if got := len(s.executable.(*executable).arena); got < f.buffers*buffer || got > f.buffers*buffer+buffer/2 {
				t.Errorf("the values take %.2f times the size of one, want %d", float64(got)/float64(buffer), f.buffers)
			}
		})
	}
}
