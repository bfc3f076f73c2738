package conv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
)

// winogradGeometries are 3×3 convolutions of sizes that fit tiles and
// registers, and of many that do not.
var winogradGeometries = []Geometry{
	plain(14, 14, 32, 32, 0),
	plain(9, 11, 16, 16, 1),
	plain(3, 3, 16, 32, 0), // smaller than a tile
	plain(1, 2, 8, 8, 1),
	plain(7, 6, 17, 33, 1),
	plain(12, 5, 3, 50, 2),
	plain(20, 23, 48, 16, 1),
	plain(8, 8, 1, 1, 1),
	plain(10, 10, 64, 40, 3),
	plain(17, 17, 128, 128, 0),
}

func plain(height, width, channels, filters, pad int) Geometry {
	return Geometry{
		Size: [2]int{3, 3}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Before: [2]int{pad, pad}, In: [2]int{height, width},
		Out: [2]int{height + 2*pad - 2, width + 2*pad - 2}, Channels: channels, Filters: filters, Groups: 1,
	}
}

func reals(r *rand.Rand, n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = r.Float32()*2 - 1
	}
	return values
}

// mustBeNear compares with sums in float64: the error of a layer is measured
// against its largest value.
func mustBeNear(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	largest := 0.
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	for i := range want {
		if d := math.Abs(float64(got[i]) - want[i]); !(d <= 2e-5*largest) {
			t.Fatalf("%s: element %d is %v, want %v; the largest is %v", what, i, got[i], want[i], largest)
		}
	}
}

// TestWinograd compares all three convolutions with the defining sums.
func TestWinograd(t *testing.T) {
	for _, algorithm := range []Algorithm{Winograd4, Winograd2} {
		for workers := 1; workers <= 2; workers++ {
			eachEngine(t, workers, func(e *Engine, name string) {
				e.Algorithm = algorithm
				for i, g := range winogradGeometries {
					if g.Channels > 64 && name == "generic" {
						continue // slow
					}
					for pictures := 1 + i%2; pictures <= 3; pictures += 2 {
						compareWinograd(t, e, g, pictures, fmt.Sprintf("%s %d workers algorithm %d: %d of %+v", name, workers, algorithm, pictures, g))
					}
				}
			})
		}
	}
}

func compareWinograd(t *testing.T, e *Engine, g Geometry, pictures int, what string) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	x, w := reals(r, pictures*g.inPixels()*g.Channels), reals(r, 9*g.Channels*g.Filters)
	dy, bias := reals(r, pictures*g.outPixels()*g.Filters), reals(r, g.Filters)
	y, dx, dw := reals(r, len(dy)), reals(r, len(x)), reals(r, len(w))
	wantY, wantX, wantW := make([]float64, len(dy)), make([]float64, len(x)), make([]float64, len(w))
	connect(&g, pictures, func(xi, wi, yi int) {
		wantY[yi] += float64(x[xi]) * float64(w[wi])
		wantX[xi] += float64(dy[yi]) * float64(w[wi])
		wantW[wi] += float64(x[xi]) * float64(dy[yi])
	})
	for i := range wantY {
		wantY[i] = max(wantY[i]+float64(bias[i%g.Filters]), 0)
	}
	if g.Out[0] > 1 && g.Out[1] > 1 {
		comparePooled(t, e, g, pictures, what, x, w, bias, wantY)
	}
	runAll(t, e, g, pictures, true, y, dx, dw, x, w, dy, bias)
	mustBeNear(t, what+" forward", y, wantY)
	mustBeNear(t, what+" input", dx, wantX)
	mustBeNear(t, what+" filter", dw, wantW)
}

// comparePooled compares maxima, and what their numbers point to, with those
// of the results.
func comparePooled(t *testing.T, e *Engine, g Geometry, pictures int, what string, x, w, bias []float32, y []float64) {
	t.Helper()
	const gap = 3
	f := e.Forward(g)
	if !f.Pools() {
		t.Fatal("Winograd's algorithm does not pool")
	}
	f.Bias, f.ReLU, f.Positive, f.OutStride = bias, true, true, g.Filters+gap
	f.Packed, f.Scratch = make([]float32, f.PackedSize()), scratchFor(e, f.ScratchSize())
	windows := pictures * (g.Out[0] / 2) * (g.Out[1] / 2)
	f.Pooled, f.Which = make([]float32, windows*f.OutStride), make([]uint8, windows*g.Filters)
	if err := f.Run(nil, x, w, pictures); err != nil {
		t.Fatal(err)
	}
	got, chosen, want := make([]float32, 0, len(f.Which)), make([]float32, 0, len(f.Which)), make([]float64, 0, len(f.Which))
	for i, number := range f.Which {
		window, filter := i/g.Filters, i%g.Filters
		across, down := g.Out[1]/2, g.Out[0]/2
		at := func(k int) float64 {
			row, column := window/across%down*2+k/2, window%across*2+k%2
			return y[((window/across/down*g.Out[0]+row)*g.Out[1]+column)*g.Filters+filter]
		}
		got, want = append(got, f.Pooled[window*f.OutStride+filter]), append(want, max(at(0), at(1), at(2), at(3)))
		if number == kernel.Nowhere {
			chosen = append(chosen, 0)
		} else {
			chosen = append(chosen, float32(at(int(number))))
		}
	}
	mustBeNear(t, what+" pooled", got, want)
	mustBeNear(t, what+" chosen", chosen, want)
}
