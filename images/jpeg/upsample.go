package jpeg

import "encoding/binary"

// row returns row y of the component at the picture's width: its own samples
// or, in scratch, what lies between them. Where the frame has twice as many
// columns or rows the result weighs the nearest sample three times as much as
// the next nearest; other ratios repeat samples, and so do planes too narrow,
// as in libjpeg.
func (f *frame) row(c *component, y int, scratch []uint8) []uint8 {
	wide, wider, tall := c.width > 2, 2*c.h == f.h, 2*c.v == f.v
	switch {
	case c.v == f.v && c.h == f.h:
		return c.line(y)
	case c.v == f.v && wider && wide:
		smooth(scratch, c.line(y), c.line(y), 8, 7)
	case tall && c.h == f.h:
		smoothDown(scratch, c.line(y/2), c.line(c.next(y)), 1+y%2)
	case tall && wider && wide:
		smooth(scratch, c.line(y/2), c.line(c.next(y)), 7, 8)
	default:
		line := c.line(y * c.v / f.v)
		for x := range f.width {
			scratch[x] = line[x*c.h/f.h]
		}
	}
	return scratch[:f.width]
}

// line returns the samples of a row.
func (c *component) line(y int) []uint8 { return c.samples[y*8*c.stride:][:c.width] }

// next returns the row of samples that is the next nearest of a picture of
// twice as many rows.
func (c *component) next(y int) int {
	if y%2 == 0 {
		return max(0, y/2-1)
	}
	return min(c.height-1, y/2+1)
}

// smoothDown rounds down above a sample and up below it, by its last argument.
func smoothDown(out, near, far []uint8, rounding int) {
	out, far = out[:len(near)], far[:len(near)]
	for x, sample := range near {
		out[x] = uint8((3*uint32(sample) + uint32(far[x]) + uint32(rounding)) >> 2)
	}
}

// Eight samples are worked on at once, in two numbers of four lanes of 16 bits.
const (
	lanes    = 0x00ff00ff00ff00ff
	lanePair = 0x0000ffff0000ffff
	ones     = 0x0001000100010001
)

// smooth makes twice as many samples of two lines, of which near weighs three
// times as much; out may be shorter by one sample. past and before round the
// sixteenths of the result's samples past and before one of the line's.
func smooth(out, near, far []uint8, past, before uint64) {
	far = far[:len(near)]
	last := 3*uint64(near[0]) + uint64(far[0])
	out[0] = uint8((4*last + before) >> 4)
	out, near, far = out[1:], near[1:], far[1:]
	for len(near) >= 8 && len(far) >= 8 && len(out) >= 16 {
		n, f := binary.LittleEndian.Uint64(near), binary.LittleEndian.Uint64(far)
		even, odd := 3*(n&lanes)+f&lanes, 3*(n>>8&lanes)+f>>8&lanes
		first := between(odd<<16|last, even, past*ones, before*ones)
		second := between(even, odd, past*ones, before*ones)
		binary.LittleEndian.PutUint64(out, spread(first&(1<<32-1))|spread(second&(1<<32-1))<<16)
		binary.LittleEndian.PutUint64(out[8:], spread(first>>32)|spread(second>>32)<<16)
		last = odd >> 48
		out, near, far = out[16:], near[8:], far[8:]
	}
	for x := range near {
		this := 3*uint64(near[x]) + uint64(far[x])
		binary.LittleEndian.PutUint16(out[2*x:], uint16(between(last, this, past, before)))
		last = this
	}
	out[2*len(near)] = uint8((4*last + past) >> 4)
}

// between returns in each lane the two samples between left and right, which
// are sixteenths.
func between(left, right, past, before uint64) uint64 {
	return (3*left+right+past)>>4&lanes | (3*right+left+before)>>4&lanes<<8
}

// spread moves the second of two lanes to the third.
func spread(two uint64) uint64 { return (two | two<<16) & lanePair }
