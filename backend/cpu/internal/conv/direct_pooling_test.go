package conv

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
)

// TestPoolingOfFewChannels compares maxima made with a convolution with those
// of its results, on integers and so exactly.
func TestPoolingOfFewChannels(t *testing.T) {
	const pictures = 2
	eachEngine(t, 2, func(e *Engine, name string) {
		if e.BFloat16 {
			return // where it rounds, it does not pool
		}
		r := rand.New(rand.NewPCG(6, 1))
		for _, g := range []Geometry{
			geometry(3, 1, 1, 0, 9, 40, 3, 32, 1),
			geometry(3, 1, 1, 1, 8, 9, 3, 37, 1),
			geometry(7, 2, 1, 3, 23, 21, 1, 5, 1),
			geometry(3, 1, 1, 0, 3, 3, 3, 8, 1), // a single row: nothing to pool
			geometry(1, 1, 1, 0, 5, 6, 3, 8, 1),
		} {
			x, w := integers(r, pictures*g.inPixels()*g.Channels), integers(r, g.taps()*g.Channels*g.Filters)
			bias, y := integers(r, g.Filters), make([]float32, pictures*g.outPixels()*g.Filters)
			connect(&g, pictures, func(xi, wi, yi int) { y[yi] += x[xi] * w[wi] })
			for i := range y {
				y[i] += bias[i%g.Filters]
			}
			for option := range 8 {
				f := e.Forward(g)
				f.Bias, f.ReLU, f.Cap, f.Positive = bias, option&1 != 0, option&1 != 0, option&2 != 0
				f.OutStride = g.Filters + option&4
				checkPooled(t, e, f, fmt.Sprintf("%s %+v option %d", name, g, option), x, w, y, pictures)
			}
		}
	})
}

func checkPooled(t *testing.T, e *Engine, f *Forward, what string, x, w, y []float32, pictures int) {
	t.Helper()
	const untouched = 777
	g := f.geometry
	if !f.Pools() {
		t.Fatalf("%s does not pool", what)
	}
	f.Packed, f.Scratch = make([]float32, f.PackedSize()), scratchFor(e, f.ScratchSize())
	down, across := g.Out[0]/2, g.Out[1]/2
	windows := pictures * down * across
	f.Pooled, f.Which = slices.Repeat([]float32{untouched}, windows*f.OutStride), make([]uint8, windows*g.Filters)
	want, which := slices.Clone(f.Pooled), make([]uint8, len(f.Which))
	for i := range which {
		window, filter := i/g.Filters, i%g.Filters
		picture, row, column := window/across/down, window/across%down*2, window%across*2
		best := -1
		var largest float32
		for k := range 4 {
			v := y[((picture*g.Out[0]+row+k/2)*g.Out[1]+column+k%2)*g.Filters+filter]
			if best < 0 || v > largest {
				best, largest = k, v
			}
		}
		which[i] = uint8(best)
		if f.Positive && largest <= 0 {
			which[i] = kernel.Nowhere
		}
		if f.ReLU {
			largest = min(max(largest, 0), 6)
		}
		want[window*f.OutStride+filter] = largest
	}
	for _, numbered := range []bool{true, false} {
		if !numbered {
			f.Which = nil
		} else if err := f.Run(nil, x, w, pictures); err != nil {
			t.Fatal(err)
		} else if !slices.Equal(f.Which, which) {
			t.Fatalf("%s: other maxima are chosen", what)
		}
		if err := f.Run(nil, x, w, pictures); err != nil {
			t.Fatal(err)
		}
		mustEqual(t, what, f.Pooled, want)
	}
}
