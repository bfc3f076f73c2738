package kernel

// DepthwiseFor returns the kernel for blocks of so many pixels, step apart, and
// a table of taps as [Depthwise] takes it: a special one, whose results are the
// same bits, where the taps are three times three that lie as in pictures
// convolved at stride 1 or 2.
func (s *Set) DepthwiseFor(columns, step int, taps []int) Depthwise {
	if fewest := len(s.Depthwise) - len(s.depthwise3x3[0]) + 1; columns >= fewest {
		if stride := strideOf3x3(step, taps); stride > 0 && s.depthwise3x3[stride-1][columns-fewest] != nil {
			return s.depthwise3x3[stride-1][columns-fewest]
		}
	}
	return s.Depthwise[columns-1]
}

// strideOf3x3 returns the stride of such a convolution, 0 if it is none: the
// distance from one pixel to the next that a block reads, in those between a
// row's taps.
func strideOf3x3(step int, taps []int) int {
	if len(taps) != 18 {
		return 0
	}
	pixel := taps[2] - taps[0]
	for at := 0; at < len(taps); at += 6 {
		if taps[at+2]-taps[at] != pixel || taps[at+4]-taps[at+2] != pixel {
			return 0
		}
	}
	switch step {
	case pixel:
		return 1
	case 2 * pixel:
		return 2
	}
	return 0
}
