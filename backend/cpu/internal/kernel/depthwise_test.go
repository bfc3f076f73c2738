package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// FuzzDepthwise compares the depthwise kernels with their twins on integers,
// where the result is exact, for any taps, distances and channels.
func FuzzDepthwise(f *testing.F) {
	for channels := range 50 {
		f.Add(uint64(channels), uint8(channels))
	}
	f.Fuzz(func(t *testing.T, seed uint64, channels uint8) {
		for _, s := range native() {
			r := rand.New(rand.NewPCG(seed, 5))
			for i := range s.Depthwise {
				compareDepthwise(t, s, i, int(channels)+1, r)
				for stride := range 3 {
					compareDepthwise3x3(t, s, i, stride, int(channels)+1, r)
				}
			}
			for i := range s.DepthwiseGradient {
				compareDepthwiseGradient(t, s, i, int(channels)+1, r)
			}
		}
	})
}

func compareDepthwise(t *testing.T, s *Set, at, channels int, r *rand.Rand) {
	t.Helper()
	count := r.IntN(10)
	taps := make([]int, 2*count+2)
	for i := range taps {
		taps[i] = r.IntN(100)
	}
	compareTaps(t, s, s.Depthwise[at], at+1, r.IntN(2*channels), taps, count, channels, r)
}

// compareDepthwise3x3 has taps as they lie in pictures; at stride 0, taps that
// are no window's.
func compareDepthwise3x3(t *testing.T, s *Set, at, stride, channels int, r *rand.Rand) {
	t.Helper()
	pixel := channels + r.IntN(4)
	var taps []int
	for range 3 {
		row := r.IntN(200)
		for l := range 3 {
			taps = append(taps, row+l*pixel, r.IntN(100))
		}
	}
	step := stride * pixel
	compareTaps(t, s, s.DepthwiseFor(at+1, step, taps), at+1, step, taps, 9, channels, r)
}

func compareTaps(t *testing.T, s *Set, kernel Depthwise, columns, step int, taps []int, count, channels int, r *rand.Rand) {
	t.Helper()
	blocks := 1 + r.IntN(3)
	pixels := blocks * columns
	across, apart := channels+r.IntN(5), channels+r.IntN(5)
	furthest := slices.Max(append(taps, 0))
	x, w := integers(r, (pixels-1)*step+furthest+channels), integers(r, furthest+channels)
	out := integers(r, (pixels-1)*across+channels)
	want := slices.Clone(out.data)
	var bias, residual *float32
	if r.IntN(2) > 0 {
		bias = &integers(r, channels).data[0]
	}
	if r.IntN(2) > 0 {
		residual = &integers(r, (pixels-1)*apart+channels).data[0]
	}
	mode := Mode(r.IntN(4)) * ReLU
	kernel(&out.data[0], across, &x.data[0], step, &w.data[0], &taps[0], count, channels, bias, residual, apart, mode, blocks)
	portableDepthwise(columns)(&want[0], across, &x.data[0], step, &w.data[0], &taps[0], count, channels, bias, residual, apart, mode, blocks)
	out.check(t)
	mustEqual(t, fmt.Sprintf("%s Depthwise of %d pixels, %d taps, %d channels", s.Name, pixels, count, channels), out.data, want)
}

func compareDepthwiseGradient(t *testing.T, s *Set, at, channels int, r *rand.Rand) {
	t.Helper()
	taps, count := at+1, r.IntN(6)
	step, between := r.IntN(2*channels), r.IntN(2*channels)
	x, gradient := integers(r, count*step+taps*between+channels), integers(r, (count+1)*channels)
	sums := integers(r, taps*channels)
	want := slices.Clone(sums.data)
	s.DepthwiseGradient[at](&sums.data[0], &x.data[0], step, between, &gradient.data[0], count, channels)
	portableDepthwiseGradient(taps)(&want[0], &x.data[0], step, between, &gradient.data[0], count, channels)
	sums.check(t)
	mustEqual(t, fmt.Sprintf("%s DepthwiseGradient of %d weights, %d channels", s.Name, taps, channels), sums.data, want)
}
