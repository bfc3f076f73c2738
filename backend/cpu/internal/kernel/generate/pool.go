package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pooling writes 2×2 max pooling with stride 2 of one row of windows, and its gradient.
func (m *machine) pooling() {
	m.function("maxPool2", "func(dst []float32, top, bottom *float32, channels int)",
		"takes the maximum of windows of 2×2 pixels from two rows of pixels.")
	dst := Load(Param("dst").Base(), GP64())
	left := Load(Param("dst").Len(), GP64())
	top := Load(Param("top"), GP64())
	bottom := Load(Param("bottom"), GP64())
	channels := Load(Param("channels"), GP64()).(reg.GPVirtual)
	Label("window")
	CMPQ(left, Imm(0))
	JLE(LabelRef("end"))
	m.sweep("maxPool2", channels, func(at cursor) {
		largest := at.load(top)
		VMAXPS(at.loadAt(at.beside(top, channels)), largest, largest)
		VMAXPS(at.load(bottom), largest, largest)
		VMAXPS(at.loadAt(at.beside(bottom, channels)), largest, largest)
		at.store(largest, dst)
	})
	LEAQ(Mem{Base: dst, Index: channels, Scale: 4}, dst)
	LEAQ(Mem{Base: top, Index: channels, Scale: 8}, top)
	LEAQ(Mem{Base: bottom, Index: channels, Scale: 8}, bottom)
	SUBQ(channels, left)
	JMP(LabelRef("window"))
	Label("end")
	m.end()

	m.function("maxPool2Grad", "func(toTop, toBottom *float32, gradient []float32, top, bottom *float32, channels int)",
		"hands each window's gradient to the first of its largest pixels.")
	toTop := Load(Param("toTop"), GP64())
	toBottom := Load(Param("toBottom"), GP64())
	gradient := Load(Param("gradient").Base(), GP64())
	left = Load(Param("gradient").Len(), GP64())
	top = Load(Param("top"), GP64())
	bottom = Load(Param("bottom"), GP64())
	channels = Load(Param("channels"), GP64()).(reg.GPVirtual)
	Label("window")
	CMPQ(left, Imm(0))
	JLE(LabelRef("end"))
	m.sweep("maxPool2Grad", channels, func(at cursor) {
		pixels := []reg.VecVirtual{at.load(top), at.loadAt(at.beside(top, channels)), at.load(bottom), at.loadAt(at.beside(bottom, channels))}
		shares := m.shares(pixels, at.load(gradient))
		at.store(shares[0], toTop)
		at.storeAt(shares[1], at.beside(toTop, channels))
		at.store(shares[2], toBottom)
		at.storeAt(shares[3], at.beside(toBottom, channels))
	})
	LEAQ(Mem{Base: gradient, Index: channels, Scale: 4}, gradient)
	for _, pointer := range []reg.Register{toTop, toBottom, top, bottom} {
		LEAQ(Mem{Base: pointer, Index: channels, Scale: 8}, pointer)
	}
	SUBQ(channels, left)
	JMP(LabelRef("window"))
	Label("end")
	m.end()
}

// beside is the same channels of the next pixel.
func (c cursor) beside(base reg.Register, channels reg.GPVirtual) Mem {
	next := GP64()
	LEAQ(Mem{Base: c.index, Index: channels, Scale: 1}, next)
	return Mem{Base: base, Index: next, Scale: 4}
}

// shares gives the gradient to the first largest pixel and zero to the others.
func (m *machine) shares(pixels []reg.VecVirtual, gradient reg.VecVirtual) []reg.VecVirtual {
	largest := m.vec()
	VMAXPS(pixels[1], pixels[0], largest)
	VMAXPS(pixels[2], largest, largest)
	VMAXPS(pixels[3], largest, largest)
	const equal = 0
	out := make([]reg.VecVirtual, len(pixels))
	if m.wide() {
		for i, pixel := range pixels {
			k := K()
			VCMPPS(Imm(equal), largest, pixel, k)
			out[i] = m.vec()
			VMOVAPS_Z(gradient, k, out[i])
			KNOTW(k, k)
			rest := m.vec()
			VMOVAPS_Z(gradient, k, rest)
			gradient = rest
		}
		return out
	}
	for i, pixel := range pixels {
		here := m.vec()
		VCMPPS(Imm(equal), largest, pixel, here)
		out[i] = m.vec()
		VANDPS(gradient, here, out[i])
		rest := m.vec()
		VANDNPS(gradient, here, rest)
		gradient = rest
	}
	return out
}
