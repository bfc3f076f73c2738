package resize

import (
	"math"

	"github.com/lince-ml/lince/images/picture"
)

// precision is the binary places of the coefficients: 32 bits less 8 of the
// pixel and 2 for sums beyond it.
const precision = 32 - 8 - 2

// pillowAxis holds what each pixel along one axis of the target sums over: the
// source pixels from start[i], weighed by count[i] coefficients.
type pillowAxis struct {
	start, count []int
	coefficients []int32 // taps of them for each target pixel
	weights      []float64
	taps         int
}

// set computes the coefficients for resizing the length pixels from offset, of
// an axis with size pixels, to target pixels.
func (a *pillowAxis) set(offset, length, size, target int, kernel func(float64) float64, support float64) {
	scale := float64(length) / float64(target)
	stretch := max(1, scale)
	support *= stretch
	a.taps = int(math.Ceil(support))*2 + 1
	a.start, a.count = grow(a.start, target), grow(a.count, target)
	a.weights, a.coefficients = grow(a.weights, a.taps), grow(a.coefficients, a.taps*target)
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
		a.start[i], a.count[i] = first, len(weights)
		coefficients := a.coefficients[i*a.taps:][:len(weights)]
		for j, w := range weights {
			if sum != 0 {
				w /= sum
			}
			coefficients[j] = fixedPoint(w)
		}
	}
}

func fixedPoint(w float64) int32 {
	scaled := w * (1 << precision)
	if w < 0 {
		return int32(scaled - 0.5)
	}
	return int32(scaled + 0.5)
}

// of returns the source pixels of target pixel i and their coefficients.
func (a *pillowAxis) of(i int) (start int, coefficients []int32) {
	return a.start[i], a.coefficients[i*a.taps:][:a.count[i]]
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
		r.vertical.flatten(r.between, all, r.sum(all.stride))
		r.horizontal.narrow(dst.Pix, strip{pix: r.between, stride: all.stride}, c)
	case across && down:
		first, end := r.vertical.reach()
		rows := all.rows(first, end)
		r.between = grow(r.between, (end-first)*dst.Width*c)
		r.horizontal.narrow(r.between, rows, c)
		r.vertical.flatten(dst.Pix, strip{pix: r.between, stride: dst.Width * c, first: first}, r.sum(dst.Width*c))
	case across:
		r.horizontal.narrow(dst.Pix, all.rows(region.Top, region.Top+region.Height), c)
	case down:
		all.left = region.Left * c
		r.vertical.flatten(dst.Pix, all, r.sum(dst.Width*c))
	default:
		for y := range dst.Height {
			from := (region.Top+y)*all.stride + region.Left*c
			copy(dst.Pix[y*dst.Width*c:][:dst.Width*c], src.Pix[from:])
		}
	}
}

func (r *Resizer) sum(n int) []int32 {
	r.sums = grow(r.sums, n)
	return r.sums
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
	last := len(a.start) - 1
	return a.start[0], a.start[last] + a.count[last]
}

// narrow sums along each row of pixels with c channels.
func (a *pillowAxis) narrow(dst []uint8, src strip, c int) {
	for in := src.pix; len(in) > 0; in = in[src.stride:] {
		out := dst[:len(a.start)*c]
		dst = dst[len(out):]
		switch c {
		case 1:
			a.narrow1(out, in)
		case 3:
			a.narrow3(out, in)
		default:
			a.narrow4(out, in)
		}
	}
}

const half = 1 << (precision - 1)

func (a *pillowAxis) narrow1(out, in []uint8) {
	for i := range out {
		start, coefficients := a.of(i)
		in := in[start:][:len(coefficients)]
		sum := int32(half)
		for j, k := range coefficients {
			sum += int32(in[j]) * k
		}
		out[i] = clip(sum)
	}
}

func (a *pillowAxis) narrow3(out, in []uint8) {
	for i := range a.start {
		start, coefficients := a.of(i)
		p := in[start*3:]
		r, g, b := int32(half), int32(half), int32(half)
		for _, k := range coefficients {
			p3 := p[:3]
			r += int32(p3[0]) * k
			g += int32(p3[1]) * k
			b += int32(p3[2]) * k
			p = p[3:]
		}
		o := out[i*3:][:3]
		o[0], o[1], o[2] = clip(r), clip(g), clip(b)
	}
}

func (a *pillowAxis) narrow4(out, in []uint8) {
	for i := range a.start {
		start, coefficients := a.of(i)
		p := in[start*4:]
		r, g, b, alpha := int32(half), int32(half), int32(half), int32(half)
		for _, k := range coefficients {
			p4 := p[:4]
			r += int32(p4[0]) * k
			g += int32(p4[1]) * k
			b += int32(p4[2]) * k
			alpha += int32(p4[3]) * k
			p = p[4:]
		}
		o := out[i*4:][:4]
		o[0], o[1], o[2], o[3] = clip(r), clip(g), clip(b), clip(alpha)
	}
}

// flatten sums down the columns, len(sums) of them.
func (a *pillowAxis) flatten(dst []uint8, src strip, sums []int32) {
	for i := range a.start {
		start, coefficients := a.of(i)
		for x := range sums {
			sums[x] = half
		}
		from := (start-src.first)*src.stride + src.left
		for _, k := range coefficients {
			row := src.pix[from:][:len(sums)]
			from += src.stride
			for x, v := range row {
				sums[x] += int32(v) * k
			}
		}
		out := dst[i*len(sums):][:len(sums)]
		for x, sum := range sums {
			out[x] = clip(sum)
		}
	}
}

// clip drops the binary places and limits to what a byte holds.
func clip(sum int32) uint8 { return uint8(max(0, min(255, sum>>precision))) }
