package jpeg

// The inverse cosine transform is the one of Loeffler, Ligtenberg and Moschytz
// (Practical fast 1-D DCT algorithms with 11 multiplications, 1989) with 12
// multiplications and constants of 13 binary places, as libjpeg computes it:
// columns first, kept with 2 binary places, then rows. Rounding happens at the
// end of each pass alone, so that what is zero may be left out.
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

// inverse transforms a block to 8×8 samples in rows of stride bytes. last is
// the last coefficient in zigzag order that is not zero.
func inverse(b *[blockSize]int32, last int, out []uint8, stride int) {
	switch {
	case last == 0:
		fill(b[0], out, stride)
	case last < 10: // columns and rows 0 … 3 hold all
		inverseCorner(b, out, stride)
	default:
		inverseFull(b, out, stride)
	}
}

// fill is inverse of a block that has only DC.
func fill(dc int32, out []uint8, stride int) {
	sample := clamp((dc<<passBits+1<<(passBits+2))>>(passBits+3) + 128)
	for y := range 8 {
		row := out[y*stride:][:8]
		for x := range row {
			row[x] = sample
		}
	}
}

// even is the part of coefficients 0, 2, 4 and 6; zero and four come with
// constBits binary places, zero with what rounds the result.
func even(zero, two, four, six int32) (e0, e1, e2, e3 int32) {
	shared := (two + six) * c6
	low, high := shared-six*c2PlusC6, shared+two*c2MinusC6
	sum, difference := zero+four, zero-four
	return sum + high, difference + low, difference - low, sum - high
}

// odd is the part of coefficients 1, 3, 5 and 7, in the order that even's is.
func odd(one, three, five, seven int32) (o0, o1, o2, o3 int32) {
	shared := (one + three + five + seven) * c3
	a, b := shared-(three+seven)*c3PlusC5, shared-(one+five)*c3MinusC5
	c, d := (one+seven)*c3MinusC7, (three+five)*c1PlusC3
	return one*oddFirst + b - c, three*oddThird + a - d, five*oddFifth + b - d, seven*oddSeventh + a - c
}

const (
	columnRounding = 1 << (columnShift - 1)
	// rowBias rounds and adds 128, which samples are above their level.
	rowBias = (1<<(rowShift-1) + 128<<rowShift) >> constBits
)

func inverseFull(b *[blockSize]int32, out []uint8, stride int) {
	var work [blockSize]int32
	for x := range 8 {
		zero := b[x]
		one, two, three := b[8+x], b[16+x], b[24+x]
		four, five, six, seven := b[32+x], b[40+x], b[48+x], b[56+x]
		if one|two|three|four|five|six|seven == 0 {
			for y := range 8 {
				work[8*y+x] = zero << passBits
			}
			continue
		}
		e0, e1, e2, e3 := even(zero<<constBits+columnRounding, two, four<<constBits, six)
		o0, o1, o2, o3 := odd(one, three, five, seven)
		work[x], work[56+x] = (e0+o0)>>columnShift, (e0-o0)>>columnShift
		work[8+x], work[48+x] = (e1+o1)>>columnShift, (e1-o1)>>columnShift
		work[16+x], work[40+x] = (e2+o2)>>columnShift, (e2-o2)>>columnShift
		work[24+x], work[32+x] = (e3+o3)>>columnShift, (e3-o3)>>columnShift
	}
	for y := range 8 {
		w := work[8*y:][:8]
		e0, e1, e2, e3 := even((w[0]+rowBias)<<constBits, w[2], w[4]<<constBits, w[6])
		o0, o1, o2, o3 := odd(w[1], w[3], w[5], w[7])
		put((*[8]uint8)(out[y*stride:]), e0, e1, e2, e3, o0, o1, o2, o3)
	}
}

// inverseCorner is inverse of a block whose coefficients beyond the fourth row
// and column are zero.
func inverseCorner(b *[blockSize]int32, out []uint8, stride int) {
	var work [blockSize / 2]int32
	for x := range 4 {
		e0, e1, e2, e3 := even(b[x]<<constBits+columnRounding, b[16+x], 0, 0)
		o0, o1, o2, o3 := odd(b[8+x], b[24+x], 0, 0)
		work[x], work[28+x] = (e0+o0)>>columnShift, (e0-o0)>>columnShift
		work[4+x], work[24+x] = (e1+o1)>>columnShift, (e1-o1)>>columnShift
		work[8+x], work[20+x] = (e2+o2)>>columnShift, (e2-o2)>>columnShift
		work[12+x], work[16+x] = (e3+o3)>>columnShift, (e3-o3)>>columnShift
	}
	for y := range 8 {
		w := work[4*y:][:4]
		e0, e1, e2, e3 := even((w[0]+rowBias)<<constBits, w[2], 0, 0)
		o0, o1, o2, o3 := odd(w[1], w[3], 0, 0)
		put((*[8]uint8)(out[y*stride:]), e0, e1, e2, e3, o0, o1, o2, o3)
	}
}

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
