package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An operation is what an elementwise kernel does with one register of each
// input. It is made once per kernel, before the loop, to prepare constants.
type operation func(m *machine) func(in []reg.VecVirtual) reg.VecVirtual

// elementwise writes the kernels dst[i] = f(x[i], y[i], z[i]).
func (m *machine) elementwise() {
	binary := func(name, doc string, f func(b, a, out Op)) {
		m.pointwise(name, doc, 2, func(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
			return func(in []reg.VecVirtual) reg.VecVirtual {
				out := m.vec()
				f(in[1], in[0], out)
				return out
			}
		})
	}
	binary("add", "sets dst to x + y.", func(b, a, out Op) { VADDPS(b, a, out) })
	binary("sub", "sets dst to x - y.", func(b, a, out Op) { VSUBPS(b, a, out) })
	binary("mul", "sets dst to x · y.", func(b, a, out Op) { VMULPS(b, a, out) })
	binary("div", "sets dst to x / y.", func(b, a, out Op) { VDIVPS(b, a, out) })
	m.pointwise("max", "sets dst to the larger of x and y; NaN if either is.", 2, extreme(func(b, a, out Op) { VMAXPS(b, a, out) }))
	m.pointwise("min", "sets dst to the smaller of x and y; NaN if either is.", 2, extreme(func(b, a, out Op) { VMINPS(b, a, out) }))
	m.pointwise("mulAdd", "sets dst to x·y + z, rounded once.", 3, mulAdd)
	m.pointwise("sqrt", "sets dst to the square root of x.", 1, squareRoot)
	m.pointwise("relu", "sets dst to max(x, 0).", 1, rectify)
	m.pointwise("reluGrad", "sets dst to x where y is positive, else 0.", 2, rectifyGradient)
	m.pointwise("exp", "sets dst to eˣ.", 1, exponential)
	m.pointwise("sigmoid", "sets dst to 1/(1 + e⁻ˣ).", 1, sigmoid)
	m.pointwise("tanh", "sets dst to the hyperbolic tangent of x.", 1, hyperbolicTangent)
}

func (m *machine) pointwise(name, doc string, inputs int, op operation) {
	names := []string{"x", "y", "z"}[:inputs]
	signature := "func(dst"
	for _, input := range names {
		signature += ", " + input
	}
	m.function(name, signature+" []float32)", doc)
	dst := Load(Param("dst").Base(), GP64())
	n := Load(Param("dst").Len(), GP64()).(reg.GPVirtual)
	var sources []reg.Register
	for _, input := range names {
		sources = append(sources, Load(Param(input).Base(), GP64()))
	}
	apply := op(m)
	m.sweep(name, n, func(at cursor) {
		var in []reg.VecVirtual
		for _, source := range sources {
			in = append(in, at.load(source))
		}
		at.store(apply(in), dst)
	})
	m.end()
}

// extreme propagates NaN: the instruction answers with its second source (b)
// if either is NaN, so only a NaN in a must be put back.
func extreme(instruction func(b, a, out Op)) operation {
	return func(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
		return func(in []reg.VecVirtual) reg.VecVirtual {
			a, out := in[0], m.vec()
			instruction(in[1], a, out)
			const unordered = 3
			if m.wide() {
				k := K()
				VCMPPS(Imm(unordered), a, a, k)
				VMOVAPS(a, k, out)
				return out
			}
			nan := m.vec()
			VCMPPS(Imm(unordered), a, a, nan)
			VBLENDVPS(nan, a, out, out)
			return out
		}
	}
}

func mulAdd(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
	return func(in []reg.VecVirtual) reg.VecVirtual {
		VFMADD213PS(in[2], in[1], in[0])
		return in[0]
	}
}

func squareRoot(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
	return func(in []reg.VecVirtual) reg.VecVirtual {
		VSQRTPS(in[0], in[0])
		return in[0]
	}
}

func rectify(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
	zero := m.zero()
	return func(in []reg.VecVirtual) reg.VecVirtual {
		VMAXPS(in[0], zero, in[0]) // a NaN in the second source wins
		return in[0]
	}
}

func rectifyGradient(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
	zero := m.zero()
	return func(in []reg.VecVirtual) reg.VecVirtual {
		const greater = 30
		if m.wide() {
			k := K()
			VCMPPS(Imm(greater), zero, in[1], k)
			out := m.vec()
			VMOVAPS_Z(in[0], k, out)
			return out
		}
		positive := m.vec()
		VCMPPS(Imm(greater), zero, in[1], positive)
		VANDPS(in[0], positive, positive)
		return positive
	}
}

// scalars writes the kernels that take numbers besides vectors.
func (m *machine) scalars() {
	m.function("scaleShift", "func(dst, x []float32, scale, shift float32)", "sets dst to x·scale + shift, rounded once.")
	dst, n := Load(Param("dst").Base(), GP64()), Load(Param("dst").Len(), GP64()).(reg.GPVirtual)
	x := Load(Param("x").Base(), GP64())
	scale, shift := m.broadcast("scale"), m.broadcast("shift")
	m.sweep("scaleShift", n, func(at cursor) {
		v := at.load(x)
		VFMADD213PS(shift, scale, v)
		at.store(v, dst)
	})
	m.end()

	m.function("fill", "func(dst []float32, value float32)", "sets every element of dst.")
	dst, n = Load(Param("dst").Base(), GP64()), Load(Param("dst").Len(), GP64()).(reg.GPVirtual)
	value := m.broadcast("value")
	m.sweep("fill", n, func(at cursor) { at.store(value, dst) })
	m.end()
}

func (m *machine) broadcast(parameter string) reg.VecVirtual {
	x := XMM()
	Load(Param(parameter), x)
	v := m.vec()
	VBROADCASTSS(x, v)
	return v
}
