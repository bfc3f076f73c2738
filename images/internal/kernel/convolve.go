package kernel

// Precision is the binary places of an Axis' coefficients: 32 bits less 8 of
// the pixel and 2 for sums beyond it, as in Pillow.
const Precision = 32 - 8 - 2

const half = 1 << (Precision - 1)

// Axis says what each pixel along one axis of a picture that is resized sums
// over: the source's pixels from Start[i] on, weighed by Count[i] coefficients,
// which begin at i·Taps.
type Axis struct {
	Start, Count []int
	Coefficients []int32
	Taps         int
}

// Of returns the first source pixel of target pixel i and the coefficients.
func (a *Axis) Of(i int) (start int, coefficients []int32) {
	return a.Start[i], a.Coefficients[i*a.Taps:][:a.Count[i]]
}

// Across sums along a row of pixels of the given channels, 1, 3 or 4. Beyond
// the row src may go on, and dst too: the next row's first byte may be written.
func Across(dst, src []uint8, a *Axis, channels int) {
	n := len(a.Start) * channels
	if !nativeAcross(dst, src, a, channels) {
		across(dst[:n], src, a, channels)
	}
}

// across is the twin of the assembly.
func across(dst, src []uint8, a *Axis, channels int) {
	switch channels {
	case 1:
		a.across1(dst, src)
	case 3:
		a.across3(dst, src)
	default:
		a.across4(dst, src)
	}
}

func (a *Axis) across1(out, in []uint8) {
	for i := range out {
		start, coefficients := a.Of(i)
		in := in[start:][:len(coefficients)]
		sum := int32(half)
		for j, k := range coefficients {
			sum += int32(in[j]) * k
		}
		out[i] = clip(sum)
	}
}

func (a *Axis) across3(out, in []uint8) {
	for i := range a.Start {
		start, coefficients := a.Of(i)
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

func (a *Axis) across4(out, in []uint8) {
	for i := range a.Start {
		start, coefficients := a.Of(i)
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

// Down sums down the columns of rows that are stride bytes apart: len(dst)
// columns, with one coefficient for each row.
func Down(dst, src []uint8, stride int, coefficients []int32) {
	done := nativeDown(dst, src, stride, coefficients)
	down(dst[done:], src[done:], stride, coefficients)
}

// down is the twin of the assembly.
func down(dst, src []uint8, stride int, coefficients []int32) {
	const width = 64
	var sums [width]int32
	for len(dst) > 0 {
		n := min(width, len(dst))
		for x := range sums {
			sums[x] = half
		}
		for j, k := range coefficients {
			for x, v := range src[j*stride:][:n] {
				sums[x] += int32(v) * k
			}
		}
		for x, sum := range sums[:n] {
			dst[x] = clip(sum)
		}
		dst = dst[n:]
		if len(dst) > 0 {
			src = src[n:]
		}
	}
}

// clip drops the binary places and limits to what a byte holds.
func clip(sum int32) uint8 { return uint8(max(0, min(255, sum>>Precision))) }
