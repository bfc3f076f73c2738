package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// windows writes pooling over windows of any form, and the gradient of its
// maxima. Taps point to what the elements of the first window read; those of
// the next lie step elements on.
func (m *machine) windows() {
	m.overWindows("maxWindows", "", "takes the maximum over taps for every channel of some pixels.", largestOfTaps)
	m.overWindows("sumWindows", ", scale float32", "adds up taps for every channel of some pixels, then scales the sums.", scaledSumOfTaps)
	m.firstMaxima()
	m.addWhere()
	m.sumWon()
	m.unpool2()
}

// largestOfTaps stores the largest of what the taps read, NaN if any is.
func largestOfTaps(w *window) {
	larger := extreme(func(b, a, out Op) { VMAXPS(b, a, out) })(w.m)
	best := w.first()
	w.others(func(tap reg.VecVirtual) { VMOVAPS(larger([]reg.VecVirtual{best, tap}), best) })
	w.store(best)
}

// scaledSumOfTaps stores the sum of what the taps read, multiplied by scale.
func scaledSumOfTaps(w *window) {
	sum := w.first()
	w.others(func(tap reg.VecVirtual) { VADDPS(tap, sum, sum) })
	narrow, scale := Load(Param("scale"), XMM()), w.m.vec()
	VBROADCASTSS(narrow, scale)
	VMULPS(scale, sum, sum)
	w.store(sum)
}

// window is the state of the loops over pixels and channels.
type window struct {
	m                   *machine
	brains              bool // numbers are bfloat16, not float32
	at                  cursor
	label               string
	dst, taps, channels reg.GPVirtual
	channel             reg.GPVirtual // counted from where the first window's taps point
	tap                 reg.GPVirtual
}

// overWindows writes the loops. body computes some channels of one pixel.
func (m *machine) overWindows(name, more, doc string, body func(w *window)) {
	m.function(name, "func(dst *float32, apart int, taps []*float32, step, pixels, channels int"+more+")", doc)
	m.eachPixel(name, false, body, func() {})
}

func (m *machine) eachPixel(name string, brains bool, body func(w *window), next func()) {
	dst := Load(Param("dst"), GP64()).(reg.GPVirtual)
	taps := Load(Param("taps").Base(), GP64()).(reg.GPVirtual)
	pixels := Load(Param("pixels"), GP64())
	channels := Load(Param("channels"), GP64()).(reg.GPVirtual)
	shift := GP64()
	XORQ(shift, shift)
	Label("pixel")
	TESTQ(pixels, pixels)
	JZ(LabelRef("end"))
	m.sweep(name, channels, func(at cursor) {
		w := &window{m: m, brains: brains, at: at, label: name + "_whole", dst: dst, taps: taps, channels: channels, channel: GP64()}
		if at.masked {
			w.label = name + "_part"
		}
		LEAQ(Mem{Base: at.index, Index: shift, Scale: 1}, w.channel)
		body(w)
	})
	ADDQ(Load(Param("step"), GP64()), shift)
	apart := Load(Param("apart"), GP64())
	size := uint8(4)
	if brains {
		size = 2
	}
	LEAQ(Mem{Base: dst, Index: apart, Scale: size}, dst)
	next()
	DECQ(pixels)
	JMP(LabelRef("pixel"))
	Label("end")
	m.end()
}

// first loads what the first tap reads.
func (w *window) first() reg.VecVirtual {
	pointer := GP64()
	MOVQ(Mem{Base: w.taps}, pointer)
	return w.load(pointer)
}

// load reads the channels of what a tap points to.
func (w *window) load(pointer reg.Register) reg.VecVirtual {
	if w.brains {
		return w.at.widenAt(Mem{Base: pointer, Index: w.channel, Scale: 2})
	}
	return w.at.loadAt(Mem{Base: pointer, Index: w.channel, Scale: 4})
}

// others loops over the other taps, whose number is in w.tap.
func (w *window) others(body func(tap reg.VecVirtual)) {
	w.tap = GP64()
	MOVQ(U32(1), w.tap)
	Label(w.label)
	CMPQ(w.tap, Load(Param("taps").Len(), GP64()))
	JGE(LabelRef(w.label + "_end"))
	pointer := GP64()
	MOVQ(Mem{Base: w.taps, Index: w.tap, Scale: 8}, pointer)
	body(w.load(pointer))
	INCQ(w.tap)
	JMP(LabelRef(w.label))
	Label(w.label + "_end")
}

func (w *window) store(v reg.VecVirtual) {
	if w.brains {
		w.at.roundTo(v, Mem{Base: w.dst, Index: w.at.index, Scale: 2})
		return
	}
	w.at.store(v, w.dst)
}

// nowhere marks a window that hands its gradient to no element.
const nowhere = 255

// firstMaxima writes maxWindows that also tells, in a byte, which tap holds
// each maximum.
func (m *machine) firstMaxima() {
	const name, greater = "firstMaxima", 30
	m.function(name, "func(dst *float32, apart int, taps []*float32, step, pixels, channels int, which *uint8, numbers *int32, positive int)",
		"takes the maximum over taps for every channel of some pixels, and the number of the first tap that holds it.")
	larger := extreme(func(b, a, out Op) { VMAXPS(b, a, out) })(m)
	which := Load(Param("which"), GP64()).(reg.GPVirtual)
	m.eachPixel(name, false, func(w *window) {
		best := w.first()
		most := m.vec()
		VMOVAPS(best, most)
		number := func(tap Mem) reg.VecVirtual {
			v := m.vec()
			VPBROADCASTD(tap, v)
			return v
		}
		numbers := Load(Param("numbers"), GP64())
		winner := number(Mem{Base: numbers})
		w.others(func(tap reg.VecVirtual) {
			VMOVAPS(larger([]reg.VecVirtual{most, tap}), most)
			m.where(greater, best, tap, winner, number(Mem{Base: numbers, Index: w.tap, Scale: 4}))
			VMAXPS(best, tap, best) // the tap if it is greater, else best
		})
		always := m.unless(Load(Param("positive"), GP64()).(reg.GPVirtual))
		m.keepWinner(best, winner, always)
		w.store(most)
		w.at.storeBytes(winner, which, w.channels)
	}, func() { ADDQ(Load(Param("channels"), GP64()), which) })
}

// where replaces lanes of v by those of by where y stands to x as asked.
func (m *machine) where(relation uint8, x, y, v, by reg.VecVirtual) {
	if m.wide() {
		k := K()
		VCMPPS(Imm(uint64(relation)), x, y, k)
		VMOVAPS(by, k, v)
		return
	}
	holds := m.vec()
	VCMPPS(Imm(uint64(relation)), x, y, holds)
	VBLENDVPS(holds, by, v, v)
}

// keepWinner leaves only winners that are above zero, unless always is set.
func (m *machine) keepWinner(best, winner reg.VecVirtual, always reg.Register) {
	const greater = 30
	none := m.vec()
	number := GP32()
	narrow := XMM()
	MOVL(U32(nowhere), number)
	VMOVD(number, narrow)
	VPBROADCASTD(narrow, none)
	if m.wide() {
		k := K()
		VCMPPS(Imm(greater), m.zero(), best, k)
		KORW(always, k, k)
		KNOTW(k, k)
		VMOVAPS(none, k, winner)
		return
	}
	keeps := m.vec()
	VCMPPS(Imm(greater), m.zero(), best, keeps)
	VORPS(always, keeps, keeps)
	VBLENDVPS(keeps, winner, none, winner)
}

// storeBytes stores the lowest byte of every lane, of count in all.
func (c cursor) storeBytes(v reg.VecVirtual, base, count reg.Register) {
	to := Mem{Base: base, Index: c.index, Scale: 1}
	if c.m.wide() {
		if c.masked {
			VPMOVDB(v, c.mask.k, to)
		} else {
			VPMOVDB(v, to)
		}
		return
	}
	high, low := XMM(), v.AsX()
	VEXTRACTI128(Imm(1), v, high)
	packed := XMM()
	VPACKSSDW(high, low, packed)
	VPACKUSWB(packed, packed, packed)
	if !c.masked {
		VMOVQ(packed, to)
		return
	}
	bytes, at, left := GP64(), GP64(), GP64()
	MOVQ(count, left)
	SUBQ(c.index, left)
	VMOVQ(packed, bytes)
	LEAQ(to, at)
	Label("storeBytes")
	MOVB(bytes.As8(), Mem{Base: at})
	SHRQ(Imm(8), bytes)
	INCQ(at)
	DECQ(left)
	JNZ(LabelRef("storeBytes"))
}

// loadBytes loads a byte into every lane; unmasked, the bytes of a register's
// lanes must be readable.
func (c cursor) loadBytes(base reg.Register) reg.VecVirtual {
	from, v := Mem{Base: base, Index: c.index, Scale: 1}, c.m.vec()
	if c.m.wide() && c.masked {
		VPMOVZXBD_Z(from, c.mask.k, v)
	} else {
		VPMOVZXBD(from, v)
	}
	return v
}

// equals makes a mask of the lanes in which two registers hold the same integer.
func (m *machine) equals(x, y reg.VecVirtual) reg.Register {
	if m.wide() {
		k := K()
		VPCMPEQD(x, y, k)
		return k
	}
	same := m.vec()
	VPCMPEQD(x, y, same)
	return same
}

// only returns v where the mask holds, else zero.
func (m *machine) only(v reg.VecVirtual, holds reg.Register) reg.VecVirtual {
	kept := m.vec()
	if m.wide() {
		VMOVAPS_Z(v, holds, kept)
	} else {
		VANDPS(v, holds, kept)
	}
	return kept
}

// everywhere fills a register's lanes with an integer.
func (m *machine) everywhere(number reg.Register) reg.VecVirtual {
	narrow, v := XMM(), m.vec()
	VMOVD(number, narrow)
	VPBROADCASTD(narrow, v)
	return v
}

// addWhere writes the gradient's way back to one tap.
func (m *machine) addWhere() {
	m.function("addWhere", "func(dst *float32, step int, gradient *float32, which *uint8, pixels, channels int, number int)",
		"adds to every channel of some pixels the gradient of the windows in which they won.")
	dst := Load(Param("dst"), GP64())
	step := Load(Param("step"), GP64())
	gradient := Load(Param("gradient"), GP64())
	which := Load(Param("which"), GP64())
	pixels := Load(Param("pixels"), GP64())
	channels := Load(Param("channels"), GP64()).(reg.GPVirtual)
	number := m.everywhere(Load(Param("number"), GP64()).(reg.GPVirtual).As32())
	Label("pixel")
	TESTQ(pixels, pixels)
	JZ(LabelRef("end"))
	m.sweep("addWhere", channels, func(at cursor) {
		share := m.only(at.load(gradient), m.equals(at.loadBytes(which), number))
		VADDPS(at.load(dst), share, share)
		at.store(share, dst)
	})
	LEAQ(Mem{Base: dst, Index: step, Scale: 4}, dst)
	LEAQ(Mem{Base: gradient, Index: channels, Scale: 4}, gradient)
	ADDQ(channels, which)
	DECQ(pixels)
	JMP(LabelRef("pixel"))
	Label("end")
	m.end()
}

// sumWon writes the sum of what windows hand on.
func (m *machine) sumWon() {
	m.function("sumWon", "func(sums, gradient *float32, which *uint8, pixels, channels int)",
		"adds up, for every channel, the gradient of the windows that somebody won.")
	sums := Load(Param("sums"), GP64())
	gradient := Load(Param("gradient"), GP64())
	which := Load(Param("which"), GP64())
	channels := Load(Param("channels"), GP64()).(reg.GPVirtual)
	number := GP32()
	MOVL(U32(nowhere), number)
	nobody := m.everywhere(number)
	m.sweep("sumWon", channels, func(at cursor) {
		label := "sumWon_whole"
		if at.masked {
			label = "sumWon_part"
		}
		sum := at.load(sums)
		column := at
		column.index = GP64()
		MOVQ(at.index, column.index)
		left := Load(Param("pixels"), GP64())
		Label(label)
		TESTQ(left, left)
		JZ(LabelRef(label + "_end"))
		lost := m.equals(column.loadBytes(which), nobody)
		VADDPS(m.except(column.load(gradient), lost), sum, sum)
		ADDQ(channels, column.index)
		DECQ(left)
		JMP(LabelRef(label))
		Label(label + "_end")
		at.store(sum, sums)
	})
	m.end()
}

// except returns zero where the mask holds, else v.
func (m *machine) except(v reg.VecVirtual, holds reg.Register) reg.VecVirtual {
	kept := m.vec()
	if m.wide() {
		rest := K()
		KNOTW(holds, rest)
		VMOVAPS_Z(v, rest, kept)
	} else {
		VANDNPS(v, holds, kept)
	}
	return kept
}

// unpool2 writes the gradient of a row of 2×2 windows side by side.
func (m *machine) unpool2() {
	m.function("unpool2", "func(toTop, toBottom, gradient *float32, which *uint8, pixels, channels int)",
		"sets each of the four pixels of windows to the gradient if it won, else to zero.")
	top := Load(Param("toTop"), GP64())
	bottom := Load(Param("toBottom"), GP64())
	gradient := Load(Param("gradient"), GP64())
	which := Load(Param("which"), GP64())
	pixels := Load(Param("pixels"), GP64())
	channels := Load(Param("channels"), GP64()).(reg.GPVirtual)
	var numbers [4]reg.VecVirtual
	for i := range numbers {
		number := GP32()
		MOVL(U32(uint32(i)), number)
		numbers[i] = m.everywhere(number)
	}
	Label("pixel")
	TESTQ(pixels, pixels)
	JZ(LabelRef("end"))
	m.sweep("unpool2", channels, func(at cursor) {
		g, winner := at.load(gradient), at.loadBytes(which)
		share := func(i int) reg.VecVirtual { return m.only(g, m.equals(winner, numbers[i])) }
		at.store(share(0), top)
		at.storeAt(share(1), at.beside(top, channels))
		at.store(share(2), bottom)
		at.storeAt(share(3), at.beside(bottom, channels))
	})
	LEAQ(Mem{Base: gradient, Index: channels, Scale: 4}, gradient)
	ADDQ(channels, which)
	LEAQ(Mem{Base: top, Index: channels, Scale: 8}, top)
	LEAQ(Mem{Base: bottom, Index: channels, Scale: 8}, bottom)
	DECQ(pixels)
	JMP(LabelRef("pixel"))
	Label("end")
	m.end()
}

// beside is the same channels of the next pixel.
func (c cursor) beside(base reg.Register, channels reg.GPVirtual) Mem {
	next := GP64()
	LEAQ(Mem{Base: c.index, Index: channels, Scale: 1}, next)
	return Mem{Base: base, Index: next, Scale: 4}
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
