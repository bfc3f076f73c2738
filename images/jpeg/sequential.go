package jpeg

import (
	"encoding/binary"

	"github.com/lince-ml/lince/images/internal/kernel"
)

// levels is a block with room beyond for what is not to be kept.
type levels [2 * blockSize]int16

func (l *levels) block() *kernel.Block { return (*kernel.Block)(l[:]) }

// zigzag gives the natural place (8·row + column) of each coefficient in the
// order of the file. Zeros that run past the end lead to the last place, and
// what lies beyond those is not kept.
var zigzag = func() (places [256]uint8) {
	for i := range places {
		places[i] = blockSize
	}
	copy(places[:], []uint8{
		0, 1, 8, 16, 9, 2, 3, 10,
		17, 24, 32, 25, 18, 11, 4, 5,
		12, 19, 26, 33, 40, 48, 41, 34,
		27, 20, 13, 6, 7, 14, 21, 28,
		35, 42, 49, 56, 57, 50, 43, 36,
		29, 22, 15, 23, 30, 37, 44, 51,
		58, 59, 52, 45, 38, 31, 39, 46,
		53, 60, 61, 54, 47, 55, 62, 63,
		63, 63, 63, 63, 63, 63, 63, 63,
		63, 63, 63, 63, 63, 63, 63, 63,
	})
	return places
}()

// readSequential decodes a block of a frame that is not progressive, and its
// pixels.
func (d *Decoder) readSequential(c *component, x, y int) error {
	change, err := d.bits.difference(c.dc)
	if err != nil {
		return err
	}
	c.predicted += change
	d.block[0] = int16(c.predicted)
	flat, err := d.bits.coefficients(&d.block, c.ac)
	if err != nil {
		return err
	}
	c.inverse(d.block.block(), x, y, flat)
	return nil
}

// coefficients decodes the AC levels of a block (T.81, F.2.2.2); flat reports
// that all are zero. It is where a decoder spends its time, so it keeps the
// reader's state at hand.
func (r *bitReader) coefficients(b *levels, t *huffman) (flat bool, err error) {
	data, pos, buffer, count := r.data, r.pos, r.buffer, r.count
	k := uint(0) // the place of the last level, beyond more after the block's end
	for k < blockSize-1 {
		buffer |= binary.BigEndian.Uint64(data[pos:]) >> (count & 63)
		pos += int(63-count) >> 3
		count |= 56
		p := &t.pairs[buffer>>(64-lookBits)]
		k1 := k + uint(p.steps[0])
		if p.skipped != 0 && k1-(blockSize-1) >= beyond-(blockSize-1) {
			k = k1 + uint(p.steps[1])
			b[zigzag[uint8(k1)]&127] = p.levels[0]
			b[zigzag[uint8(k)]&127] = p.levels[1]
			buffer <<= p.skipped & 63
			count -= uint(p.skipped)
			continue
		}
		entry := t.look[buffer>>(64-lookBits)]
		symbol, length := uint8(entry>>8), uint(entry&63)
		value := entry >> 16
		if value == 0 {
			if entry == 0 {
				if symbol, length = t.long(buffer); length == 0 {
					return false, errCode
				}
			}
			size := uint(symbol & 15)
			if size == 0 {
				buffer <<= length & 63
				count -= length
				if symbol == 0xf0 {
					k += 16
				} else {
					k += beyond
				}
				continue
			}
			bits := buffer << (length & 63)
			negative := ^int64(bits) >> 63
			value = int32(int64(bits>>((64-size)&63)) - (1<<size-1)&negative)
			length += size
		}
		buffer <<= length & 63
		count -= length
		k += uint(symbol>>4) + 1
		b[zigzag[uint8(k)]&127] = int16(value)
	}
	r.pos, r.buffer, r.count = pos, buffer, count
	return k == beyond, nil
}
