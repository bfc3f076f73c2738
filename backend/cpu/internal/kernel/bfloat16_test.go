package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lince-ml/lince/tensor"
)

func eachBFloat16(t *testing.T, f func(t *testing.T, s *Set)) {
	found := false
	for _, s := range native() {
		if s.BFloat16 != nil {
			found = true
			f(t, s)
		}
	}
	if !found {
		t.Skip("no bfloat16 kernels on this machine or in this build")
	}
}

// FuzzPaired compares every tile with its twin, bit for bit, on numbers that
// round at every step.
func FuzzPaired(f *testing.F) {
	for seed := range 30 {
		f.Add(uint64(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		eachBFloat16(t, func(t *testing.T, s *Set) {
			for i := range s.BFloat16.tiles {
				comparePaired(t, s, &s.BFloat16.tiles[i], rand.New(rand.NewPCG(seed, uint64(i))))
			}
		})
	})
}

func comparePaired(t *testing.T, s *Set, tile *Paired, r *rand.Rand) {
	t.Helper()
	pairs, columns := r.IntN(20), tile.Columns-r.IntN(s.Lanes)
	step, stride, apart := 2*pairs+r.IntN(9), columns+r.IntN(9), columns+r.IntN(9)
	a, b := brains(r, (tile.Rows-1)*step+2*pairs+1), brains(r, 2*pairs*s.TileColumns+1)
	c := randomGuarded(r, (tile.Rows-1)*stride+columns)
	want := append([]float32(nil), c.data...)
	var bias, residual *float32
	if r.IntN(2) > 0 {
		bias = &randomGuarded(r, columns).data[0]
	}
	theirs := residual
	switch r.IntN(3) {
	case 1:
		residual = &randomGuarded(r, (tile.Rows-1)*apart+columns).data[0]
		theirs = residual
	case 2: // the destination itself, as both are of one type
		residual, theirs, apart = &c.data[0], &want[0], stride
	}
	mode := Mode(r.IntN(16)) * ReLU
	if residual == &c.data[0] && (mode&NarrowResult == 0) != (mode&NarrowResidual == 0) {
		mode ^= NarrowResidual
	}
	tile.Multiply(&a[0], step, pairs, &b[0], &c.data[0], stride, columns, bias, residual, apart, mode)
	portablePaired(tile.Rows, tile.Columns, s.TileColumns).Multiply(
		&a[0], step, pairs, &b[0], &want[0], stride, columns, bias, theirs, apart, mode)
	c.check(t)
	mustEqual(t, fmt.Sprintf("%s %dx%d pairs %d columns %d mode %d", s.Name, tile.Rows, tile.Columns, pairs, columns, mode), c.data, want)
}

func brains(r *rand.Rand, n int) []uint16 {
	values := make([]uint16, n)
	for i := range values {
		values[i] = brain(float32(r.NormFloat64()))
	}
	return values
}

// FuzzRound compares rounding and pairing with their twins on any bits.
func FuzzRound(f *testing.F) {
	for seed := range 40 {
		f.Add(uint64(seed), uint16(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, length uint16) {
		eachBFloat16(t, func(t *testing.T, s *Set) {
			r := rand.New(rand.NewPCG(seed, 3))
			n := int(length) % 200
			x := newGuarded(n+1, r.IntN(16))
			for i := range x.data {
				x.data[i] = math.Float32frombits(r.Uint32())
			}
			got, want := make([]uint16, n+3), make([]uint16, n+3)
			s.BFloat16.Round(&got[1], &x.data[0], n)
			portableRound(&want[1], &x.data[0], n)
			sameBrains(t, "round", got, want)

			width, depth := s.TileColumns, n%11
			panel := newGuarded(depth*width+1, r.IntN(16))
			for i := range panel.data {
				panel.data[i] = math.Float32frombits(r.Uint32())
			}
			size := (depth + 1) / 2 * 2 * width
			got, want = make([]uint16, size+2), make([]uint16, size+2)
			s.BFloat16.Pair(&got[1], &panel.data[0], depth)
			portablePair(width)(&want[1], &panel.data[0], depth)
			sameBrains(t, "pair", got, want)
		})
	})
}

// FuzzBrainWindows compares pooling with its twins.
func FuzzBrainWindows(f *testing.F) {
	for seed := range 40 {
		f.Add(uint64(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		eachBFloat16(t, func(t *testing.T, s *Set) {
			r := rand.New(rand.NewPCG(seed, 5))
			pixels, channels := 1+r.IntN(4), 1+r.IntN(70)
			step, apart := r.IntN(2*channels), channels+r.IntN(9)
			x := brains(r, 200+pixels*step+channels)
			if r.IntN(3) == 0 {
				x[r.IntN(len(x))] = 0x7fc1 // NaN
			}
			taps := make([]*uint16, 1+r.IntN(9))
			for i := range taps {
				taps[i] = &x[r.IntN(200)]
			}
			got, want := make([]uint16, pixels*apart+3), make([]uint16, pixels*apart+3)
			s.BFloat16.MaxWindows(&got[1], apart, taps, step, pixels, channels)
			portableMaxBrains(&want[1], apart, taps, step, pixels, channels)
			sameBrains(t, "max", quiet(got), quiet(want))
			scale := float32(r.NormFloat64())
			s.BFloat16.SumWindows(&got[1], apart, taps, step, pixels, channels, scale)
			portableSumBrains(&want[1], apart, taps, step, pixels, channels, scale)
			sameBrains(t, "sum", quiet(got), quiet(want))
		})
	})
}

// quiet gives every NaN the same bits: which of several comes out is not told.
func quiet(values []uint16) []uint16 {
	for i, v := range values {
		if f := unbrain(v); f != f {
			values[i] = 0x7fc0
		}
	}
	return values
}

func sameBrains(t *testing.T, what string, got, want []uint16) {
	t.Helper()
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s: element %d is %04x, want %04x", what, i, got[i], want[i])
		}
	}
}

// TestBrain compares the twin's rounding with package tensor's, which differs
// for what is below the normal numbers alone.
func TestBrain(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 100000 {
		f := math.Float32frombits(r.Uint32())
		if math.Abs(float64(f)) < 0x1p-126 {
			if got := unbrain(brain(f)); got != 0 {
				t.Fatalf("%v becomes %v, want 0", f, got)
			}
			continue
		}
		if got, want := unbrain(brain(f)), tensor.BrainOf(f).Float32(); got != want && (got == got || want == want) {
			t.Fatalf("%v becomes %v, want %v", f, got, want)
		}
	}
}

func BenchmarkPaired(b *testing.B) {
	for _, s := range native() {
		if s.BFloat16 == nil {
			continue
		}
		for _, size := range [][3]int{{14, 32, 512}, {7, 32, 512}, {14, 16, 512}} {
			tile := s.BFloat16.PairedFor(size[0], size[1])
			r := rand.New(rand.NewPCG(1, 1))
			left, right := brains(r, size[0]*(size[2]+32)), brains(r, size[2]*s.TileColumns)
			out := make([]float32, size[0]*s.TileColumns)
			b.Run(fmt.Sprintf("%s/%dx%d", s.Name, tile.Rows, tile.Columns), func(b *testing.B) {
				for b.Loop() {
					tile.Multiply(&left[0], size[2]+32, size[2]/2, &right[0], &out[0], s.TileColumns, size[1], nil, nil, 0, 0)
				}
				b.ReportMetric(2*float64(size[0]*size[1]*size[2])*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
