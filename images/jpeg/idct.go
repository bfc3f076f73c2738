package jpeg

import (
	"encoding/binary"

	"github.com/lince-ml/lince/images/internal/kernel"
)

// inverse transforms the levels of a block, number x in row y of blocks, to its
// samples and clears them. flat says that those beyond DC are zero.
func (c *component) inverse(levels *kernel.Block, x, y int, flat bool) {
	stride := c.stride * c.size
	out := c.samples[(y*stride+x)*c.size:]
	switch {
	case flat:
		c.fill(out, stride, kernel.Mean(levels[0]*c.quant.step[0]))
		levels[0] = 0
	case c.size == 8:
		kernel.InverseDCT(out, stride, levels, &c.quant.step)
	default:
		kernel.ReducedDCT(out, stride, c.size, levels, &c.quant.step)
	}
}

// fill gives all of a block the same sample.
func (c *component) fill(out []uint8, stride int, sample uint8) {
	const ones = 0x0101010101010101
	for y := range c.size {
		if c.size == 8 {
			binary.LittleEndian.PutUint64(out[y*stride:], uint64(sample)*ones)
			continue
		}
		for x := range c.size {
			out[y*stride+x] = sample
		}
	}
}
