package main

import (
	"math"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel/generate/formulas"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// exp returns eˣ and overwrites x: x = n·ln 2 + r, then 2ⁿ·eʳ.
func (m *machine) exp(x reg.VecVirtual) reg.VecVirtual {
	VMINPS(x, m.number(formulas.Highest), x) // a NaN in the second source wins
	VMAXPS(x, m.number(formulas.Lowest), x)
	n := m.vec()
	VMULPS(m.number(math.Log2E), x, n)
	const nearest = 0
	if m.wide() {
		VRNDSCALEPS(Imm(nearest), n, n)
	} else {
		VROUNDPS(Imm(nearest), n, n)
	}
	VFNMADD231PS(m.number(formulas.Ln2High), n, x)
	VFNMADD231PS(m.number(formulas.Ln2Low), n, x)
	p := m.polynomial(x, formulas.Exp)
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
		near := m.polynomial(square, formulas.Tanh)
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
			VCMPPS(Imm(less), m.number(formulas.TanhNear), size, k)
			VMOVAPS(near, k, far)
			return far
		}
		small := m.vec()
		VCMPPS(Imm(less), m.number(formulas.TanhNear), size, small)
		VBLENDVPS(small, near, far, far)
		return far
	}
}
