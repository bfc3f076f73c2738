package kernel

import "math"

// Line is a line through a picture of bytes, along which Bilinear takes pixels
// at x = First, First + Forward, First + 2·Forward …, where each lies at
//
//	(row, column) = Start + Step·x
//
// Assembly reads it, so no field may move.
type Line struct {
	Start, Step    [2]float64
	size           [2]float64 // height, width
	First, Forward float64
	pitch          [4]int32 // bytes between rows, between pixels, and again
	last           [4]int32 // row, column, and again
	width          int      // of a pixel of the result, in bytes
}

// Slack is how many bytes must follow those of a picture that is sampled.
const Slack = 3

// NewLine returns a line without direction through pictures of the size.
func NewLine(height, width, channels int) Line {
	row, column := int32(height-1), int32(width-1)
	stride, pixel := int32(width*channels), int32(channels)
	return Line{
		size:  [2]float64{float64(height), float64(width)},
		pitch: [4]int32{stride, pixel, stride, pixel}, last: [4]int32{row, column, row, column},
		width: 4 * channels,
	}
}

// Bilinear fills dst with the pixels along the line, each interpolated from the
// four around it and multiplied by scale. The outermost pixels stand for those
// beyond. The order of the arithmetic is that of SciPy's affine_transform.
func Bilinear(dst []float32, src []uint8, line *Line, scale float32) {
	done := nativeBilinear(dst, src, line, scale)
	bilinear(dst, src, line, done, scale)
}

// bilinear is the twin of the assembly, from the pixel of the given number on.
func bilinear(dst []float32, src []uint8, line *Line, from int, scale float32) {
	c := int(line.pitch[1])
	x := line.First + float64(from)*line.Forward
	for dst = dst[from*c:]; len(dst) >= c; dst = dst[c:] {
		top, bottom, above := line.neighbours(0, x)
		left, right, before := line.neighbours(1, x)
		below, after := 1-above, 1-before
		for i := range c {
			t := float64(float64(float64(src[top+left+i])*above) * before)
			t += float64(float64(float64(src[top+right+i])*above) * after)
			t += float64(float64(float64(src[bottom+left+i])*below) * before)
			t += float64(float64(float64(src[bottom+right+i])*below) * after)
			dst[i] = float32(t) * scale
		}
		x += line.Forward
	}
}

// neighbours returns where the two rows or columns around x begin, and the
// weight of the first.
func (l *Line) neighbours(axis int, x float64) (near, far int, weight float64) {
	at := l.Start[axis] + float64(x*l.Step[axis])
	floor := math.Floor(at)
	first := int(max(-1, min(l.size[axis], floor)))
	last, pitch := int(l.last[axis]), int(l.pitch[axis])
	return max(0, min(first, last)) * pitch, min(first+1, last) * pitch, 1 - (at - floor)
}

// Widen fills dst with as many of src's bytes, each multiplied by scale.
func Widen(dst []float32, src []uint8, scale float32) {
	done := nativeWiden(dst, src, scale)
	widen(dst[done:], src[done:], scale)
}

// widen is the twin of the assembly.
func widen(dst []float32, src []uint8, scale float32) {
	src = src[:len(dst)]
	for i, b := range src {
		dst[i] = float32(b) * scale
	}
}
