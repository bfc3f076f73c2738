package jpeg

import (
	"encoding/binary"

	"github.com/lince-ml/lince/images/internal/kernel"
)

// fill writes the 8×8 samples of a block that has only a DC coefficient, in
// rows of stride bytes.
func fill(out []uint8, stride int, dc int16) {
	const ones = 0x0101010101010101
	sample := max(0, min(255, (int64(dc)+4)>>3+128))
	for y := range 8 {
		binary.LittleEndian.PutUint64(out[y*stride:], uint64(sample)*ones)
	}
}

// inverse transforms a block whose levels beyond DC may be zero, and clears
// them.
func inverse(out []uint8, stride int, levels, steps *kernel.Block, flat bool) {
	if flat {
		fill(out, stride, levels[0]*steps[0])
		levels[0] = 0
		return
	}
	kernel.InverseDCT(out, stride, levels, steps)
}
