package jpeg

import "github.com/lince-ml/lince/images/internal/kernel"

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
		kernel.Smooth(scratch, c.line(y), c.line(y), 8, 7)
	case tall && c.h == f.h:
		smoothDown(scratch, c.line(y/2), c.line(c.next(y)), 1+y%2)
	case tall && wider && wide:
		kernel.Smooth(scratch, c.line(y/2), c.line(c.next(y)), 7, 8)
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
