package tensor

import "math"

// Float32 returns the value of the half-precision number exactly.
func (h Half) Float32() float32 {
	sign := uint32(h&0x8000) << 16
	exponent := uint32(h>>10) & 0x1f
	fraction := uint32(h) & 0x3ff
	switch {
	case exponent == 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	case exponent != 0:
		return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
	}
	value := float32(fraction) * (1.0 / (1 << 24)) // subnormal: fraction · 2⁻²⁴, exact in float32
	return math.Float32frombits(math.Float32bits(value) | sign)
}

// HalfOf rounds f to half precision, ties to even; what is too large becomes infinite.
func HalfOf(f float32) Half {
	bits := math.Float32bits(f)
	sign := Half(bits>>16) & 0x8000
	magnitude := bits & 0x7fffffff
	switch {
	case magnitude > 0x7f800000:
		return sign | 0x7e00
	case magnitude >= 0x477ff000: // 65520 and above round to infinity
		return sign | 0x7c00
	case magnitude < 0x38800000: // below 2⁻¹⁴: subnormal
		scaled := float64(math.Float32frombits(magnitude)) * (1 << 24)
		return sign | Half(math.RoundToEven(scaled))
	}
	rounded := magnitude + 0xfff + (magnitude>>13)&1
	return sign | Half((rounded-0x38000000)>>13)
}

// Float32 returns the value of the bfloat16 exactly.
func (b Brain) Float32() float32 { return math.Float32frombits(uint32(b) << 16) }

// BrainOf rounds f to bfloat16, ties to even; NaN stays NaN.
func BrainOf(f float32) Brain {
	bits := math.Float32bits(f)
	if bits&0x7fffffff > 0x7f800000 {
		return Brain(bits>>16) | 0x40
	}
	return Brain((bits + 0x7fff + (bits>>16)&1) >> 16)
}
