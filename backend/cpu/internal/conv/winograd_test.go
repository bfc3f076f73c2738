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
	plain(62, 62, 16, 16, 0), // tiles enough for several chunks
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

// TestWinograd compares all three convolutions with the defining sums, and
// with themselves at another number of workers.
func TestWinograd(t *testing.T) {
	for i, g := range winogradGeometries {
		if testing.Short() && g.Channels*g.Filters > 1024 {
			continue // for the race detector small ones do
		}
		c := newWinogradCase(g, 1+i%3)
		for _, algorithm := range []Algorithm{Winograd4, Winograd2} {
			first := map[string][3][]float32{}
			for workers := 1; workers <= 3; workers += 2 {
				eachEngine(t, workers, func(e *Engine, name string) {
					if g.Channels > 64 && name == "generic" {
						return // slow
					}
					e.Algorithm = algorithm
					what := fmt.Sprintf("%s %d workers algorithm %d: %d of %+v", name, workers, algorithm, c.pictures, g)
					results := c.compare(t, e, what)
					if workers == 1 {
						first[name] = results
						return
					}
					for k, expected := range first[name] {
						mustEqual(t, fmt.Sprint(what, " against one worker ", k), results[k], expected)
					}
				})
			}
		}
	}
}

// winogradCase is a convolution with all that is expected of it.
type winogradCase struct {
	g                   Geometry
	pictures            int
	x, w, dy, bias      []float32
	wantY, wantX, wantW []float64
}

func newWinogradCase(g Geometry, pictures int) *winogradCase {
	r := rand.New(rand.NewPCG(3, 4))
	c := &winogradCase{
		g: g, pictures: pictures, x: reals(r, pictures*g.inPixels()*g.Channels), w: reals(r, 9*g.Channels*g.Filters),
		dy: reals(r, pictures*g.outPixels()*g.Filters), bias: reals(r, g.Filters),
	}
	c.wantY, c.wantX, c.wantW = make([]float64, len(c.dy)), make([]float64, len(c.x)), make([]float64, len(c.w))
	connect(&g, pictures, func(xi, wi, yi int) {
		c.wantY[yi] += float64(c.x[xi]) * float64(c.w[wi])
		c.wantX[xi] += float64(c.dy[yi]) * float64(c.w[wi])
		c.wantW[wi] += float64(c.x[xi]) * float64(c.dy[yi])
	})
	for i := range c.wantY {
		c.wantY[i] = max(c.wantY[i]+float64(c.bias[i%g.Filters]), 0)
	}
	return c
}

func (c *winogradCase) compare(t *testing.T, e *Engine, what string) [3][]float32 {
	t.Helper()
	if c.g.Out[0] > 1 && c.g.Out[1] > 1 {
		comparePooled(t, e, c.g, c.pictures, what, c.x, c.w, c.bias, c.wantY)
	}
	c.comparePlaced(t, e, what)
	y, dx, dw := make([]float32, len(c.dy)), make([]float32, len(c.x)), make([]float32, len(c.w))
	runAll(t, e, c.g, c.pictures, true, y, dx, dw, c.x, c.w, c.dy, c.bias)
	if e.UnpoolsInput(c.g) && e.UnpoolsFilter(c.g) {
		compareUnpooled(t, e, c, what)
	}
	mustBeNear(t, what+" forward", y, c.wantY)
	mustBeNear(t, what+" input", dx, c.wantX)
	mustBeNear(t, what+" filter", dw, c.wantW)
	return [3][]float32{y, dx, dw}
}

// comparePlaced adds a residual and writes the result among other elements,
// which must stay.
func (c *winogradCase) comparePlaced(t *testing.T, e *Engine, what string) {
	t.Helper()
	const gap, untouched = 5, 777
	f := e.Forward(c.g)
	f.Bias, f.Residual, f.OutStride = c.bias, c.dy, c.g.Filters+gap
	f.Packed, f.Scratch = make([]float32, f.PackedSize()), scratchFor(e, f.ScratchSize())
	y := make([]float32, len(c.dy)/c.g.Filters*f.OutStride)
	for i := range y {
		y[i] = untouched
	}
	if err := f.Run(y[:len(y)-gap], c.x, c.w, c.pictures); err != nil {
		t.Fatal(err)
	}
	got, want := make([]float32, 0, len(c.dy)), make([]float64, 0, len(c.dy))
	for i, v := range y {
		pixel, filter := i/f.OutStride, i%f.OutStride
		if filter >= c.g.Filters {
			if v != untouched {
				t.Fatalf("%s wrote %v between pixels", what, v)
			}
			continue
		}
		if at := pixel*c.g.Filters + filter; c.wantY[at] > 0 { // what the rectifier left as it was
			got, want = append(got, v-c.dy[at]), append(want, c.wantY[at])
		}
	}
	mustBeNear(t, what+" placed", got, want)
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

// compareUnpooled compares the gradients of maxima with those of the results
// that they stand for, which must be the same bits, and their sums.
func compareUnpooled(t *testing.T, e *Engine, c *winogradCase, what string) {
	t.Helper()
	g := c.g
	which, gradient, dy := scattered(rand.New(rand.NewPCG(6, 7)), g, c.pictures, reals)
	sums, wantSums := make([]float32, g.Filters), make([]float64, g.Filters)
	for i, v := range dy {
		wantSums[i%g.Filters] += float64(v)
	}
	var dx, dw [2][]float32
	for i := range dx {
		input, filter := e.Input(g), e.Filter(g)
		input.Packed, filter.Partials = make([]float32, input.PackedSize()), make([]float32, filter.PartialsSize(c.pictures))
		input.Scratch, filter.Scratch = scratchFor(e, input.ScratchSize()), scratchFor(e, filter.ScratchSize())
		from := dy
		if i == 1 {
			from, input.Which, filter.Which, filter.Sums = gradient, which, which, sums
			if len(which) == 0 {
				return
			}
		}
		dx[i], dw[i] = make([]float32, len(c.x)), make([]float32, len(c.w))
		for _, err := range []error{input.Run(dx[i], from, c.w, c.pictures), filter.Run(dw[i], c.x, from, c.pictures)} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	mustEqual(t, what+" input of maxima", dx[1], dx[0])
	mustEqual(t, what+" filter of maxima", dw[1], dw[0])
	mustBeNear(t, what+" sums of maxima", sums, wantSums)
}

// scattered draws numbers of maxima of 2×2 and their gradient, and returns with
// them the gradient of the results that they stand for.
func scattered(r *rand.Rand, g Geometry, pictures int, draw func(*rand.Rand, int) []float32) (which []uint8, gradient, dy []float32) {
	down, across := g.Out[0]/2, g.Out[1]/2
	which = make([]uint8, pictures*down*across*g.Filters)
	gradient, dy = draw(r, len(which)), make([]float32, pictures*g.outPixels()*g.Filters)
	for i := range which {
		number := r.IntN(5)
		if which[i] = uint8(number); number == 4 {
			which[i] = kernel.Nowhere
			continue
		}
		window := i / g.Filters
		row, column := window/across%down*2+number/2, window%across*2+number%2
		dy[((window/across/down*g.Out[0]+row)*g.Out[1]+column)*g.Filters+i%g.Filters] = gradient[i]
	}
	return which, gradient, dy
}
