package jpeg

import "encoding/binary"

// zigzag gives the natural place (8·row + column) of each coefficient in the
// order of the file. Zeros that run past the end lead to the last place.
var zigzag = [blockSize + 16]uint8{
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
}

// readBlock decodes a block of a frame that is not progressive, and its pixels.
func (d *Decoder) readBlock(c *component, x, y int) error {
	if d.bits.pos > d.bits.end+8 {
		return errShort
	}
	change, err := d.bits.difference(c.dc)
	if err != nil {
		return err
	}
	c.predicted += change
	d.block[0] = c.predicted * c.quant.step[0]
	last, err := d.bits.coefficients(&d.block, c.ac, &c.quant.step)
	if err != nil {
		return err
	}
	inverse(&d.block, last, c.samples[(y*c.stride*8+x)*8:], c.stride*8)
	if last > 0 {
		d.block = [blockSize]int32{}
	}
	return nil
}

// coefficients decodes the AC coefficients of a block (T.81, F.2.2.2), times
// their steps, and returns the last in zigzag order that is not zero. It is
// where a decoder spends its time, so it keeps the reader's state at hand.
func (r *bitReader) coefficients(b *[blockSize]int32, t *huffman, step *[blockSize]int32) (last int, err error) {
	data, pos, buffer, count := r.data, r.pos, r.buffer, r.count
	for k := 1; k < blockSize; k++ {
		if count < 32 {
			buffer |= uint64(binary.BigEndian.Uint32(data[pos:])) << ((32 - count) & 63)
			pos += 4
			count += 32
		}
		entry := t.look[buffer>>(64-lookBits)]
		symbol, length := uint8(entry>>8), uint(entry&63)
		value := entry >> 16
		if value == 0 {
			if entry == 0 {
				if symbol, length = t.long(buffer); length == 0 {
					return 0, errCode
				}
			}
			size := uint(symbol & 15)
			if size == 0 {
				buffer <<= length & 63
				count -= length
				if symbol != 0xf0 {
					break // the end of the block
				}
				k += 15
				continue
			}
			bits := buffer << (length & 63)
			negative := ^int64(bits) >> 63
			value = int32(int64(bits>>((64-size)&63)) - (1<<size-1)&negative)
			length += size
		}
		buffer <<= length & 63
		count -= length
		k += int(symbol >> 4)
		place := zigzag[k] & 63
		b[place] = value * step[place]
		last = k
	}
	r.pos, r.buffer, r.count = pos, buffer, count
	return last, nil
}
