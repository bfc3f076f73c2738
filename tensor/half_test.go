package tensor_test

import (
	"math"
	"testing"

	"github.com/lince-ml/lince/tensor"
)

// formula is the value of a binary float with the given numbers of exponent
// and fraction bits, by the definition of IEEE 754.
func formula(bits uint16, exponentBits, fractionBits int) float64 {
	sign := 1.0
	if bits>>15 == 1 {
		sign = -1
	}
	exponent := int(bits>>fractionBits) & (1<<exponentBits - 1)
	fraction := float64(int(bits) & (1<<fractionBits - 1))
	bias := 1<<(exponentBits-1) - 1
	switch {
	case exponent == 1<<exponentBits-1 && fraction == 0:
		return math.Inf(int(sign))
	case exponent == 1<<exponentBits-1:
		return math.NaN()
	case exponent == 0:
		return sign * math.Ldexp(fraction, 1-bias-fractionBits)
	}
	return sign * math.Ldexp(fraction+math.Ldexp(1, fractionBits), exponent-bias-fractionBits)
}

func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
}

// float is one of the 16-bit floats.
type float struct {
	name                       string
	exponentBits, fractionBits int
	value                      func(bits uint16) float32
	round                      func(float32) uint16
}

var floats = []float{
	{"half", 5, 10, func(b uint16) float32 { return tensor.Half(b).Float32() }, func(f float32) uint16 { return uint16(tensor.HalfOf(f)) }},
	{"brain", 8, 7, func(b uint16) float32 { return tensor.Brain(b).Float32() }, func(f float32) uint16 { return uint16(tensor.BrainOf(f)) }},
}

// Every one of the 65,536 has the value of the definition, and rounding that
// value gives it back.
func TestFloatsOf16Bits(t *testing.T) {
	for _, f := range floats {
		for i := range 1 << 16 {
			bits := uint16(i)
			want := formula(bits, f.exponentBits, f.fractionBits)
			got := f.value(bits)
			if !same(float64(got), want) {
				t.Fatalf("%s %#04x is %v, want %v", f.name, bits, got, want)
			}
			back := f.round(got)
			if math.IsNaN(want) {
				if !math.IsNaN(formula(back, f.exponentBits, f.fractionBits)) || back>>15 != bits>>15 {
					t.Fatalf("%s %#04x, which is NaN, becomes %#04x", f.name, bits, back)
				}
			} else if back != bits {
				t.Fatalf("%s %#04x becomes %#04x", f.name, bits, back)
			}
		}
	}
}

// Between every two neighbours, what is nearer to one becomes that one, and
// the middle the even one; the middle beyond the largest is infinite.
func TestRoundingBetweenNeighbours(t *testing.T) {
	for _, f := range floats {
		infinity := uint16(1<<f.exponentBits-1) << f.fractionBits
		for low := range infinity {
			high := low + 1
			a, b := formula(low, f.exponentBits, f.fractionBits), formula(high, f.exponentBits, f.fractionBits)
			if high == infinity { // would the exponent go on
				b = 2*a - formula(low-1, f.exponentBits, f.fractionBits)
			}
			middle := float32(a + (b-a)/2)
			if float64(middle) != a+(b-a)/2 {
				continue // below float32's own subnormals
			}
			even := low + low&1
			for _, c := range []struct {
				from float32
				want uint16
			}{
				{middle, even}, {-middle, even | 1<<15},
				{math.Nextafter32(middle, 0), low}, {math.Nextafter32(middle, math.MaxFloat32), high},
			} {
				if got := f.round(c.from); got != c.want {
					t.Fatalf("%s of %v is %#04x, want %#04x (between %#04x and %#04x)", f.name, c.from, got, c.want, low, high)
				}
			}
		}
		for _, big := range []float32{math.MaxFloat32, float32(math.Inf(1))} {
			if got := f.round(big); got != infinity || f.round(-big) != infinity|1<<15 {
				t.Errorf("%s of %v is %#04x, want infinity", f.name, big, got)
			}
		}
	}
}
