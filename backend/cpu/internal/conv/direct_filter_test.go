package conv

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestMaximaOfFewChannels compares the gradients of kernels of few channels and
// of the bias, given that of maxima, with the defining sums, on integers and so
// exactly.
func TestMaximaOfFewChannels(t *testing.T) {
	const pictures = 5
	eachEngine(t, 2, func(e *Engine, name string) {
		r := rand.New(rand.NewPCG(8, 1))
		for _, g := range []Geometry{
			geometry(3, 1, 1, 0, 20, 40, 3, 32, 1),
			geometry(3, 1, 1, 1, 9, 8, 3, 37, 1),
			geometry(7, 2, 1, 3, 23, 21, 1, 5, 1),
			geometry(5, 1, 2, 2, 13, 12, 2, 16, 1),
			geometry(3, 1, 1, 0, 6, 2, 3, 8, 1), // a single column: nothing was pooled
		} {
			what := fmt.Sprintf("%s %+v", name, g)
			if !e.UnpoolsFilter(g) {
				t.Fatalf("%s: does not take maxima", what)
			}
			x := integers(r, pictures*g.inPixels()*g.Channels)
			which, gradient, dy := scattered(r, g, pictures, integers)
			got, want := integers(r, g.taps()*g.Channels*g.Filters), make([]float32, g.taps()*g.Channels*g.Filters)
			connect(&g, pictures, func(xi, wi, yi int) { want[wi] += x[xi] * dy[yi] })
			sums, wantSums := make([]float32, g.Filters), make([]float32, g.Filters)
			for i, v := range dy {
				wantSums[i%g.Filters] += v
			}
			f := e.Filter(g)
			f.Partials, f.Scratch, f.Which = make([]float32, f.PartialsSize(pictures)), scratchFor(e, f.ScratchSize()), which
			for _, f.Sums = range [][]float32{nil, sums} {
				if err := f.Run(got, x, gradient, pictures); err != nil {
					t.Fatal(err)
				}
				mustEqual(t, what, got, want)
			}
			mustEqual(t, what+" sums", sums, wantSums)
		}
	})
}
