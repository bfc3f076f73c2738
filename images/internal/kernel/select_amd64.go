//go:build amd64 && !noasm

package kernel

import "golang.org/x/sys/cpu"

// The functions here report whether they did the work.

func nativeInverseDCT(dst []uint8, stride int, levels, steps *Block) bool {
	if !cpu.X86.HasAVX2 {
		return false
	}
	_ = dst[7*stride+7]
	inverseDCTAVX2(&dst[0], stride, &levels[0], &steps[0])
	return true
}

func nativeHalfDCT(dst []uint8, stride int, levels, steps *Block) bool {
	if !cpu.X86.HasAVX2 {
		return false
	}
	_ = dst[3*stride+3]
	halfDCTAVX2(&dst[0], stride, &levels[0], &steps[0])
	return true
}

// smoothStep is how many samples the assembly takes at once, colorStep how many
// pixels. The last of a row are done again with some before them.
const (
	smoothStep = 16
	colorStep  = 32
)

func nativeSmooth(out, near, far []uint8, past, before uint64) bool {
	n := len(near)
	if n < smoothStep+2 || !cpu.X86.HasAVX2 {
		return false
	}
	far, out = far[:n], out[:2*n]
	smoothAVX2(&out[2], &near[1], &far[1], (n-2)/smoothStep, past, before)
	tail := n - 1 - smoothStep
	smoothAVX2(&out[2*tail], &near[tail], &far[tail], 1, past, before)
	var edges [4]uint8
	smooth(edges[:], near[:2], far[:2], past, before)
	copy(out, edges[:2])
	smooth(edges[:], near[n-2:], far[n-2:], past, before)
	copy(out[2*n-2:], edges[2:])
	return true
}

func nativeColors(out, luma, blue, red []uint8) bool {
	n := len(luma)
	if n < colorStep || !cpu.X86.HasAVX2 {
		return false
	}
	out, blue, red = out[:3*n], blue[:n], red[:n]
	colorsAVX2(&out[0], &luma[0], &blue[0], &red[0], n/colorStep)
	if tail := n - colorStep; n%colorStep != 0 {
		colorsAVX2(&out[3*tail], &luma[tail], &blue[tail], &red[tail], 1)
	}
	return true
}

// The functions below return how much they did.

func nativeBilinear(dst []float32, src []uint8, line *Line, scale float32) (pixels int) {
	c := int(line.pitch[1])
	pixels = (len(dst) - 4 + c) / c // whose four values are inside dst
	if pixels < 1 || !cpu.X86.HasAVX2 {
		return 0
	}
	_ = src[(int(line.last[0])+1)*int(line.pitch[0])+Slack-1]
	bilinearAVX2(&dst[0], &src[0], &line.Start[0], pixels, scale)
	return pixels
}

// widenStep is how many values the assembly takes at once.
const widenStep = 16

func nativeWiden(dst []float32, src []uint8, scale float32) (values int) {
	count := len(dst) / widenStep
	if count < 1 || !cpu.X86.HasAVX2 {
		return 0
	}
	src = src[:len(dst)]
	widenAVX2(&dst[0], &src[0], count, scale)
	return count * widenStep
}

func nativeAcross(dst, src []uint8, a *Axis, channels int) bool {
	last := len(a.Start) - 1
	if channels != 3 && channels != 4 || last < 0 || !cpu.X86.HasAVX2 {
		return false
	}
	// Starts and ends of what is read rise.
	end := (a.Start[last] + a.Count[last]) * channels
	if end+4-channels > len(src) || last*channels+4 > len(dst) {
		return false
	}
	_ = a.Coefficients[last*a.Taps+a.Taps-1]
	acrossAVX2(&dst[0], &src[0], &a.Start[0], &a.Count[:last+1][0], &a.Coefficients[0], a.Taps, last+1, channels)
	return true
}

// downStep is how many columns the assembly takes at once.
const downStep = 32

func nativeDown(dst, src []uint8, stride int, coefficients []int32) (columns int) {
	count := len(dst) / downStep
	if count < 1 || len(coefficients) == 0 || !cpu.X86.HasAVX2 {
		return 0
	}
	_ = src[(len(coefficients)-1)*stride+count*downStep-1]
	downAVX2(&dst[0], &src[0], stride, &coefficients[0], len(coefficients), count)
	return count * downStep
}
