package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// both loads a double to both lanes of a register.
func both(from Mem) reg.VecVirtual {
	v := XMM()
	VMOVDDUP(from, v)
	return v
}

// bilinear resamples pixels along a line. Coordinates lie in pairs, row and
// column.
func bilinear() {
	function("bilinearAVX2", "func(dst *float32, src *uint8, line *float64, count int, scale float32)",
		"writes four values for each pixel, overlapping where pixels have fewer.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	line, count := Load(Param("line"), GP64()), Load(Param("count"), GP64())
	scale := XMM()
	VBROADCASTSS(NewParamAddr("scale", 32), scale)
	field := func(at int) Mem { return Mem{Base: line, Disp: at} }
	start, step, size, pitch, last, width := field(0), field(16), field(32), field(64), field(80), field(96)
	x, forward := both(field(48)), both(field(56))
	ones, less := XMM(), XMM()
	one, minus := GP64(), GP64()
	MOVQ(U64(0x3ff0000000000000), one)
	MOVQ(U64(0xbff0000000000000), minus)
	VMOVQ(one, ones)
	VMOVDDUP(ones, ones)
	VMOVQ(minus, less)
	VMOVDDUP(less, less)
	units, none := XMM(), XMM()
	VPCMPEQD(units, units, units)
	VPABSD(units, units)
	VPXOR(none, none, none)

	Label("bilinear_loop")
	at, floor := XMM(), XMM()
	VMULPD(step, x, at)
	VADDPD(start, at, at)
	VROUNDPD(U8(1), at, floor)
	near, far := XMM(), XMM() // weights of the pixel at the floor, and of the next
	VSUBPD(floor, at, near)
	VSUBPD(near, ones, near)
	VSUBPD(near, ones, far)
	VMAXPD(less, floor, floor)
	VMINPD(size, floor, floor)
	places, next := XMM(), XMM()
	VCVTTPD2DQX(floor, places)
	VPADDD(units, places, next)
	VPMAXSD(none, places, places)
	VPUNPCKLQDQ(next, places, places)
	VPMINSD(last, places, places)
	VPMULLD(pitch, places, places)
	offset := func(lane uint64) (row, column reg.GPVirtual) {
		row, column = GP64(), GP64()
		if lane == 0 {
			VMOVQ(places, column)
		} else {
			VPEXTRQ(U8(1), places, column)
		}
		MOVL(column.As32(), row.As32())
		SHRQ(U8(32), column)
		return row, column
	}
	top, left := offset(0)
	bottom, right := offset(1)
	ADDQ(src, top)
	ADDQ(src, bottom)
	above, below, before, after := YMM(), YMM(), YMM(), YMM()
	VBROADCASTSD(near, above)
	VBROADCASTSD(far, below)
	VPERMPD(U8(0x55), near.AsY(), before)
	VPERMPD(U8(0x55), far.AsY(), after)
	// weighed returns a pixel's values times two weights.
	weighed := func(row, column reg.Register, first, second reg.Register) reg.VecVirtual {
		v := YMM()
		VPMOVZXBD(Mem{Base: row, Index: column, Scale: 1}, v.AsX())
		VCVTDQ2PD(v.AsX(), v)
		VMULPD(first, v, v)
		VMULPD(second, v, v)
		return v
	}
	sum := weighed(top, left, above, before)
	VADDPD(weighed(top, right, above, after), sum, sum)
	VADDPD(weighed(bottom, left, below, before), sum, sum)
	VADDPD(weighed(bottom, right, below, after), sum, sum)
	values := XMM()
	VCVTPD2PSY(sum, values)
	VMULPS(scale, values, values)
	VMOVUPS(values, Mem{Base: dst})
	ADDQ(width, dst)
	VADDPD(forward, x, x)
	DECQ(count)
	JNZ(LabelRef("bilinear_loop"))
	end()
}

// widen makes floats of bytes.
func widen() {
	function("widenAVX2", "func(dst *float32, src *uint8, count int, scale float32)", "takes 16·count bytes.")
	dst, src, count := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("count"), GP64())
	scale := YMM()
	VBROADCASTSS(NewParamAddr("scale", 24), scale)
	Label("widen_loop")
	for i := range 2 {
		v := YMM()
		VPMOVZXBD(Mem{Base: src, Disp: 8 * i}, v)
		VCVTDQ2PS(v, v)
		VMULPS(scale, v, v)
		VMOVUPS(v, Mem{Base: dst, Disp: 32 * i})
	}
	ADDQ(U8(16), src)
	ADDQ(U8(64), dst)
	DECQ(count)
	JNZ(LabelRef("widen_loop"))
	end()
}
