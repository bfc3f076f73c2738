package kernel

// BlockSize is the number of coefficients or samples of a block, 8×8.
const BlockSize = 64

// Block holds one number for each coefficient of a block, at 8·row + column.
type Block = [BlockSize]int16

// The inverse cosine transform is the one of Loeffler, Ligtenberg and Moschytz
// (Practical fast 1-D DCT algorithms with 11 multiplications, 1989) with 12
// multiplications and constants of 13 binary places, as libjpeg computes it:
// columns first, kept with 2 binary places, then rows. Rounding happens at the
// end of each pass alone. Where numbers exceed 16 bits, which those of a sound
// file never do, products of level and step wrap around and the first pass's
// results are limited, as in libjpeg-turbo's vector code.
const (
	constBits = 13
	passBits  = 2
	// What the passes shift by: rows lose a factor of 8 too.
	columnShift = constBits - passBits
	rowShift    = constBits + passBits + 3
)

// The constants are of cosines cₙ = √2·cos(nπ/16).
const (
	c6         = 4433  // 0.541196100
	c2MinusC6  = 6270  // 0.765366865
	c2PlusC6   = 15137 // 1.847759065
	c3         = 9633  // 1.175875602
	c3MinusC5  = 3196  // 0.390180644
	c3PlusC5   = 16069 // 1.961570560
	c3MinusC7  = 7373  // 0.899976223
	c1PlusC3   = 20995 // 2.562915447
	oddSeventh = 2446  // 0.298631336 = -c1+c3+c5-c7
	oddFifth   = 16819 // 2.053119869 =  c1+c3-c5+c7
	oddThird   = 25172 // 3.072711026 =  c1+c3+c5-c7
	oddFirst   = 12299 // 1.501321110 =  c1+c3-c5-c7
)

const (
	columnRounding = 1 << (columnShift - 1)
	// rowBias rounds and adds 128, which samples are above their level.
	rowBias = 1<<(rowShift-1) + 128<<rowShift
)

// even is the part of coefficients 0, 2, 4 and 6, with a bias that rounds.
func even(zero, two, four, six, bias int32) (e0, e1, e2, e3 int32) {
	shared := (two + six) * c6
	low, high := shared-six*c2PlusC6, shared+two*c2MinusC6
	sum, difference := (zero+four)<<constBits+bias, (zero-four)<<constBits+bias
	return sum + high, difference + low, difference - low, sum - high
}

// odd is the part of coefficients 1, 3, 5 and 7, in the order that even's is.
func odd(one, three, five, seven int32) (o0, o1, o2, o3 int32) {
	shared := (one + three + five + seven) * c3
	a, b := shared-(three+seven)*c3PlusC5, shared-(one+five)*c3MinusC5
	c, d := (one+seven)*c3MinusC7, (three+five)*c1PlusC3
	return one*oddFirst + b - c, three*oddThird + a - d, five*oddFifth + b - d, seven*oddSeventh + a - c
}

// inverseDCT is the twin of the assembly.
func inverseDCT(dst []uint8, stride int, levels, steps *Block) {
	var work [BlockSize]int32
	for x := range 8 {
		column := func(y int) int32 { return int32(levels[8*y+x] * steps[8*y+x]) }
		zero := column(0)
		one, two, three := column(1), column(2), column(3)
		four, five, six, seven := column(4), column(5), column(6), column(7)
		if one|two|three|four|five|six|seven == 0 {
			zero = limited(zero << passBits)
			for y := range 8 {
				work[8*y+x] = zero
			}
			continue
		}
		e0, e1, e2, e3 := even(zero, two, four, six, columnRounding)
		o0, o1, o2, o3 := odd(one, three, five, seven)
		work[x], work[56+x] = limited((e0+o0)>>columnShift), limited((e0-o0)>>columnShift)
		work[8+x], work[48+x] = limited((e1+o1)>>columnShift), limited((e1-o1)>>columnShift)
		work[16+x], work[40+x] = limited((e2+o2)>>columnShift), limited((e2-o2)>>columnShift)
		work[24+x], work[32+x] = limited((e3+o3)>>columnShift), limited((e3-o3)>>columnShift)
	}
	*levels = Block{}
	for y := range 8 {
		w := work[8*y:][:8]
		e0, e1, e2, e3 := even(w[0], w[2], w[4], w[6], rowBias)
		o0, o1, o2, o3 := odd(w[1], w[3], w[5], w[7])
		put((*[8]uint8)(dst[y*stride:]), e0, e1, e2, e3, o0, o1, o2, o3)
	}
}

// limited is v as the 16 bits of the vector code hold it.
func limited(v int32) int32 { return max(-1<<15, min(1<<15-1, v)) }

// put stores a row of samples: sums of the parts, then differences backwards.
func put(row *[8]uint8, e0, e1, e2, e3, o0, o1, o2, o3 int32) {
	s0, s1, s2, s3 := (e0+o0)>>rowShift, (e1+o1)>>rowShift, (e2+o2)>>rowShift, (e3+o3)>>rowShift
	s4, s5, s6, s7 := (e3-o3)>>rowShift, (e2-o2)>>rowShift, (e1-o1)>>rowShift, (e0-o0)>>rowShift
	if uint32(s0|s1|s2|s3|s4|s5|s6|s7) > 255 {
		*row = [8]uint8{clamp(s0), clamp(s1), clamp(s2), clamp(s3), clamp(s4), clamp(s5), clamp(s6), clamp(s7)}
		return
	}
	row[0], row[1], row[2], row[3] = uint8(s0), uint8(s1), uint8(s2), uint8(s3)
	row[4], row[5], row[6], row[7] = uint8(s4), uint8(s5), uint8(s6), uint8(s7)
}

// clamp limits v to what a byte holds.
func clamp(v int32) uint8 {
	if uint32(v) > 255 {
		v = ^(v >> 31)
	}
	return uint8(v)
}
