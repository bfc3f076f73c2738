package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The constants of package kernel's Go twin.
const (
	c6         = 4433
	c2MinusC6  = 6270
	c2PlusC6   = 15137
	c3         = 9633
	c3MinusC5  = 3196
	c3PlusC5   = 16069
	c3MinusC7  = 7373
	c1PlusC3   = 20995
	oddSeventh = 2446
	oddFifth   = 16819
	oddThird   = 25172
	oddFirst   = 12299

	constBits   = 13
	columnShift = 11
	rowShift    = 18
)

// transform holds the constants of a pass. The twin's sums of products are
// expanded, so that each output is a sum of four products of pairs.
type transform struct {
	sum, difference Mem    // of coefficients 0 and 4
	low, high       Mem    // of 2 and 6
	odd             [4]odd // of 1 and 5, 3 and 7
}

type odd struct{ oneFive, threeSeven Mem }

func newTransform() transform {
	const one = 1 << constBits
	return transform{
		sum: words("sum04", one, one), difference: words("difference04", one, -one),
		low: words("low26", c6, c6-c2PlusC6), high: words("high26", c6+c2MinusC6, c6),
		odd: [4]odd{
			{words("zero15", oddFirst+c3-c3MinusC5-c3MinusC7, c3-c3MinusC5), words("zero37", c3, c3-c3MinusC7)},
			{words("one15", c3, c3-c1PlusC3), words("one37", oddThird+c3-c3PlusC5-c1PlusC3, c3-c3PlusC5)},
			{words("two15", c3-c3MinusC5, oddFifth+c3-c3MinusC5-c1PlusC3), words("two37", c3-c1PlusC3, c3)},
			{words("three15", c3-c3MinusC7, c3), words("three37", c3-c3PlusC5, oddSeventh+c3-c3PlusC5-c3MinusC7)},
		},
	}
}

// pairs are the inputs of a pass: words of two coefficients side by side, for
// lines 0 … 3 in the lower half and 4 … 7 in the upper one.
type pairs struct{ p04, p15, p26, p37 reg.VecVirtual }

// pass returns the eight outputs of each line, shifted, as double words.
func (t transform) pass(p pairs, rounding Mem, shift uint64) [8]reg.VecVirtual {
	sum, difference := three(VPMADDWD, t.sum, p.p04), three(VPMADDWD, t.difference, p.p04)
	VPADDD(rounding, sum, sum)
	VPADDD(rounding, difference, difference)
	low, high := three(VPMADDWD, t.low, p.p26), three(VPMADDWD, t.high, p.p26)
	even := [4]reg.VecVirtual{
		three(VPADDD, high, sum), three(VPADDD, low, difference),
		three(VPSUBD, low, difference), three(VPSUBD, high, sum),
	}
	var out [8]reg.VecVirtual
	for i, k := range t.odd {
		o, o2 := three(VPMADDWD, k.oneFive, p.p15), three(VPMADDWD, k.threeSeven, p.p37)
		VPADDD(o2, o, o)
		out[i], out[7-i] = three(VPADDD, o, even[i]), three(VPSUBD, o, even[i])
		VPSRAD(U8(shift), out[i], out[i])
		VPSRAD(U8(shift), out[7-i], out[7-i])
	}
	return out
}

// three applies an instruction of three operands to a new register.
func three(op func(...Op), a, b Op) reg.VecVirtual {
	out := YMM()
	op(a, b, out)
	return out
}

func inverseDCT() {
	t := newTransform()
	columnRounding := doubles("columnRounding", 1<<(columnShift-1))
	rowRounding := doubles("rowRounding", 1<<(rowShift-1)+128<<rowShift)
	bytes := shuffle("rowsOfBytes", func(i int) int { return i%4*4 + i/4 })

	function("inverseDCTAVX2", "func(dst *uint8, stride int, levels, steps *int16)",
		"transforms a block and clears its levels.")
	columns := t.pass(interleaved(takeLevels()), columnRounding, columnShift)
	cells := t.pass(transposed(columns), rowRounding, rowShift)
	storeRows(cells, bytes)
	end()
	halfDCT(bytes)
}

// takeLevels loads a block's levels times their steps and clears them.
func takeLevels() (rows [4]reg.VecVirtual) { // two each
	levels, steps := Load(Param("levels"), GP64()), Load(Param("steps"), GP64())
	for i := range rows {
		rows[i] = YMM()
		VMOVDQU(Mem{Base: levels, Disp: 32 * i}, rows[i])
		VPMULLW(Mem{Base: steps, Disp: 32 * i}, rows[i], rows[i])
	}
	zero := YMM()
	VPXOR(zero, zero, zero)
	for i := range rows {
		VMOVDQU(zero, Mem{Base: levels, Disp: 32 * i})
	}
	return rows
}

// interleaved pairs rows that are four apart.
func interleaved(rows [4]reg.VecVirtual) (p pairs) {
	l, h := three(VPUNPCKLWD, rows[2], rows[0]), three(VPUNPCKHWD, rows[2], rows[0])
	p.p04, p.p15 = YMM(), YMM()
	VPERM2I128(U8(0x20), h, l, p.p04)
	VPERM2I128(U8(0x31), h, l, p.p15)
	l, h = three(VPUNPCKLWD, rows[3], rows[1]), three(VPUNPCKHWD, rows[3], rows[1])
	p.p26, p.p37 = YMM(), YMM()
	VPERM2I128(U8(0x20), h, l, p.p26)
	VPERM2I128(U8(0x31), h, l, p.p37)
	return p
}

// transposed makes the columns of a first pass the lines of the second.
func transposed(rows [8]reg.VecVirtual) pairs {
	var packed [4]reg.VecVirtual // two rows: columns 0 … 3 of both, then 4 … 7
	for i := range packed {
		packed[i] = three(VPACKSSDW, rows[2*i+1], rows[2*i])
	}
	var line [4]reg.VecVirtual // rows i and i+4, column j beside column j+4
	for i := range 2 {
		first, second := YMM(), YMM()
		VPERM2I128(U8(0x20), packed[i+2], packed[i], first)
		VPERM2I128(U8(0x31), packed[i+2], packed[i], second)
		line[2*i] = three(VPUNPCKLWD, second, first)
		line[2*i+1] = three(VPUNPCKHWD, second, first)
	}
	a, b := three(VPUNPCKLDQ, line[1], line[0]), three(VPUNPCKLDQ, line[3], line[2])
	c, d := three(VPUNPCKHDQ, line[1], line[0]), three(VPUNPCKHDQ, line[3], line[2])
	return pairs{
		p04: three(VPUNPCKLQDQ, b, a), p15: three(VPUNPCKHQDQ, b, a),
		p26: three(VPUNPCKLQDQ, d, c), p37: three(VPUNPCKHQDQ, d, c),
	}
}

// storeRows limits the columns of double words to bytes and stores rows.
func storeRows(columns [8]reg.VecVirtual, bytes Mem) {
	var half [2]reg.VecVirtual // four columns
	for i := range half {
		a := three(VPACKSSDW, columns[4*i+1], columns[4*i])
		b := three(VPACKSSDW, columns[4*i+3], columns[4*i+2])
		half[i] = three(VPACKUSWB, b, a)
		VPSHUFB(bytes, half[i], half[i])
	}
	dst, stride := Load(Param("dst"), GP64()), Load(Param("stride"), GP64())
	low, high := three(VPUNPCKLDQ, half[1], half[0]), three(VPUNPCKHDQ, half[1], half[0])
	store := func(two reg.VecVirtual) {
		VMOVQ(two.AsX(), Mem{Base: dst})
		VPEXTRQ(U8(1), two.AsX(), Mem{Base: dst, Index: stride, Scale: 1})
		LEAQ(Mem{Base: dst, Index: stride, Scale: 2}, dst)
	}
	store(low)
	store(high)
	for _, four := range []reg.VecVirtual{low, high} {
		upper := YMM()
		VEXTRACTI128(U8(1), four, upper.AsX())
		store(upper)
	}
}
