package picture

import "image"

// fromYCbCr converts a JPEG picture's colours as libjpeg does: chroma planes of
// half the size are smoothed, each sample weighing three times as much as its
// neighbour, and the matrix is JFIF's in 16 binary places.
func fromYCbCr(m *image.YCbCr) *Picture {
	h, w := m.Rect.Dy(), m.Rect.Dx()
	p := New(h, w, 3)
	across, down := subsampling(m.SubsampleRatio)
	columns, rows := (w+across-1)/across, (h+down-1)/down
	blue, red := make([]uint8, w), make([]uint8, w)
	for y := range h {
		near, far := y/down, max(0, y/down-1)
		if y%2 == 1 {
			far = min(rows-1, y/down+1)
		}
		near, far = near*m.CStride, far*m.CStride
		widen(blue, m.Cb[near:][:columns], m.Cb[far:][:columns], across, down, y)
		widen(red, m.Cr[near:][:columns], m.Cr[far:][:columns], across, down, y)
		toRGB(p.Pix[y*w*3:][:w*3], m.Y[y*m.YStride:][:w], blue, red)
	}
	return p
}

// subsampling returns how many columns and rows share a sample of chroma.
func subsampling(ratio image.YCbCrSubsampleRatio) (across, down int) {
	switch ratio {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// widen fills row y of a chroma plane at full size from the nearest row of
// samples and the next nearest.
func widen(out, near, far []uint8, across, down, y int) {
	switch {
	case across == 1 && down == 1:
		copy(out, near)
	case across == 1:
		bias := uint32(1 + y%2)
		for x := range out {
			out[x] = uint8((3*uint32(near[x]) + uint32(far[x]) + bias) >> 2)
		}
	case across == 2 && down == 1 && len(near) > 2:
		smoothAcross(out, near)
	case across == 2 && down == 2 && len(near) > 2:
		smoothBoth(out, near, far)
	default: // libjpeg does not smooth these
		for x := range out {
			out[x] = near[x/across]
		}
	}
}

func smoothAcross(out, in []uint8) {
	left := uint32(in[0])
	for i, sample := range in {
		this, right := uint32(sample), uint32(in[min(i+1, len(in)-1)])
		out[2*i] = uint8((3*this + left + 1) >> 2)
		if 2*i+1 < len(out) {
			out[2*i+1] = uint8((3*this + right + 2) >> 2)
		}
		left = this
	}
}

func smoothBoth(out, near, far []uint8) {
	this := 3*uint32(near[0]) + uint32(far[0])
	left := this
	for i := range near {
		right := this
		if i+1 < len(near) {
			right = 3*uint32(near[i+1]) + uint32(far[i+1])
		}
		out[2*i] = uint8((3*this + left + 8) >> 4)
		if 2*i+1 < len(out) {
			out[2*i+1] = uint8((3*this + right + 7) >> 4)
		}
		left, this = this, right
	}
}

// toRGB converts one row; out has three bytes for each of y.
func toRGB(out, y, blue, red []uint8) {
	const half = 1 << 15
	blue, red = blue[:len(y)], red[:len(y)]
	for x, luma := range y {
		yy, cb, cr := int32(luma), int32(blue[x])-128, int32(red[x])-128
		o := out[3*x:][:3]
		o[0] = clamp(yy + (91881*cr+half)>>16)
		o[1] = clamp(yy + (half-22554*cb-46802*cr)>>16)
		o[2] = clamp(yy + (116130*cb+half)>>16)
	}
}

// clamp limits v to what a byte holds.
func clamp(v int32) uint8 { return uint8(max(0, min(255, v))) }
