package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// halfTransform holds the constants of a pass to four outputs, which leaves out
// coefficient 4.
type halfTransform struct {
	zero, even Mem    // of coefficients 0 and 4, 2 and 6
	odd        [2]odd // of 1 and 5, 3 and 7
}

// halfDCT is the twin's transform to 4×4 samples.
func halfDCT(bytes Mem) {
	t := halfTransform{
		zero: words("halfZero", 1<<constBits, 0), even: words("halfEven", 15137, -6270),
		odd: [2]odd{
			{words("halfZero15", 20995, -4926), words("halfZero37", 7373, -4176)},
			{words("halfOne15", 8697, 11893), words("halfOne37", -17799, -1730)},
		},
	}
	columnRounding := doubles("halfColumnRounding", 1<<columnShift)
	rowRounding := doubles("halfRowRounding", 1<<rowShift+128<<(rowShift+1))
	function("halfDCTAVX2", "func(dst *uint8, stride int, levels, steps *int16)",
		"transforms a block to 4×4 samples and clears its levels.")
	columns := t.pass(interleaved(takeLevels()), columnRounding, columnShift+1)
	var twice [8]reg.VecVirtual
	copy(twice[:], columns[:])
	copy(twice[4:], columns[:])
	cells := t.pass(transposed(twice), rowRounding, rowShift+1)
	a, b := three(VPACKSSDW, cells[1], cells[0]), three(VPACKSSDW, cells[3], cells[2])
	all := three(VPACKUSWB, b, a)
	VPSHUFB(bytes, all, all)
	dst, stride := Load(Param("dst"), GP64()), Load(Param("stride"), GP64())
	for i := range 4 {
		VPEXTRD(U8(uint8(i)), all.AsX(), Mem{Base: dst})
		if i < 3 {
			ADDQ(stride, dst)
		}
	}
	end()
}

// pass returns the four outputs of each line, shifted, as double words.
func (t halfTransform) pass(p pairs, rounding Mem, shift uint64) (out [4]reg.VecVirtual) {
	zero, two := three(VPMADDWD, t.zero, p.p04), three(VPMADDWD, t.even, p.p26)
	VPADDD(zero, zero, zero)
	VPADDD(rounding, zero, zero)
	even := [2]reg.VecVirtual{three(VPADDD, two, zero), three(VPSUBD, two, zero)}
	for i, k := range t.odd {
		o, o2 := three(VPMADDWD, k.oneFive, p.p15), three(VPMADDWD, k.threeSeven, p.p37)
		VPADDD(o2, o, o)
		out[i], out[3-i] = three(VPADDD, o, even[i]), three(VPSUBD, o, even[i])
		VPSRAD(U8(shift), out[i], out[i])
		VPSRAD(U8(shift), out[3-i], out[3-i])
	}
	return out
}
