package kernel

// The constants are sums of the cosines cₙ = √2·cos(nπ/16) in 13 binary places,
// named by where they are used: at 4×4 samples, coefficients 2 and 6, then 1, 3,
// 5 and 7 in the first and the second difference; at 2×2 samples 1, 3, 5 and 7.
const (
	halfTwo, halfSix = 15137, -6270

	outerOne, outerThree, outerFive, outerSeven = 20995, 7373, -4926, -4176
	innerOne, innerThree, innerFive, innerSeven = 8697, -17799, 11893, -1730

	quarterOne, quarterThree, quarterFive, quarterSeven = 29692, -10426, 6967, -5906
)

// halfLine transforms eight coefficients to four samples, shifted.
func halfLine(zero, one, two, three, five, six, seven, bias int32, shift uint) (s [4]int32) {
	zero = zero<<(constBits+1) + bias
	even := two*halfTwo + six*halfSix
	outer := one*outerOne + three*outerThree + five*outerFive + seven*outerSeven
	inner := one*innerOne + three*innerThree + five*innerFive + seven*innerSeven
	return [4]int32{
		(zero + even + outer) >> shift, (zero - even + inner) >> shift,
		(zero - even - inner) >> shift, (zero + even - outer) >> shift,
	}
}

// halfDCT is the twin of the assembly.
func halfDCT(dst []uint8, stride int, levels, steps *Block) {
	var work [4][8]int32
	for x := range 8 {
		at := func(y int) int32 { return int32(levels[8*y+x] * steps[8*y+x]) }
		for y, s := range halfLine(at(0), at(1), at(2), at(3), at(5), at(6), at(7), columnRounding*2, columnShift+1) {
			work[y][x] = limited(s)
		}
	}
	for y, w := range work {
		for x, s := range halfLine(w[0], w[1], w[2], w[3], w[5], w[6], w[7], rowBias*2, rowShift+1) {
			dst[y*stride+x] = clamp(s)
		}
	}
}

// quarterLine transforms eight coefficients to two samples, shifted.
func quarterLine(zero, one, three, five, seven, bias int32, shift uint) (s [2]int32) {
	zero = zero<<(constBits+2) + bias
	odd := one*quarterOne + three*quarterThree + five*quarterFive + seven*quarterSeven
	return [2]int32{(zero + odd) >> shift, (zero - odd) >> shift}
}

// quarterDCT transforms a block to 2×2 samples.
func quarterDCT(dst []uint8, stride int, levels, steps *Block) {
	var work [2][8]int32
	for _, x := range [...]int{0, 1, 3, 5, 7} {
		at := func(y int) int32 { return int32(levels[8*y+x] * steps[8*y+x]) }
		for y, s := range quarterLine(at(0), at(1), at(3), at(5), at(7), columnRounding*4, columnShift+2) {
			work[y][x] = limited(s)
		}
	}
	for y, w := range work {
		for x, s := range quarterLine(w[0], w[1], w[3], w[5], w[7], rowBias*4, rowShift+2) {
			dst[y*stride+x] = clamp(s)
		}
	}
}
