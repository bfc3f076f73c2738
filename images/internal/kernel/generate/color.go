package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// smooth writes rows of twice as many samples.
func smooth() {
	threes := words("threes", 3)
	function("smoothAVX2", "func(out, near, far *uint8, count int, past, before uint64)",
		"writes the samples beside 16·count ones, which have a neighbour on both sides.")
	out, near, far := Load(Param("out"), GP64()), Load(Param("near"), GP64()), Load(Param("far"), GP64())
	count := Load(Param("count"), GP64())
	past, before, three3 := YMM(), YMM(), YMM()
	broadcastWord("past", past)
	broadcastWord("before", before)
	VMOVDQU(threes, three3)

	// weighed returns 3·near + far of 16 samples.
	weighed := func(at int) reg.VecVirtual {
		sum, other := YMM(), YMM()
		VPMOVZXBW(Mem{Base: near, Disp: at}, sum)
		VPMOVZXBW(Mem{Base: far, Disp: at}, other)
		VPMULLW(three3, sum, sum)
		VPADDW(other, sum, sum)
		return sum
	}
	Label("smooth_loop")
	this, left, right := weighed(0), weighed(-1), weighed(1)
	VPMULLW(three3, this, this)
	VPADDW(this, left, left)
	VPADDW(this, right, right)
	VPADDW(before, left, left)
	VPADDW(past, right, right)
	VPSRLW(U8(4), left, left)
	VPSRLW(U8(4), right, right)
	VPSLLW(U8(8), right, right)
	VPOR(left, right, right)
	VMOVDQU(right, Mem{Base: out})
	ADDQ(U8(16), near)
	ADDQ(U8(16), far)
	ADDQ(U8(32), out)
	DECQ(count)
	JNZ(LabelRef("smooth_loop"))
	end()
}

func broadcastWord(parameter string, to reg.VecVirtual) {
	value := Load(Param(parameter), GP64())
	VMOVQ(value, to.AsX())
	VPBROADCASTW(to.AsX(), to)
}

// half is 16 pixels as words.
type half struct{ luma, blue, red reg.VecVirtual }

// rgb converts them; the three results exceed bytes.
func (h half) rgb(k *colorConstants) [3]reg.VecVirtual {
	// round(x·k/2¹⁶) as the rounded half of ⌊2x·k/2¹⁶⌋.
	rounded := func(twice reg.VecVirtual, factor Mem) reg.VecVirtual {
		product := three(VPMULHW, factor, twice)
		VPADDW(k.one, product, product)
		VPSRAW(U8(1), product, product)
		return product
	}
	blue2, red2 := three(VPADDW, h.blue, h.blue), three(VPADDW, h.red, h.red)
	r, b := rounded(red2, k.red), rounded(blue2, k.blue)
	VPADDW(h.red, r, r)
	VPADDW(blue2, b, b)
	g, g2 := three(VPUNPCKLWD, h.red, h.blue), three(VPUNPCKHWD, h.red, h.blue)
	for _, pair := range []reg.VecVirtual{g, g2} {
		VPMADDWD(k.green, pair, pair)
		VPADDD(k.rounding, pair, pair)
		VPSRAD(U8(16), pair, pair)
	}
	VPACKSSDW(g2, g, g)
	VPSUBW(h.red, g, g)
	for _, color := range []reg.VecVirtual{r, g, b} {
		VPADDW(h.luma, color, color)
	}
	return [3]reg.VecVirtual{r, g, b}
}

type colorConstants struct {
	red, blue, green, rounding Mem
	one, middle                reg.VecVirtual
	order                      [3][3]Mem // of each 16 bytes of result, from each colour
}

func colors() {
	const places = 16
	k := &colorConstants{
		red: words("redOfRed", 91881-1<<places), blue: words("blueOfBlue", 116130-2<<places),
		green: words("greenOfBoth", -22554, -46802+1<<places), rounding: doubles("greenRounding", 1<<(places-1)),
	}
	names := [3]string{"reds", "greens", "blues"}
	for part := range 3 {
		for color := range 3 {
			k.order[part][color] = shuffle(names[color]+string(rune('0'+part)), func(i int) int {
				if at := 16*part + i; at%3 == color {
					return at / 3
				}
				return -1
			})
		}
	}
	ones, middles := words("wordOnes", 1), words("middles", 128)

	function("colorsAVX2", "func(out, luma, blue, red *uint8, count int)", "converts 32·count pixels.")
	out, luma := Load(Param("out"), GP64()), Load(Param("luma"), GP64())
	blue, red, count := Load(Param("blue"), GP64()), Load(Param("red"), GP64()), Load(Param("count"), GP64())
	k.one, k.middle = YMM(), YMM()
	VMOVDQU(ones, k.one)
	VMOVDQU(middles, k.middle)
	Label("colors_loop")
	low, high := k.half(luma, blue, red, 0).rgb(k), k.half(luma, blue, red, 16).rgb(k)
	var planes [3]reg.VecVirtual
	for i := range planes {
		planes[i] = three(VPACKUSWB, high[i], low[i])
		VPERMQ(U8(0xd8), planes[i], planes[i])
	}
	k.interleave(planes, out)
	for _, p := range []reg.Register{luma, blue, red} {
		ADDQ(U8(32), p)
	}
	ADDQ(U8(96), out)
	DECQ(count)
	JNZ(LabelRef("colors_loop"))
	end()
}

// half loads 16 pixels.
func (k *colorConstants) half(luma, blue, red reg.Register, at int) half {
	h := half{YMM(), YMM(), YMM()}
	VPMOVZXBW(Mem{Base: luma, Disp: at}, h.luma)
	VPMOVZXBW(Mem{Base: blue, Disp: at}, h.blue)
	VPMOVZXBW(Mem{Base: red, Disp: at}, h.red)
	VPSUBW(k.middle, h.blue, h.blue)
	VPSUBW(k.middle, h.red, h.red)
	return h
}

// interleave stores 96 bytes of 32 pixels.
func (k *colorConstants) interleave(planes [3]reg.VecVirtual, out reg.Register) {
	for part := range 3 {
		all := three(VPSHUFB, k.order[part][0], planes[0])
		for color := 1; color < 3; color++ {
			VPOR(three(VPSHUFB, k.order[part][color], planes[color]), all, all)
		}
		VMOVDQU(all.AsX(), Mem{Base: out, Disp: 16 * part})
		VEXTRACTI128(U8(1), all, Mem{Base: out, Disp: 48 + 16*part})
	}
}
