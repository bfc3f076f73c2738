package hdf5

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// checksum takes the four bytes that guard all of block before them.
func (c *cursor) checksum(f *File, block []byte) {
	guarded := len(block) - len(c.rest)
	want := uint32(c.number(4))
	if c.err != nil || f.unchecked {
		return
	}
	if got := lookup3(block[:guarded]); got != want {
		c.err = fmt.Errorf("checksum %08x, expected %08x: the file is damaged", got, want)
	}
}

// lookup3 is Bob Jenkins' hash of that name with the seed 0, which guards
// every structure of the format's second generation.
func lookup3(data []byte) uint32 {
	a := 0xdeadbeef + uint32(len(data))
	b, c := a, a
	for len(data) > 12 {
		a += binary.LittleEndian.Uint32(data)
		b += binary.LittleEndian.Uint32(data[4:])
		c += binary.LittleEndian.Uint32(data[8:])
		a, b, c = lookup3Mix(a, b, c)
		data = data[12:]
	}
	if len(data) == 0 {
		return c
	}
	var last [12]byte
	copy(last[:], data)
	a += binary.LittleEndian.Uint32(last[:])
	b += binary.LittleEndian.Uint32(last[4:])
	c += binary.LittleEndian.Uint32(last[8:])
	return lookup3Final(a, b, c)
}

func lookup3Mix(a, b, c uint32) (uint32, uint32, uint32) {
	for _, turn := range [...]int{4, 6, 8, 16, 19, 4} {
		a = (a - c) ^ bits.RotateLeft32(c, turn)
		c += b
		a, b, c = b, c, a
	}
	return a, b, c
}

func lookup3Final(a, b, c uint32) uint32 {
	for _, turn := range [...]int{14, 11, 25, 16, 4, 14, 24} {
		c = (c ^ b) - bits.RotateLeft32(b, turn)
		a, b, c = b, c, a
	}
	return b
}

// fletcher32 is the sum that the filter of that name appends to a chunk: over
// big-endian words of 16 bits, in ones' complement.
func fletcher32(data []byte) uint32 {
	var low, high uint32
	fold := func(sum uint32) uint32 { return sum&0xffff + sum>>16 }
	for i := 0; i < len(data); i += 2 {
		word := uint32(data[i]) << 8
		if i+1 < len(data) {
			word |= uint32(data[i+1])
		}
		low = fold(low + word)
		high = fold(high + low)
	}
	return high<<16 | low
}
