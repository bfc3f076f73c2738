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
		larger := extreme(func(b, a, out Op) { VMAXPS(b, a, out) })(m)
		above := larger([]reg.VecVirtual{at.load(top), at.loadAt(at.beside(top, channels))})
		below := larger([]reg.VecVirtual{at.load(bottom), at.loadAt(at.beside(bottom, channels))})
		at.store(larger([]reg.VecVirtual{above, below}), dst)
	})
	LEAQ(Mem{Base: dst, Index: channels, Scale: 4}, dst)
	LEAQ(Mem{Base: top, Index: channels, Scale: 8}, top)
	LEAQ(Mem{Base: bottom, Index: channels, Scale: 8}, bottom)
	SUBQ(channels, left)
	JMP(LabelRef("window"))
	Label("end")
	m.end()

	m.function("maxPool2Grad", "func(toTop, toBottom *float32, gradient []float32, top, bottom *float32, channels int, positive int)",
		"hands each window's gradient to the first of its largest pixels; with positive 1 only if that is above zero.")
	toTop := Load(Param("toTop"), GP64())
	toBottom := Load(Param("toBottom"), GP64())
	gradient := Load(Param("gradient").Base(), GP64())
	left = Load(Param("gradient").Len(), GP64())
	top = Load(Param("top"), GP64())
	bottom = Load(Param("bottom"), GP64())
	channels = Load(Param("channels"), GP64()).(reg.GPVirtual)
	always := m.unless(Load(Param("positive"), GP64()).(reg.GPVirtual))
	Label("window")
	CMPQ(left, Imm(0))
	JLE(LabelRef("end"))
	m.sweep("maxPool2Grad", channels, func(at cursor) {
		pixels := []reg.VecVirtual{at.load(top), at.loadAt(at.beside(top, channels)), at.load(bottom), at.loadAt(at.beside(bottom, channels))}
		shares := m.shares(pixels, at.load(gradient), always)
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

// shares gives the gradient to the first largest pixel and zero to the
// others. A pixel takes over only if it is larger, so a NaN that comes first
// stays and later ones are passed over. Where always is not set, the largest
// must be above zero.
func (m *machine) shares(pixels []reg.VecVirtual, gradient reg.VecVirtual, always reg.Register) []reg.VecVirtual {
	const greater = 30
	best := pixels[0]
	var wins []reg.Register
	for _, pixel := range pixels[1:] {
		var win reg.Register = m.vec()
		if m.wide() {
			win = K()
		}
		VCMPPS(Imm(greater), best, pixel, win)
		wins = append(wins, win)
		next := m.vec()
		VMAXPS(best, pixel, next) // pixel if it is greater, else best
		best = next
	}
	gradient = m.above(best, gradient, always)
	out := make([]reg.VecVirtual, len(pixels))
	for i := len(wins) - 1; i >= 0; i-- {
		share, rest := m.vec(), m.vec()
		if m.wide() {
			VMOVAPS_Z(gradient, wins[i], share)
			KNOTW(wins[i], wins[i])
			VMOVAPS_Z(gradient, wins[i], rest)
		} else {
			VANDPS(gradient, wins[i], share)
			VANDNPS(gradient, wins[i], rest)
		}
		out[i+1], gradient = share, rest
	}
	out[0] = gradient
	return out
}

// unless makes a mask of all lanes if the flag is 0, and of none if it is 1.
func (m *machine) unless(flag reg.GPVirtual) reg.Register {
	DECQ(flag)
	if m.wide() {
		k := K()
		KMOVW(flag.As32(), k)
		return k
	}
	x, v := XMM(), m.vec()
	VMOVD(flag.As32(), x)
	VBROADCASTSS(x, v)
	return v
}

// above returns the gradient where best is above zero or always is set, else zero.
func (m *machine) above(best, gradient reg.VecVirtual, always reg.Register) reg.VecVirtual {
	const greater = 30
	kept := m.vec()
	if m.wide() {
		k := K()
		VCMPPS(Imm(greater), m.zero(), best, k)
		KORW(always, k, k)
		VMOVAPS_Z(gradient, k, kept)
		return kept
	}
	mask := m.vec()
	VCMPPS(Imm(greater), m.zero(), best, mask)
	VORPS(always, mask, mask)
	VANDPS(gradient, mask, kept)
	return kept
}
