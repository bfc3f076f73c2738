package conv

import (
	"fmt"
	"testing"

	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

// BenchmarkExpanded times MobileNetV2's pairs of an expansion and a depthwise
// convolution, on one thread, in one step and in two.
func BenchmarkExpanded(b *testing.B) {
	pair := func(size, stride, extent, channels, filters, then int) [2]layer {
		made := extent / stride
		return [2]layer{
			{"", [2]int{size, size}, [2]int{stride, stride}, extent, channels, filters, 1, true},
			{"", [2]int{3, 3}, [2]int{then, then}, made, filters, filters, filters, true},
		}
	}
	for _, l := range [][2]layer{
		pair(3, 2, 224, 3, 32, 1), pair(1, 1, 112, 16, 96, 2), pair(1, 1, 56, 24, 144, 1), pair(1, 1, 28, 32, 192, 1),
		pair(1, 1, 14, 96, 576, 1), pair(1, 1, 7, 160, 960, 1),
	} {
		first, then := l[0].geometry(), l[1].geometry()
		set, err := kernel.Select("")
		if err != nil {
			b.Fatal(err)
		}
		p := pool.New(1)
		e := New(set, p, gemm.New(set, p), then.Filters)
		x, w, deeper := gemm.Aligned(first.inPixels()*first.Channels), gemm.Aligned(first.taps()*first.Channels*first.Filters), gemm.Aligned(9*then.Filters)
		between, y, bias := gemm.Aligned(first.outPixels()*first.Filters), gemm.Aligned(then.outPixels()*then.Filters), gemm.Aligned(then.Filters)
		both, alone, after := e.Expanded(first, then), e.Forward(first), e.Forward(then)
		both.First.Packed, both.Scratch = gemm.Aligned(both.PackedSize()), scratchFor(e, both.ScratchSize())
		alone.Packed = gemm.Aligned(alone.PackedSize())
		for _, f := range []*Forward{both.First, both.Then, alone, after} {
			f.Bias, f.ReLU, f.Cap = bias, true, true
		}
		for _, c := range []struct {
			name string
			run  func() error
		}{
			{"both", func() error { return both.Run(y, x, w, deeper, 1) }},
			{"first", func() error { return alone.Run(between, x, w, 1) }},
			{"then", func() error { return after.Run(y, between, deeper, 1) }},
		} {
			b.Run(fmt.Sprintf("%d/%d→%d/%s", first.In[0], first.Channels, first.Filters, c.name), func(b *testing.B) {
				for b.Loop() {
					if err := c.run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		p.Close()
	}
}
