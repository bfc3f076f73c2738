package jpeg

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// slack is how many zero bytes follow a segment's own: more than one block can
// take, so that only its end needs to be checked.
const slack = 512

// bitReader reads the entropy-coded bytes between two markers, bits from the
// top.
type bitReader struct {
	data []byte // without the zeros stuffed after 0xff, and with slack
	end  int    // of data without slack
	pos  int    // of the byte that enters buffer next
	// buffer holds count bits at its top, and zeros or bits from pos on below.
	buffer uint64
	count  uint
}

// load takes the bytes up to the next marker and returns how many they are in
// content.
func (r *bitReader) load(content []byte) (int, error) {
	r.data = slices.Grow(r.data[:0], len(content)+slack)
	r.pos, r.buffer, r.count = 0, 0, 0
	for rest := content; ; {
		i := bytes.IndexByte(rest, 0xff)
		if i < 0 || i+1 == len(rest) {
			return 0, errTruncated
		}
		switch rest[i+1] {
		case 0: // stuffed after a byte 0xff of data
			r.data = append(r.data, rest[:i+1]...)
			rest = rest[i+2:]
		case 0xff: // may fill the space before a marker
			r.data = append(r.data, rest[:i]...)
			rest = rest[i+1:]
		default:
			r.data = append(r.data, rest[:i]...)
			r.end = len(r.data)
			r.data = r.data[:r.end+slack]
			clear(r.data[r.end:])
			return len(content) - len(rest) + i, nil
		}
	}
}

// overrun reports whether more bits were taken than there are.
func (r *bitReader) overrun() bool { return r.pos*8-int(r.count) > r.end*8 }

// refill makes 32 bits or more ready, enough for a code and the bits after it.
func (r *bitReader) refill() {
	if r.count < 32 {
		r.buffer |= uint64(binary.BigEndian.Uint32(r.data[r.pos:])) << ((32 - r.count) & 63)
		r.pos += 4
		r.count += 32
	}
}

func (r *bitReader) skip(n uint) {
	r.buffer <<= n & 63
	r.count -= n
}

// take returns the next n bits, which are ready.
func (r *bitReader) take(n uint) int {
	value := r.buffer >> 1 >> ((63 - n) & 63)
	r.skip(n)
	return int(value)
}

// bit returns the next bit.
func (r *bitReader) bit() bool {
	if r.count == 0 {
		r.refill()
	}
	set := int64(r.buffer) < 0
	r.buffer <<= 1
	r.count--
	return set
}

// signed returns a number of the given size as T.81 F.1.2.1 codes them: those
// that begin with a zero bit are negative.
func (r *bitReader) signed(size uint) int32 {
	negative := ^int64(r.buffer) >> 63
	value := int64(r.take(size)) - (1<<(size&63)-1)&negative
	return int32(value)
}
