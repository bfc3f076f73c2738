package conv

import (
	"fmt"
	"testing"

	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

// layers are the example network's: extents before, channels, filters.
var layers = [][3]int{{150, 3, 32}, {74, 32, 64}, {36, 64, 128}, {17, 128, 128}}

// BenchmarkLayers gives the speed of each algorithm, counting the arithmetic
// of a direct convolution.
func BenchmarkLayers(b *testing.B) {
	for _, pictures := range []int{1, 16, 32} {
		for _, l := range layers {
			for _, algorithm := range []Algorithm{Product, Winograd4, Winograd2} {
				if algorithm != Product && l[1] < 16 {
					continue
				}
				b.Run(fmt.Sprintf("batch%d/%d→%d/%d", pictures, l[1], l[2], algorithm), func(b *testing.B) {
					benchmarkLayer(b, plain(l[0], l[0], l[1], l[2], 0), algorithm, pictures)
				})
			}
		}
	}
}

func benchmarkLayer(b *testing.B, g Geometry, a Algorithm, pictures int) {
	set, err := kernel.Select("")
	if err != nil {
		b.Fatal(err)
	}
	p := pool.New(0)
	defer p.Close()
	e := New(set, p, gemm.New(set, p), 128)
	e.Algorithm, g.Pictures = a, pictures
	x, w := gemm.Aligned(pictures*g.inPixels()*g.Channels), gemm.Aligned(9*g.Channels*g.Filters)
	y, dw := gemm.Aligned(pictures*g.outPixels()*g.Filters), gemm.Aligned(len(w))
	forward, input, filter := e.Forward(g), e.Input(g), e.Filter(g)
	forward.Packed, input.Packed = gemm.Aligned(forward.PackedSize()), gemm.Aligned(input.PackedSize())
	filter.Partials = gemm.Aligned(filter.PartialsSize(pictures))
	scratch := scratchFor(e, max(forward.ScratchSize(), input.ScratchSize(), filter.ScratchSize()))
	forward.Scratch, input.Scratch, filter.Scratch = scratch, scratch, scratch
	for _, c := range []struct {
		name string
		run  func() error
	}{
		{"forward", func() error { return forward.Run(y, x, w, pictures) }},
		{"input", func() error { return input.Run(x, y, w, pictures) }},
		{"filter", func() error { return filter.Run(dw, x, y, pictures) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.run(); err != nil {
					b.Fatal(err)
				}
			}
			work := 2 * float64(pictures*g.outPixels()*9*g.Channels*g.Filters)
			b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
