package conv

import (
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

// A layer is a convolution of a known network; same says that the result is
// as large as the pictures divided by the stride.
type layer struct {
	net               string
	size, stride      [2]int
	in                int
	channels, filters int
	groups            int
	same              bool
}

func (l layer) geometry() Geometry {
	g := Geometry{
		Size: l.size, Stride: l.stride, Dilation: [2]int{1, 1}, In: [2]int{l.in, l.in},
		Channels: l.channels, Filters: l.filters, Groups: max(l.groups, 1),
	}
	for i := range g.Out {
		g.Out[i] = (l.in-l.size[i])/l.stride[i] + 1
		if l.same {
			g.Out[i] = (l.in + l.stride[i] - 1) / l.stride[i]
			g.Before[i] = max((g.Out[i]-1)*l.stride[i]+l.size[i]-l.in, 0) / 2
		}
	}
	return g
}

func (l layer) String() string {
	return fmt.Sprintf("%s/%dx%ds%d-%d-%dto%d", l.net, l.size[0], l.size[1], l.stride[0], l.in, l.channels, l.filters)
}

var one = [2]int{1, 1}

// networkLayers are convolutions of known networks, those of 3×3 with stride
// 1 left out where there are many channels.
func networkLayers() []layer {
	square := func(n int) [2]int { return [2]int{n, n} }
	list := []layer{
		{"example", square(3), one, 150, 3, 32, 1, false},
		{"inception", square(3), square(2), 150, 3, 32, 1, false},
		{"inception", square(3), one, 74, 32, 32, 1, false},
		{"inception", one, one, 36, 64, 80, 1, false},
		{"inception", one, one, 16, 192, 64, 1, false},
		{"inception", one, one, 16, 192, 48, 1, false},
		{"inception", square(5), one, 16, 48, 64, 1, true},
		{"inception", square(3), square(2), 16, 288, 384, 1, false},
		{"inception", one, one, 7, 768, 192, 1, false},
		{"inception", [2]int{1, 7}, one, 7, 128, 128, 1, true},
		{"inception", [2]int{7, 1}, one, 7, 160, 192, 1, true},
		{"inception", [2]int{1, 7}, one, 7, 192, 192, 1, true},
		{"inception", one, one, 3, 2048, 320, 1, false},
		{"inception", [2]int{1, 3}, one, 3, 384, 384, 1, true},
		{"resnet50", square(7), square(2), 230, 3, 64, 1, false},
		{"resnet50", one, one, 56, 64, 256, 1, false},
		{"resnet50", one, one, 56, 256, 64, 1, false},
		{"resnet50", one, square(2), 56, 256, 512, 1, false},
		{"resnet50", one, one, 28, 512, 128, 1, false},
		{"resnet50", one, one, 28, 128, 512, 1, false},
		{"resnet50", one, one, 14, 1024, 256, 1, false},
		{"resnet50", one, one, 14, 256, 1024, 1, false},
		{"resnet50", one, square(2), 14, 1024, 2048, 1, false},
		{"resnet50", one, one, 7, 2048, 512, 1, false},
		{"resnet50", one, one, 7, 512, 2048, 1, false},
		{"resnet50", square(3), one, 7, 512, 512, 1, true},
		{"mobilenetv2", square(3), square(2), 225, 3, 32, 1, false},
	}
	for _, c := range [][3]int{{112, 32, 16}, {112, 16, 96}, {56, 96, 24}, {56, 24, 144}, {56, 144, 24}, {28, 144, 32}, {28, 32, 192},
		{28, 192, 32}, {14, 192, 64}, {14, 64, 384}, {14, 384, 64}, {14, 384, 96}, {14, 96, 576}, {14, 576, 96}, {7, 576, 160},
		{7, 160, 960}, {7, 960, 160}, {7, 960, 320}, {7, 320, 1280}} {
		list = append(list, layer{"mobilenetv2", one, one, c[0], c[1], c[2], 1, false})
	}
	for _, c := range [][3]int{{112, 32, 1}, {113, 96, 2}, {56, 144, 1}, {57, 144, 2}, {28, 192, 1}, {29, 192, 2}, {14, 384, 1}, {14, 576, 1}, {15, 576, 2}, {7, 960, 1}} {
		list = append(list, layer{"depthwise", square(3), square(c[2]), c[0], c[1], c[1], c[1], c[2] == 1})
	}
	return append(list, layer{"depthwise", square(5), one, 28, 96, 96, 96, true})
}

// BenchmarkNetworks times layers on one worker. The figure is that of the
// quickest repetition, which other loads of the machine disturb least.
func BenchmarkNetworks(b *testing.B) {
	set, err := kernel.Select(os.Getenv("LINCE_CPU"))
	if err != nil {
		b.Fatal(err)
	}
	p := pool.New(1)
	defer p.Close()
	e := New(set, p, gemm.New(set, p), 2048)
	for _, l := range networkLayers() {
		for _, pictures := range []int{1, 16} {
			b.Run(fmt.Sprintf("%v/batch%d", l, pictures), func(b *testing.B) { benchmarkShape(b, e, l.geometry(), pictures) })
		}
	}
}

func benchmarkShape(b *testing.B, e *Engine, g Geometry, pictures int) {
	channels, _ := g.perGroup()
	x, w := make([]float32, pictures*g.inPixels()*g.Channels), make([]float32, g.taps()*channels*g.Filters)
	y, dw := make([]float32, pictures*g.outPixels()*g.Filters), make([]float32, len(w))
	forward, input, filter := e.Forward(g), e.Input(g), e.Filter(g)
	forward.Bias, forward.ReLU = make([]float32, g.Filters), true
	forward.Packed, input.Packed = gemm.Aligned(forward.PackedSize()), gemm.Aligned(input.PackedSize())
	forward.Scratch = scratchFor(e, forward.ScratchSize())
	input.Scratch = scratchFor(e, input.ScratchSize())
	filter.Scratch = scratchFor(e, filter.ScratchSize())
	input.Phase, filter.Partials = make([]float32, input.PhaseSize(pictures)), make([]float32, filter.PartialsSize(pictures))
	work := 2 * float64(pictures*g.outPixels()*g.taps()*channels*g.Filters)
	for _, pass := range []struct {
		name string
		run  func() error
	}{
		{"forward", func() error { return forward.Run(y, x, w, pictures) }},
		{"input", func() error { return input.Run(x, y, w, pictures) }},
		{"filter", func() error { return filter.Run(dw, x, y, pictures) }},
	} {
		b.Run(pass.name, func(b *testing.B) {
			if err := pass.run(); err != nil { // touches all memory
				b.Fatal(err)
			}
			quickest := math.Inf(1)
			for b.Loop() {
				start := time.Now()
				if err := pass.run(); err != nil {
					b.Fatal(err)
				}
				quickest = min(quickest, time.Since(start).Seconds())
			}
			b.ReportMetric(work/quickest/1e9, "GFLOP/s")
			b.ReportMetric(1e6*quickest, "µs")
		})
	}
}
