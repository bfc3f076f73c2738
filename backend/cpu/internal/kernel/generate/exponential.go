package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func (m *machine) number(f float64) reg.VecVirtual { return m.constant(math.Float32bits(float32(f))) }

// exponent computes eˣ in a register: x = n·ln 2 + r with |r| ≤ ln 2 / 2, then
// 2ⁿ·(1 + r + r²·q(r)); q is a least-squares fit at Chebyshev nodes, good to 1e-8.
type exponent struct {
	m                                   *machine
	lowest, highest, log2e, high, low   reg.VecVirtual
	one, bias                           reg.VecVirtual
	coefficients                        []reg.VecVirtual
}

func (m *machine) exponent() *exponent {
	e := &exponent{m: m, lowest: m.number(-104), highest: m.number(89), log2e: m.number(math.Log2E), one: m.number(1)}
	const high = 0.693145751953125 // ln 2 in 15 bits, so that n·high is exact
	e.high, e.low = m.number(high), m.number(math.Ln2-high)
	for _, c := range []float64{1.393373321560e-03, 8.363235384633e-03, 4.166646416732e-02, 1.666657664355e-01, 5.000000013543e-01} {
		e.coefficients = append(e.coefficients, m.number(c))
	}
	if !m.wide() {
		e.bias = m.constant(127)
	}
	return e
}

// of overwrites x with eˣ and returns it.
func (e *exponent) of(x reg.VecVirtual) reg.VecVirtual {
	m := e.m
	VMINPS(x, e.highest, x) // a NaN in the second source wins
	VMAXPS(x, e.lowest, x)
	n, p := m.vec(), m.vec()
	VMULPS(e.log2e, x, n)
	const nearest = 0
	if m.wide() {
		VRNDSCALEPS(Imm(nearest), n, n)
	} else {
		VROUNDPS(Imm(nearest), n, n)
	}
	VFNMADD231PS(e.high, n, x)
	VFNMADD231PS(e.low, n, x)
	VMOVAPS(e.coefficients[0], p)
	for _, c := range append(e.coefficients[1:], e.one, e.one) {
		VFMADD213PS(c, x, p)
	}
	if m.wide() {
		VSCALEFPS(n, p, p)
		return p
	}
	whole, half := m.vec(), m.vec() // 2ⁿ in two factors, so that the ends overflow and fade as they should
	VCVTPS2DQ(n, whole)
	VPSRAD(Imm(1), whole, half)
	VPSUBD(half, whole, whole)
	for _, part := range []reg.VecVirtual{half, whole} {
		VPADDD(e.bias, part, part)
		VPSLLD(Imm(23), part, part)
		VMULPS(part, p, p)
	}
	return p
}

func exponential(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
	e := m.exponent()
	return func(in []reg.VecVirtual) reg.VecVirtual { return e.of(in[0]) }
}

func sigmoid(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
	e := m.exponent()
	zero := m.zero()
	return func(in []reg.VecVirtual) reg.VecVirtual {
		VSUBPS(in[0], zero, in[0])
		p := e.of(in[0])
		VADDPS(e.one, p, p)
		VDIVPS(p, e.one, p)
		return p
	}
}

// hyperbolicTangent is 1 - 2/(e²ˣ + 1), and near zero, where that cancels,
// x + x³·p(x²) with p fitted as above for |x| < 0.625.
func hyperbolicTangent(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
	e := m.exponent()
	var coefficients []reg.VecVirtual
	for _, c := range []float64{-6.104948016505e-03, 2.100364122537e-02, -5.385249746988e-02, 1.333278226401e-01, -3.333332909962e-01} {
		coefficients = append(coefficients, m.spill(c))
	}
	return func(in []reg.VecVirtual) reg.VecVirtual {
		x := in[0]
		square, near := m.vec(), m.vec()
		VMULPS(x, x, square)
		VMOVAPS(coefficients[0], near)
		for _, c := range coefficients[1:] {
			VFMADD213PS(c, square, near)
		}
		VMULPS(square, near, near)
		VFMADD213PS(x, x, near)
		return near
	}
}
