package conv

import (
	"math/rand/v2"
	"testing"

	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

// TestExpandedGivesTheBitsOfBoth compares with one convolution after the other.
func TestExpandedGivesTheBitsOfBoth(t *testing.T) {
	for _, c := range []struct {
		first, then Geometry
	}{
		{geometry(1, 1, 1, 0, 9, 11, 5, 40, 1), geometry(3, 1, 1, 1, 9, 11, 40, 40, 40)},
		{geometry(1, 1, 1, 0, 14, 14, 24, 144, 1), geometry(3, 1, 1, 1, 14, 14, 144, 144, 144)},
		{geometry(1, 1, 1, 0, 57, 60, 4, 33, 1), geometry(3, 2, 1, 0, 57, 60, 33, 33, 33)},
		{geometry(1, 1, 1, 0, 12, 7, 3, 17, 1), geometry(5, 1, 2, 4, 12, 7, 17, 17, 17)},
		{geometry(1, 1, 1, 0, 13, 13, 2, 64, 1), geometry(3, 4, 1, 0, 13, 13, 64, 64, 64)},
		{geometry(3, 2, 1, 1, 31, 29, 3, 16, 1), geometry(3, 1, 1, 1, 16, 29, 16, 16, 16)},
	} {
		for _, workers := range []int{1, 3} {
			for _, name := range []string{"avx512", "avx2", "generic"} {
				set, err := kernel.Select(name)
				if err != nil {
					continue
				}
				p := pool.New(workers)
				compareExpanded(t, New(set, p, gemm.New(set, p), 160), c.first, c.then)
				p.Close()
			}
		}
	}
}

func compareExpanded(t *testing.T, e *Engine, first, then Geometry) {
	t.Helper()
	const pictures, apart = 2, 3
	if !e.Expands(first, then) {
		t.Fatalf("%s: %+v and %+v are not done together", e.set.Name, first, then)
	}
	r := rand.New(rand.NewPCG(5, 6))
	x, w := reals(r, pictures*first.inPixels()*first.Channels), reals(r, first.taps()*first.Channels*first.Filters)
	deeper, bias, residual := reals(r, then.taps()*then.Filters), reals(r, then.Filters), reals(r, pictures*then.outPixels()*then.Filters)
	between := gemm.Aligned(pictures * first.outPixels() * first.Filters)
	want := gemm.Aligned(pictures * then.outPixels() * (then.Filters + apart))
	got := gemm.Aligned(len(want))

	both := e.Expanded(first, then)
	both.First.Packed, both.Scratch = gemm.Aligned(both.PackedSize()), scratchFor(e, both.ScratchSize())
	alone, after := e.Forward(first), e.Forward(then)
	alone.Packed, alone.Scratch = gemm.Aligned(alone.PackedSize()), scratchFor(e, alone.ScratchSize())
	for _, f := range []*Forward{alone, both.First} {
		f.Bias, f.ReLU, f.Cap = bias, true, true
	}
	for _, f := range []*Forward{after, both.Then} {
		f.Bias, f.ReLU, f.Residual, f.OutStride = bias, true, residual, then.Filters+apart
	}
	for range 2 { // the second time with what was packed
		clear(got)
		for _, s := range both.Scratch {
			for i := range s {
				s[i] = 1e30 // what an earlier step has left
			}
		}
		for _, err := range []error{alone.Run(between, x, w, pictures), after.Run(want, between, deeper, pictures), both.Run(got, x, w, deeper, pictures)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		mustEqual(t, e.set.Name+" expanded", got, want)
	}
}
