package jpeg

import "github.com/lince-ml/lince/images/internal/kernel"

// row returns row y of the component at the picture's width: its own samples
// or, in scratch, what lies between them. Where the frame has twice as many
// columns or rows the result weighs the nearest sample three times as much as
// the next nearest; other ratios repeat samples, and so do planes too narrow
// and blocks of one sample, as in libjpeg.
func (f *frame) row(c *component, y int, scratch []uint8) []uint8 {
	sameH, sameV := c.fineH == f.h, c.fineV == f.v
	twiceH, twiceV := 2*c.fineH == f.h && f.size > 1, 2*c.fineV == f.v && f.size > 1
	wide := c.width > 2
	switch {
	case sameV && sameH:
		return c.line(y)
	case sameV && twiceH && wide:
		kernel.Smooth(scratch, c.line(y), c.line(y), 8, 7)
	case twiceV && sameH:
		smoothDown(scratch, c.line(y/2), c.line(c.next(y)), 1+y%2)
	case twiceV && twiceH && wide:
		kernel.Smooth(scratch, c.line(y/2), c.line(c.next(y)), 7, 8)
	default:
		line := c.line(y * c.fineV / f.v)
		for x := range f.width {
			scratch[x] = line[x*c.fineH/f.h]
		}
	}
	return scratch[:f.width]
}

// line returns the samples of a row.
func (c *component) line(y int) []uint8 { return c.samples[y*c.size*c.stride:][:c.width] }

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
