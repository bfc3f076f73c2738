// Package kernel holds the innermost loops of decoding and augmenting
// pictures. Each exists as generated assembly for amd64 with AVX2 and as a twin
// in Go, which is what runs on other machines and under the noasm build tag.
// Both give the same bits for all inputs.
//
// Functions panic, as slices do, where an argument is too short for what they
// say they read or write. They keep nothing that they are given.
package kernel

//go:generate sh -c "cd generate && go run . -out ../avx2_amd64.s -stubs ../avx2_amd64.go -pkg kernel"

// InverseDCT transforms a block of levels times steps to 8×8 samples in rows of
// stride bytes, and clears the levels.
func InverseDCT(dst []uint8, stride int, levels, steps *Block) {
	if !nativeInverseDCT(dst, stride, levels, steps) {
		inverseDCT(dst, stride, levels, steps)
	}
}

// ReducedDCT is InverseDCT to size×size samples, size 4, 2 or 1, as libjpeg's
// reduced transforms compute them from all coefficients but some.
func ReducedDCT(dst []uint8, stride, size int, levels, steps *Block) {
	if size == 4 && nativeHalfDCT(dst, stride, levels, steps) {
		return
	}
	switch size {
	case 4:
		halfDCT(dst, stride, levels, steps)
	case 2:
		quarterDCT(dst, stride, levels, steps)
	default:
		dst[0] = Mean(levels[0] * steps[0])
	}
	*levels = Block{}
}

// Mean is the sample that all of a block's are near, and are where it has no
// coefficient but DC.
func Mean(dc int16) uint8 { return clamp((int32(dc)+4)>>3 + 128) }

// Smooth makes twice as many samples, which lie beside those of two lines of
// which near weighs three times as much. past and before, at most 15, round the
// sixteenths of the result's samples past and before one of the line's.
func Smooth(out, near, far []uint8, past, before uint64) {
	if !nativeSmooth(out, near, far, past, before) {
		smooth(out, near, far, past, before)
	}
}

// Colors makes red, green and blue, interleaved, of a row of luminance and the
// two differences of colour.
func Colors(out, luma, blue, red []uint8) {
	if !nativeColors(out, luma, blue, red) {
		colors(out, luma, blue, red)
	}
}
