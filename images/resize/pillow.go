package resize

import (
	"math"

	"github.com/lince-ml/lince/images/internal/kernel"
	"github.com/lince-ml/lince/images/picture"
)

// pillowAxis holds what each pixel along one axis of the target sums over.
type pillowAxis struct {
	kernel.Axis
	weights []float64 // of one target pixel
}

// set computes the coefficients for resizing the length pixels from offset, of
// an axis with size pixels, to target pixels.
func (a *pillowAxis) set(offset, length, size, target int, kernel func(float64) float64, support float64) {
	scale := float64(length) / float64(target)
	stretch := max(1, scale)
	support *= stretch
	a.Taps = int(math.Ceil(support))*2 + 1
	a.Start, a.Count = grow(a.Start, target), grow(a.Count, target)
	a.weights, a.Coefficients = grow(a.weights, a.Taps), grow(a.Coefficients, a.Taps*target)
	shrink := 1 / stretch
	for i := range target {
		center := float64(offset) + float64((float64(i)+0.5)*scale)
		first := max(0, int(center-support+0.5))
		end := min(size, int(center+support+0.5))
		weights := a.weights[:max(0, end-first)]
		sum := 0.0
		for j := range weights {
			weights[j] = kernel((float64(j+first) - center + 0.5) * shrink)
			sum += weights[j]
		}
		a.Start[i], a.Count[i] = first, len(weights)
		coefficients := a.Coefficients[i*a.Taps:][:len(weights)]
		for j, w := range weights {
			if sum != 0 {
				w /= sum
			}
			coefficients[j] = fixedPoint(w)
		}
	}
}

func fixedPoint(w float64) int32 {
	scaled := w * (1 << kernel.Precision)
	if w < 0 {
		return int32(scaled - 0.5)
	}
	return int32(scaled + 0.5)
}

// convolve runs one pass along the rows and one down the columns, each rounding
// to bytes and each left out where it changes no size. The columns come first
// where the height shrinks by over twice what the width does, as in Pillow 13.
func (r *Resizer) convolve(dst, src *picture.Picture, region Region, kernel func(float64) float64, support float64) {
	across, down := dst.Width != region.Width, dst.Height != region.Height
	if across {
		r.horizontal.set(region.Left, region.Width, src.Width, dst.Width, kernel, support)
	}
	if down {
		r.vertical.set(region.Top, region.Height, src.Height, dst.Height, kernel, support)
	}
	c := src.Channels
	shorter := src.Height - dst.Height
	switch all := band(src); {
	case across && down && shorter > 0 && shorter > 2*(src.Width-dst.Width):
		r.between = grow(r.between, dst.Height*all.stride)
		r.vertical.flatten(r.between, all, all.stride)
		r.horizontal.narrow(dst.Pix, strip{pix: r.between, stride: all.stride}, c)
	case across && down:
		first, end := r.vertical.reach()
		rows := all.rows(first, end)
		r.between = grow(r.between, (end-first)*dst.Width*c)
		r.horizontal.narrow(r.between, rows, c)
		r.vertical.flatten(dst.Pix, strip{pix: r.between, stride: dst.Width * c, first: first}, dst.Width*c)
	case across:
		r.horizontal.narrow(dst.Pix, all.rows(region.Top, region.Top+region.Height), c)
	case down:
		all.left = region.Left * c
		r.vertical.flatten(dst.Pix, all, dst.Width*c)
	default:
		for y := range dst.Height {
			from := (region.Top+y)*all.stride + region.Left*c
			copy(dst.Pix[y*dst.Width*c:][:dst.Width*c], src.Pix[from:])
		}
	}
}

// strip is rows of stride bytes: those of a picture from row first on, of
// which the bytes from left on count.
type strip struct {
	pix                 []uint8
	stride, first, left int
}

func band(p *picture.Picture) strip { return strip{pix: p.Pix, stride: p.Width * p.Channels} }

func (s strip) rows(first, end int) strip {
	return strip{pix: s.pix[first*s.stride : end*s.stride], stride: s.stride, first: first}
}

// reach returns the first source pixel that counts and the one after the last.
func (a *pillowAxis) reach() (first, end int) {
	last := len(a.Start) - 1
	return a.Start[0], a.Start[last] + a.Count[last]
}

// narrow sums along each row of pixels with c channels.
func (a *pillowAxis) narrow(dst []uint8, src strip, c int) {
	for in := src.pix; len(in) > 0; in = in[src.stride:] {
		kernel.Across(dst, in, &a.Axis, c)
		dst = dst[len(a.Start)*c:]
	}
}

// flatten sums down the columns, width bytes of them.
func (a *pillowAxis) flatten(dst []uint8, src strip, width int) {
	for i := range a.Start {
		start, coefficients := a.Of(i)
		from := (start-src.first)*src.stride + src.left
		kernel.Down(dst[i*width:][:width], src.pix[from:], src.stride, coefficients)
	}
}
