package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// precision is the binary places of coefficients.
const precision = 22

// across sums along a row of pixels.
func across() {
	rounding := doubles("half", 1<<(precision-1))
	function("acrossAVX2", "func(dst, src *uint8, starts, counts *int, coefficients *int32, taps, count, channels int)",
		"writes four bytes for each pixel, overlapping where pixels have three.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	starts, counts := Load(Param("starts"), GP64()), Load(Param("counts"), GP64())
	coefficients, taps := Load(Param("coefficients"), GP64()), Load(Param("taps"), GP64())
	count, channels := Load(Param("count"), GP64()), Load(Param("channels"), GP64())
	SHLQ(U8(2), taps)
	half := XMM()
	VMOVDQU(rounding, half)

	Label("across_loop")
	from, n, tap := GP64(), GP64(), GP64()
	MOVQ(Mem{Base: starts}, from)
	IMULQ(channels, from)
	ADDQ(src, from)
	MOVQ(Mem{Base: counts}, n)
	XORQ(tap, tap)
	sum := XMM()
	VMOVDQA(half, sum)
	TESTQ(n, n)
	JZ(LabelRef("across_store"))
	Label("across_taps")
	pixel, weight := XMM(), XMM()
	VPMOVZXBD(Mem{Base: from}, pixel)
	VPBROADCASTD(Mem{Base: coefficients, Index: tap, Scale: 4}, weight)
	VPMULLD(weight, pixel, pixel)
	VPADDD(pixel, sum, sum)
	ADDQ(channels, from)
	INCQ(tap)
	CMPQ(tap, n)
	JL(LabelRef("across_taps"))
	Label("across_store")
	VPSRAD(U8(precision), sum, sum)
	VPACKSSDW(sum, sum, sum)
	VPACKUSWB(sum, sum, sum)
	VMOVD(sum, Mem{Base: dst})
	ADDQ(channels, dst)
	ADDQ(U8(8), starts)
	ADDQ(U8(8), counts)
	ADDQ(taps, coefficients)
	DECQ(count)
	JNZ(LabelRef("across_loop"))
	end()
}

// down sums 32 columns at a time.
func down() {
	order := GLOBL("downOrder", NOPTR|RODATA)
	for i, from := range []uint32{0, 4, 1, 5, 2, 6, 3, 7} {
		DATA(4*i, U32(from))
	}
	rounding := doubles("halves", 1<<(precision-1))
	function("downAVX2", "func(dst, src *uint8, stride int, coefficients *int32, taps, count int)", "writes 32·count bytes.")
	dst, src, stride := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("stride"), GP64())
	coefficients, taps, count := Load(Param("coefficients"), GP64()), Load(Param("taps"), GP64()), Load(Param("count"), GP64())
	sequence := YMM()
	VMOVDQU(order, sequence)
	Label("down_loop")
	var sums [4]reg.VecVirtual
	for i := range sums {
		sums[i] = YMM()
		VMOVDQU(rounding, sums[i])
	}
	row, tap := GP64(), GP64()
	MOVQ(src, row)
	XORQ(tap, tap)
	Label("down_taps")
	weight := YMM()
	VPBROADCASTD(Mem{Base: coefficients, Index: tap, Scale: 4}, weight)
	for i, sum := range sums {
		v := YMM()
		VPMOVZXBD(Mem{Base: row, Disp: 8 * i}, v)
		VPMULLD(weight, v, v)
		VPADDD(v, sum, sum)
	}
	ADDQ(stride, row)
	INCQ(tap)
	CMPQ(tap, taps)
	JL(LabelRef("down_taps"))
	for _, sum := range sums {
		VPSRAD(U8(precision), sum, sum)
	}
	a, b := three(VPACKSSDW, sums[1], sums[0]), three(VPACKSSDW, sums[3], sums[2])
	bytes := three(VPACKUSWB, b, a)
	VPERMD(bytes, sequence, bytes)
	VMOVDQU(bytes, Mem{Base: dst})
	ADDQ(U8(32), dst)
	ADDQ(U8(32), src)
	DECQ(count)
	JNZ(LabelRef("down_loop"))
	end()
}
