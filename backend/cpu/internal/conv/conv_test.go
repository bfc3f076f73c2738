package conv

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

func integers(r *rand.Rand, n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(r.IntN(7) - 3)
	}
	return values
}

// connect visits every product of a convolution by its definition.
func connect(g *Geometry, pictures int, visit func(xi, wi, yi int)) {
	channels, filters := g.perGroup()
	for n := range pictures {
		for i := range g.outPixels() {
			for k := range g.taps() {
				y := i/g.Out[1]*g.Stride[0] + k/g.Size[1]*g.Dilation[0] - g.Before[0]
				x := i%g.Out[1]*g.Stride[1] + k%g.Size[1]*g.Dilation[1] - g.Before[1]
				if y < 0 || y >= g.In[0] || x < 0 || x >= g.In[1] {
					continue
				}
				for o := range g.Filters {
					for c := range channels {
						visit(((n*g.In[0]+y)*g.In[1]+x)*g.Channels+o/filters*channels+c, (k*channels+c)*g.Filters+o, (n*g.outPixels()+i)*g.Filters+o)
					}
				}
			}
		}
	}
}

func geometry(size, stride, dilation, pad, height, width, channels, filters, groups int) Geometry {
	g := Geometry{
		Size: [2]int{size, max(size-1, 1)}, Stride: [2]int{stride, max(stride-1, 1)}, Dilation: [2]int{dilation, 1},
		Before: [2]int{pad, max(pad-1, 0)}, In: [2]int{height, width}, Channels: channels, Filters: filters, Groups: groups,
	}
	for i := range g.Out {
		after := pad
		g.Out[i] = (g.In[i]+g.Before[i]+after-(g.Size[i]-1)*g.Dilation[i]-1)/g.Stride[i] + 1
	}
	return g
}

var geometries = []Geometry{
	geometry(3, 1, 1, 0, 9, 11, 3, 8, 1),
	geometry(3, 1, 1, 1, 7, 6, 17, 33, 1),
	geometry(1, 1, 1, 0, 5, 5, 20, 40, 1),
	geometry(1, 2, 1, 0, 6, 7, 5, 3, 1),
	geometry(3, 2, 1, 1, 11, 10, 4, 6, 2),
	geometry(5, 3, 2, 3, 17, 13, 6, 9, 3),
	geometry(7, 2, 1, 3, 23, 21, 3, 16, 1),
	geometry(3, 1, 1, 1, 8, 9, 19, 19, 19),
	geometry(3, 2, 1, 1, 8, 9, 32, 32, 32),
	geometry(2, 4, 1, 0, 9, 9, 2, 2, 1), // pixels that no window reads
}

func eachEngine(t *testing.T, workers int, f func(e *Engine, name string)) {
	t.Helper()
	for _, name := range []string{"avx512", "avx2", "neon", "generic"} {
		set, err := kernel.Select(name)
		if err != nil {
			continue
		}
		p := pool.New(workers)
		e := New(set, p, gemm.New(set, p), 64)
		e.Algorithm = Product // exact on integers
		f(e, name)
		if set.BFloat16 != nil {
			e.BFloat16 = true
			f(e, name+", bfloat16")
		}
		p.Close()
		if testing.Short() {
			return // the best do where a processor is emulated, or races are looked for
		}
	}
}

// TestAgainstDefinition compares all three convolutions with the defining
// sums, on integers and so exactly.
func TestAgainstDefinition(t *testing.T) {
	const pictures = 3
	eachEngine(t, 2, func(e *Engine, name string) {
		r := rand.New(rand.NewPCG(2, 3))
		for _, g := range geometries {
			channels, _ := g.perGroup()
			x, w := integers(r, pictures*g.inPixels()*g.Channels), integers(r, g.taps()*channels*g.Filters)
			dy, bias := integers(r, pictures*g.outPixels()*g.Filters), integers(r, g.Filters)
			wantY, wantX, wantW := make([]float32, len(dy)), make([]float32, len(x)), make([]float32, len(w))
			connect(&g, pictures, func(xi, wi, yi int) {
				wantY[yi] += x[xi] * w[wi]
				wantX[xi] += dy[yi] * w[wi]
				wantW[wi] += x[xi] * dy[yi]
			})
			checkPlaced(t, e, g, x, w, bias, wantY)
			for i := range wantY {
				wantY[i] = max(wantY[i]+bias[i%g.Filters], 0)
			}
			what := fmt.Sprintf("%s %+v", name, g)
			for _, packed := range []bool{false, true} {
				y, dx, dw := integers(r, len(dy)), integers(r, len(x)), integers(r, len(w))
				runAll(t, e, g, pictures, packed, y, dx, dw, x, w, dy, bias)
				mustEqual(t, what+" forward", y, wantY)
				mustEqual(t, what+" input", dx, wantX)
				mustEqual(t, what+" filter", dw, wantW)
			}
		}
	})
}

func runAll(t *testing.T, e *Engine, g Geometry, pictures int, packed bool, y, dx, dw, x, w, dy, bias []float32) {
	t.Helper()
	forward, input, filter := e.Forward(g), e.Input(g), e.Filter(g)
	forward.Bias, forward.ReLU = bias, true
	if packed {
		forward.Packed, input.Packed = make([]float32, forward.PackedSize()), make([]float32, input.PackedSize())
	}
	forward.Scratch, input.Scratch = scratchFor(e, forward.ScratchSize()), scratchFor(e, input.ScratchSize())
	filter.Scratch = scratchFor(e, filter.ScratchSize())
	input.Phase, filter.Partials = make([]float32, input.PhaseSize(pictures)), make([]float32, filter.PartialsSize(pictures))
	for _, err := range []error{forward.Run(y, x, w, pictures), input.Run(dx, dy, w, pictures), filter.Run(dw, x, dy, pictures)} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// checkPlaced adds a residual and writes the result among other elements,
// which must stay. sums is the result before bias, residual and rectifier.
func checkPlaced(t *testing.T, e *Engine, g Geometry, x, w, bias, sums []float32) {
	t.Helper()
	const pictures, gap, untouched = 3, 5, 777
	r := rand.New(rand.NewPCG(8, 9))
	f := e.Forward(g)
	f.Bias, f.Residual, f.ReLU, f.Cap, f.OutStride = bias, integers(r, len(sums)), true, true, g.Filters+gap
	f.Packed = make([]float32, f.PackedSize())
	f.Scratch = scratchFor(e, f.ScratchSize())
	y := make([]float32, len(sums)/g.Filters*f.OutStride)
	want := make([]float32, len(y))
	for i := range y {
		y[i], want[i] = untouched, untouched
		if pixel, filter := i/f.OutStride, i%f.OutStride; filter < g.Filters {
			at := pixel*g.Filters + filter
			want[i] = min(max(sums[at]+bias[filter]+f.Residual[at], 0), 6)
		}
	}
	if err := f.Run(y[:len(y)-gap], x, w, pictures); err != nil {
		t.Fatal(err)
	}
	mustEqual(t, fmt.Sprintf("%+v placed", g), y, want)
}

// scratchFor makes the memory that every worker needs.
func scratchFor(e *Engine, size int) [][]float32 {
	scratch := make([][]float32, e.pool.Workers())
	for i := range scratch {
		scratch[i] = gemm.Aligned(size)
	}
	return scratch
}

func mustEqual(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// TestSameBitsAtAnyWorkers runs convolutions deep enough to be cut into chunks.
func TestSameBitsAtAnyWorkers(t *testing.T) {
	for _, g := range []Geometry{
		geometry(3, 1, 1, 0, 60, 60, 3, 16, 1),
		geometry(3, 1, 1, 1, 33, 33, 20, 20, 20),
		geometry(5, 2, 1, 2, 31, 30, 18, 18, 18),
		geometry(1, 1, 1, 0, 20, 20, 40, 70, 1),
		geometry(7, 1, 1, 3, 9, 9, 16, 24, 1),
		geometry(3, 2, 1, 1, 21, 20, 16, 40, 2),
	} {
		compareWorkers(t, g)
	}
}

func compareWorkers(t *testing.T, g Geometry) {
	t.Helper()
	const pictures = 6
	r := rand.New(rand.NewPCG(2, 3))
	random := func(n int) []float32 {
		values := make([]float32, n)
		for i := range values {
			values[i] = r.Float32() - 0.5
		}
		return values
	}
	x, w := random(pictures*g.inPixels()*g.Channels), random(g.taps()*g.Channels/g.Groups*g.Filters)
	dy, bias := random(pictures*g.outPixels()*g.Filters), random(g.Filters)
	first := map[string][3][]float32{}
	for workers := 1; workers <= 3; workers++ {
		eachEngine(t, workers, func(e *Engine, name string) {
			y, dx, dw := make([]float32, len(dy)), make([]float32, len(x)), make([]float32, len(w))
			runAll(t, e, g, pictures, true, y, dx, dw, x, w, dy, bias)
			if workers == 1 {
				first[name] = [3][]float32{y, dx, dw}
			}
			what := fmt.Sprintf("%s %+v, %d workers", name, g, workers)
			mustEqual(t, what+" forward", y, first[name][0])
			mustEqual(t, what+" input", dx, first[name][1])
			mustEqual(t, what+" filter", dw, first[name][2])
		})
	}
}
