package main

import (
	"github.com/lince-ml/lince/backend/cpu/internal/kernel/generate/formulas"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// How VCMPPS compares; with a NaN only notEqual holds.
const (
	equal     = 0
	notEqual  = 4
	less      = 17
	lessEqual = 18
)

// relations writes the comparisons, what is chosen by them, and the error function.
func (m *machine) relations() {
	m.pointwise("equal", "sets dst to 1 where x = y, else 0.", 2, relation(equal))
	m.pointwise("notEqual", "sets dst to 1 where x ≠ y, else 0.", 2, relation(notEqual))
	m.pointwise("less", "sets dst to 1 where x < y, else 0.", 2, relation(less))
	m.pointwise("lessEqual", "sets dst to 1 where x ≤ y, else 0.", 2, relation(lessEqual))
	m.pointwise("choose", "sets dst to y where x is not 0, else to z.", 3, choose)
	m.pointwise("erf", "sets dst to the error function of x.", 1, errorFunction)
}

func relation(how uint64) operation {
	return func(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
		one := m.number(1)
		return func(in []reg.VecVirtual) reg.VecVirtual {
			out := m.vec()
			if m.wide() {
				k := K()
				VCMPPS(Imm(how), in[1], in[0], k)
				VMOVAPS_Z(one, k, out)
				return out
			}
			VCMPPS(Imm(how), in[1], in[0], out)
			VANDPS(one, out, out)
			return out
		}
	}
}

func choose(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
	zero := m.zero()
	return func(in []reg.VecVirtual) reg.VecVirtual {
		x, y, z := in[0], in[1], in[2]
		if m.wide() {
			k := K()
			VCMPPS(Imm(notEqual), zero, x, k)
			VMOVAPS(y, k, z)
			return z
		}
		holds := m.vec()
		VCMPPS(Imm(notEqual), zero, x, holds)
		VBLENDVPS(holds, y, z, z)
		return z
	}
}

func errorFunction(m *machine) func([]reg.VecVirtual) reg.VecVirtual {
	return func(in []reg.VecVirtual) reg.VecVirtual {
		x, size, sign, square := in[0], m.vec(), m.vec(), m.vec()
		VANDPS(m.bits(0x7fffffff), x, size)
		VANDPS(m.bits(1<<31), x, sign)
		VMULPS(x, x, square)
		near := m.polynomial(square, formulas.Erf)
		VMULPS(x, near, near)
		t, one := m.number(1), m.number(1)
		scaled := m.number(formulas.ErfScale)
		VFMADD213PS(one, size, scaled)
		VDIVPS(scaled, t, t)
		tail := m.polynomial(t, formulas.Erfc)
		VXORPS(m.bits(1<<31), square, square)
		far := m.exp(square)
		VFNMADD213PS(one, tail, far)
		VORPS(sign, far, far)
		if m.wide() {
			k := K()
			VCMPPS(Imm(less), m.number(formulas.ErfNear), size, k)
			VMOVAPS(near, k, far)
			return far
		}
		small := m.vec()
		VCMPPS(Imm(less), m.number(formulas.ErfNear), size, small)
		VBLENDVPS(small, near, far, far)
		return far
	}
}
