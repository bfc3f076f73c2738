package backendtest

import (
	"math"

	"github.com/lince-ml/lince/random"
)

// Fill says what data an input gets.
type Fill struct {
	low, high float64
	whole     bool
	values    []float64
}

// Whole fills with whole numbers from low to high, half of them 0 where that
// is between: what sums and products of them are is exact in float32.
func Whole(low, high int) Fill { return Fill{low: float64(low), high: float64(high), whole: true} }

// Real fills with numbers from [low, high).
func Real(low, high float64) Fill { return Fill{low: low, high: high} }

// These fills with the values given, over and over.
func These(values ...float64) Fill { return Fill{values: values} }

func (f Fill) draw(s *random.Stream, values []float64) {
	for i := range values {
		switch {
		case f.values != nil:
			values[i] = f.values[i%len(f.values)]
		case !f.whole:
			values[i] = s.Uniform(f.low, f.high)
		case f.low <= 0 && f.high >= 0 && s.Intn(2) == 0:
			values[i] = 0
		default:
			values[i] = f.low + float64(s.Intn(int(f.high-f.low)+1))
		}
	}
}

// spread fills with numbers that keep a distance from one another and from
// multiples of a half, in random order, over at most 6 of the range around 0
// so that no function of them is huge.
func (f Fill) spread(s *random.Stream, values []float64) {
	low := max(f.low, -3)
	high := min(f.high, low+6)
	if f.values != nil {
		low, high = 0, 1
	}
	step := (high - low) / float64(len(values))
	for i, place := range s.Permutation(len(values)) {
		x := low + step*(float64(place)+s.Uniform(0.25, 0.75))
		if half := math.Round(2*x) / 2; math.Abs(x-half) < 1e-3 {
			x = half + math.Copysign(min(step, 4e-3)*s.Uniform(0.3, 0.4), x-half)
		}
		values[i] = x
	}
}
