package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestWindowsAgainstTwin compares the kernels of pooling at every length of
// the last register, with ties and NaN.
func TestWindowsAgainstTwin(t *testing.T) {
	twin := portable()
	eachNative(t, func(t *testing.T, s *Set) {
		r := rand.New(rand.NewPCG(5, 8))
		for channels := 1; channels < 40; channels++ {
			for _, pixels := range []int{0, 1, 3} {
				compareWindows(t, s, twin, r, pixels, channels)
			}
		}
	})
}

func compareWindows(t *testing.T, s, twin *Set, r *rand.Rand, pixels, channels int) {
	t.Helper()
	what := fmt.Sprintf("%s, %d pixels of %d channels: ", s.Name, pixels, channels)
	step, apart, positive := channels*(1+r.IntN(2)), channels+r.IntN(3), r.IntN(2)
	taps, numbers := make([]*float32, 1+r.IntN(9)), make([]int32, 9)
	for i := range taps {
		x := integers(r, pixels*step+channels)
		x.data[r.IntN(len(x.data))] = float32(math.NaN())
		taps[i], numbers[i] = &x.data[0], int32(2*i+1)
	}
	size := pixels*channels + 1
	got, want := newGuarded((pixels+1)*apart, r.IntN(16)), make([]float32, (pixels+1)*apart)
	copy(want, got.data)
	compare := func(name string, run func(s *Set, dst *float32)) {
		t.Helper()
		run(s, &got.data[0])
		run(twin, &want[0])
		got.check(t)
		mustEqual(t, what+name, got.data, want)
	}
	compare("MaxWindows", func(s *Set, dst *float32) { s.MaxWindows(dst, apart, taps, step, pixels, channels) })
	compare("SumWindows", func(s *Set, dst *float32) { s.SumWindows(dst, apart, taps, step, pixels, channels, 0.25) })
	which, other := make([]uint8, size+16), make([]uint8, size+16)
	compare("FirstMaxima", func(s *Set, dst *float32) {
		to := which
		if s == twin {
			to = other
		}
		s.FirstMaxima(dst, apart, taps, step, pixels, channels, &to[0], &numbers[0], positive)
	})
	if !slices.Equal(which, other) {
		t.Fatalf("%sthe maxima are of %v, want %v", what, which, other)
	}

	gradient := integers(r, size)
	back, wanted := integers(r, pixels*step+channels), make([]float32, pixels*step+channels)
	copy(wanted, back.data)
	for _, number := range []int{1, 3, Nowhere} {
		s.AddWhere(&back.data[0], step, &gradient.data[0], &which[0], pixels, channels, number)
		twin.AddWhere(&wanted[0], step, &gradient.data[0], &which[0], pixels, channels, number)
		back.check(t)
		mustEqual(t, what+"AddWhere", back.data, wanted)
	}
	for i := range which {
		which[i] = uint8(r.IntN(5))
	}
	which[r.IntN(size)] = Nowhere
	sums := integers(r, channels)
	wantSums := slices.Clone(sums.data)
	s.SumWon(&sums.data[0], &gradient.data[0], &which[0], pixels, channels)
	twin.SumWon(&wantSums[0], &gradient.data[0], &which[0], pixels, channels)
	sums.check(t)
	mustEqual(t, what+"SumWon", sums.data, wantSums)
	top, bottom := newGuarded(2*size, r.IntN(16)), newGuarded(2*size, r.IntN(16))
	wantTop, wantBottom := slices.Clone(top.data), slices.Clone(bottom.data)
	s.Unpool2(&top.data[0], &bottom.data[0], &gradient.data[0], &which[0], pixels, channels)
	twin.Unpool2(&wantTop[0], &wantBottom[0], &gradient.data[0], &which[0], pixels, channels)
	top.check(t)
	bottom.check(t)
	mustEqual(t, what+"Unpool2 top", top.data, wantTop)
	mustEqual(t, what+"Unpool2 bottom", bottom.data, wantBottom)
}
