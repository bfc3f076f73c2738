package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// bfloat16 writes the kernels that multiply numbers of 16 bits in pairs.
func (m *machine) bfloat16() {
	for rows := 14; rows > 0; rows-- {
		m.paired(rows, m.lanes, m.lanes)
		m.paired(rows, m.lanes)
	}
	m.round()
	m.pair()
	m.brainWindows()
}

// brainWindows writes pooling of numbers of 16 bits, joined as float32.
func (m *machine) brainWindows() {
	const signature = "func(dst *uint16, apart int, taps []*uint16, step, pixels, channels int"
	m.function("maxWindows", signature+")", "takes the maximum over taps for every channel of some pixels.")
	m.eachPixel("maxWindows", true, largestOfTaps, func() {})
	m.function("sumWindows", signature+", scale float32)", "adds up taps for every channel of some pixels, then scales the sums.")
	m.eachPixel("sumWindows", true, scaledSumOfTaps, func() {})
}

// paired writes c[rows][columns] = Σₖ a[row·step + k]·b[k/2][column][k%2]
// with all sums in registers.
func (m *machine) paired(rows int, widths ...int) {
	vectors := len(widths)
	m.function(fmt.Sprintf("paired%dx%d", rows, vectors*m.lanes),
		"func(a *uint16, step int, pairs int, b *uint16, c *float32, stride int, columns int, bias, residual *float32, apart int, mode int)",
		fmt.Sprintf("multiplies %d rows of bfloat16 that lie step apart with a panel of %d columns.", rows, vectors*m.lanes))
	a := Load(Param("a"), GP64())
	step := Load(Param("step"), GP64())
	pairs := Load(Param("pairs"), GP64())
	b := Load(Param("b"), GP64())
	SHLQ(Imm(1), step)
	at := newLadder(rows, step)
	at.stand(Mem{Base: a})
	sums := m.beginStrided(rows, widths, "pairs")
	multiply := func(k int) {
		columns := make([]reg.VecVirtual, vectors)
		for v := range columns {
			columns[v] = m.load(Mem{Base: b, Disp: 4 * m.lanes * (2*k + v)})
		}
		for r := range rows {
			row := m.vec()
			VPBROADCASTD(at.rung(r, 4*k), row)
			for v := range columns {
				dotProductBF16(columns[v], row, sums[r][v])
			}
		}
	}
	const unroll = 2
	Label("pairs")
	CMPQ(pairs, Imm(unroll))
	JL(LabelRef("single"))
	for k := range unroll {
		multiply(k)
	}
	at.climb(4 * unroll)
	ADDQ(U32(4*2*m.lanes*unroll), b)
	SUBQ(Imm(unroll), pairs)
	JMP(LabelRef("pairs"))
	Label("single")
	TESTQ(pairs, pairs)
	JZ(LabelRef("finish"))
	multiply(0)
	Label("finish")
	m.finishPaired(sums)
	m.end()
}

// finishPaired adds the residual, rectifies and stores, in the last register
// only the columns that exist. Bits of mode: 8 the residual is bfloat16, 16 so
// is the result.
func (m *machine) finishPaired(sums [][]reg.VecVirtual) {
	columns := Load(Param("columns"), GP64())
	mode := Load(Param("mode"), GP64())
	last := len(sums[0]) - 1
	if last > 0 {
		SUBQ(U32(uint32(last*m.lanes)), columns)
	}
	k := m.maskOf(columns)
	m.addResidual(sums, k, mode)
	m.rectifySums("paired", sums, mode)

	c := Load(Param("c"), GP64())
	stride := Load(Param("stride"), GP64())
	SHLQ(Imm(1), stride)
	each := func(store func(sum reg.VecVirtual, at Mem, masked bool), size int) {
		for r := range sums {
			for v, sum := range sums[r] {
				store(sum, Mem{Base: c, Disp: size * m.lanes * v}, v == last)
			}
			ADDQ(stride, c)
		}
	}
	TESTQ(U32(16), mode)
	JNZ(LabelRef("narrow"))
	SHLQ(Imm(1), stride)
	each(func(sum reg.VecVirtual, at Mem, masked bool) {
		if masked {
			m.storeMasked(sum, at, k)
		} else {
			VMOVUPS(sum, at)
		}
	}, 4)
	m.end()
	Label("narrow")
	each(func(sum reg.VecVirtual, at Mem, masked bool) {
		half := YMM()
		roundBF16(sum, half)
		if masked {
			VMOVDQU16(half, k.k, at)
		} else {
			VMOVDQU16(half, at)
		}
	}, 2)
}

// addResidual adds the residual if there is one.
func (m *machine) addResidual(sums [][]reg.VecVirtual, k mask, mode reg.Register) {
	residual := Load(Param("residual"), GP64())
	apart := Load(Param("apart"), GP64())
	last := len(sums[0]) - 1
	each := func(load func(at Mem, masked bool) reg.VecVirtual, size int) {
		for r := range sums {
			for v, sum := range sums[r] {
				VADDPS(load(Mem{Base: residual, Disp: size * m.lanes * v}, v == last), sum, sum)
			}
			ADDQ(apart, residual)
		}
	}
	TESTQ(residual, residual)
	JZ(LabelRef("added"))
	SHLQ(Imm(1), apart)
	TESTQ(U32(8), mode)
	JNZ(LabelRef("widen"))
	SHLQ(Imm(1), apart)
	each(func(at Mem, masked bool) reg.VecVirtual {
		if masked {
			return m.loadMasked(at, k)
		}
		return m.load(at)
	}, 4)
	JMP(LabelRef("added"))
	Label("widen")
	each(func(at Mem, masked bool) reg.VecVirtual {
		return cursor{m: m, masked: masked, mask: k}.widenAt(at)
	}, 2)
	Label("added")
}

// round writes dst[i] = bfloat16(x[i]).
func (m *machine) round() {
	m.function("round", "func(dst *uint16, x *float32, n int)", "rounds n numbers to bfloat16.")
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	n := Load(Param("n"), GP64()).(reg.GPVirtual)
	m.sweep("round", n, func(at cursor) {
		at.roundTo(at.load(x), Mem{Base: dst, Index: at.index, Scale: 2})
	})
	m.end()
}

// roundTo stores a register as numbers of 16 bits.
func (c cursor) roundTo(v reg.VecVirtual, to Mem) {
	half := YMM()
	roundBF16(v, half)
	if c.masked {
		VMOVDQU16(half, c.mask.k, to)
	} else {
		VMOVDQU16(half, to)
	}
}

// widenAt loads numbers of 16 bits as float32.
func (c cursor) widenAt(from Mem) reg.VecVirtual {
	whole := c.m.vec()
	if c.masked {
		VPMOVZXWD_Z(from, c.mask.k, whole)
	} else {
		VPMOVZXWD(from, whole)
	}
	VPSLLD(Imm(16), whole, whole)
	return whole
}

// pair writes dst[k/2][column][k%2] = bfloat16(x[k][column]) for a panel of
// two registers.
func (m *machine) pair() {
	m.function("pair", "func(dst *uint16, x *float32, depth int)",
		"rounds a panel of 32 columns to bfloat16 and joins every two depths; an odd last one is joined with zeros.")
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	depth := Load(Param("depth"), GP64())
	line := 4 * 2 * m.lanes
	lower := func(v int) reg.VecVirtual {
		half, whole := YMM(), m.vec()
		roundBF16(m.load(Mem{Base: x, Disp: 4 * m.lanes * v}), half)
		VPMOVZXWD(half, whole)
		return whole
	}
	Label("pair_loop")
	CMPQ(depth, Imm(2))
	JL(LabelRef("pair_odd"))
	for v := range 2 {
		first, second := lower(v), lower(v+2)
		VPSLLD(Imm(16), second, second)
		VPORD(first, second, second)
		VMOVDQU32(second, Mem{Base: dst, Disp: 4 * m.lanes * v})
	}
	ADDQ(U32(uint32(2*line)), x)
	ADDQ(U32(uint32(line)), dst)
	SUBQ(Imm(2), depth)
	JMP(LabelRef("pair_loop"))
	Label("pair_odd")
	TESTQ(depth, depth)
	JZ(LabelRef("pair_done"))
	for v := range 2 {
		VMOVDQU32(lower(v), Mem{Base: dst, Disp: 4 * m.lanes * v})
	}
	Label("pair_done")
	m.end()
}
