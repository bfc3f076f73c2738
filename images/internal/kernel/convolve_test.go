package kernel

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// randomAxis has pixels that sum over up to ten of a source of size, at least 1.
func randomAxis(r *rand.Rand, size, target int) *Axis {
	a := &Axis{Taps: 10}
	for i := range target {
		start := i * (size - 1) / target
		count := min(1+r.IntN(a.Taps), size-start)
		if i == 0 && r.IntN(4) == 0 {
			count = 0
		}
		if i > 0 { // ends rise
			count = min(size-start, max(count, a.Start[i-1]+a.Count[i-1]-start))
		}
		a.Start, a.Count = append(a.Start, start), append(a.Count, count)
		for range a.Taps {
			a.Coefficients = append(a.Coefficients, int32(r.IntN(1<<Precision))-1<<(Precision-2))
		}
	}
	return a
}

func TestAcross(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 2000 {
		size, target, channels := 1+r.IntN(60), 1+r.IntN(40), []int{1, 3, 4}[r.IntN(3)]
		a := randomAxis(r, size, target)
		slack := r.IntN(2)
		src := randomBytes(r, size*channels+slack)
		got, check := guarded(t, target*channels+slack)
		want := make([]byte, target*channels)
		Across(got, src, a, channels)
		across(want, src, a, channels)
		check()
		if !bytes.Equal(got[:len(want)], want) {
			t.Fatalf("%+v of %v: %v, expected %v", a, src, got, want)
		}
	}
}

func TestDown(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for columns := 1; columns < 140; columns++ {
		for taps := range 12 {
			stride := columns + r.IntN(5)
			src := randomBytes(r, stride*taps+columns)
			coefficients := randomAxis(r, 1, 2).Coefficients
			coefficients = append(coefficients, coefficients...)[:taps]
			got, check := guarded(t, columns)
			want := make([]byte, columns)
			Down(got, src, stride, coefficients)
			down(want, src, stride, coefficients)
			check()
			if !bytes.Equal(got, want) {
				t.Fatalf("%d columns, %d rows: %v, expected %v", columns, taps, got, want)
			}
		}
	}
}
