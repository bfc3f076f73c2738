package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	ln2High = 0.693145751953125 // ln 2 in 15 bits, so that n·ln2High is exact
	ln2Low  = math.Ln2 - ln2High
	// Beyond these eˣ is infinite or rounds to zero.
	lowest, highest = -104, 89
)

// Polynomials by least squares at Chebyshev nodes, highest power first:
// eʳ = 1 + r + r²·q(r) for |r| ≤ ln 2 / 2, and tanh x = x + x³·p(x²) for
// |x| ≤ 0.625, both within 2e-8 of the truth.
var (
	expPolynomial  = []float64{1.393373321560e-03, 8.363235384633e-03, 4.166646416732e-02, 1.666657664355e-01, 5.000000013543e-01, 1, 1}
	tanhPolynomial = []float64{-6.104948016505e-03, 2.100364122537e-02, -5.385249746988e-02, 1.333278226401e-01, -3.333332909962e-01}
)

// exp returns eˣ and overwrites x: x = n·ln 2 + r, then 2ⁿ·eʳ.
func (m *machine) exp(x reg.VecVirtual) reg.VecVirtual {
	VMINPS(x, m.number(highest), x) // a NaN in the second source wins
	VMAXPS(x, m.number(lowest), x)
	n := m.vec()
	VMULPS(m.number(math.Log2E), x, n)
	const nearest = 0
	if m.wide() {
		VRNDSCALEPS(Imm(nearest), n, n)
	} else {
		VROUNDPS(Imm(nearest), n, n)
	}
	VFNMADD231PS(m.number(ln2High), n, x)
	VFNMADD231PS(m.number(ln2Low), n, x)
	p := m.polynomial(x, expPolynomial)
	if m.wide() {
		VSCALEFPS(n, p, p)
		return p
	}
	whole, half := m.vec(), m.vec() // 2ⁿ in two factors, so that the ends overflow and fade as they should
	VCVTPS2DQ(n, whole)
	VPSRAD(Imm(1), whole, half)
	VPSUBD(half, whole, whole)
	bias := m.bits(127)
	for _, part := range []reg.VecVirtual{half, whole} {
		VPADDD(bias, part, part)
		VPSLLD(Imm(23), part, part)
		VMULPS(part, p, p)
	}
	return p
}

func (m *machine) polynomial(x reg.VecVirtual, coefficients []float64) reg.VecVirtual {
	p := m.number(coefficients[0])
	for _, c := range coefficients[1:] {
		VFMADD213PS(m.number(c), x, p)
	}
	return p
}

func exponential(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
	return func(in []reg.VecVirtual) reg.VecVirtual { return m.exp(in[0]) }
}

// sigmoid is 1/(1 + e⁻ˣ) for positive x and eˣ/(1 + eˣ) for negative, so that
// nothing overflows and small results keep their precision.
func sigmoid(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
	return func(in []reg.VecVirtual) reg.VecVirtual {
		x, below := in[0], m.vec()
		VORPS(m.bits(1<<31), x, below)
		e, above, sum := m.exp(below), m.number(1), m.vec()
		VADDPS(above, e, sum)
		if m.wide() {
			const less = 1
			zero, k := m.zero(), K()
			VCMPPS(Imm(less), zero, x, k)
			VMOVAPS(e, k, above)
		} else {
			VBLENDVPS(x, e, above, above) // by the sign
		}
		VDIVPS(sum, above, above)
		return above
	}
}

// hyperbolicTangent is 1 - 2/(e²ˣ + 1), and the polynomial near zero, where
// that would cancel.
func hyperbolicTangent(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
	return func(in []reg.VecVirtual) reg.VecVirtual {
		x, size, square := in[0], m.vec(), m.vec()
		VANDPS(m.bits(0x7fffffff), x, size)
		VMULPS(x, x, square)
		near := m.polynomial(square, tanhPolynomial)
		VMULPS(square, near, near)
		VFMADD213PS(x, x, near)
		VADDPS(x, x, x)
		far, one := m.exp(x), m.number(1)
		VADDPS(one, far, far)
		ratio := m.number(2)
		VDIVPS(far, ratio, ratio)
		VSUBPS(ratio, one, far)
		const less = 1
		if m.wide() {
			k := K()
			VCMPPS(Imm(less), m.number(0.625), size, k)
			VMOVAPS(near, k, far)
			return far
		}
		small := m.vec()
		VCMPPS(Imm(less), m.number(0.625), size, small)
		VBLENDVPS(small, near, far, far)
		return far
	}
}
