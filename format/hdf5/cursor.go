package hdf5

import (
	"encoding/binary"
	"fmt"
	"math"
)

// undefined is the address of what a file does not have.
const undefined int64 = -1

// cursor takes little-endian fields off the front of a block. After the first
// field that does not fit it gives zeros; the reader looks at err once, before
// it uses what it took.
type cursor struct {
	file *File
	rest []byte
	err  error
}

func (c *cursor) take(n int) []byte {
	if c.err == nil && (n < 0 || n > len(c.rest)) {
		c.err = fmt.Errorf("a field of %d bytes where %d are left", n, len(c.rest))
	}
	if c.err != nil {
		return nil
	}
	taken := c.rest[:n:n]
	c.rest = c.rest[n:]
	return taken
}

func (c *cursor) skip(n int) { c.take(n) }

// number takes an unsigned integer of 0 to 8 bytes.
func (c *cursor) number(n int) uint64 {
	var wide [8]byte
	copy(wide[:], c.take(n))
	return binary.LittleEndian.Uint64(wide[:])
}

func (c *cursor) u8() int  { return int(c.number(1)) }
func (c *cursor) u16() int { return int(c.number(2)) }
func (c *cursor) u32() int { return int(c.number(4)) }

// length takes a size of the width the superblock gives sizes.
func (c *cursor) length() int64 { return c.size(c.file.lengthSize) }

// size takes a size of n bytes.
func (c *cursor) size(n int) int64 {
	value := c.number(n)
	if value > math.MaxInt64 && c.err == nil {
		c.err = fmt.Errorf("the size %d is beyond any file", value)
	}
	return int64(value)
}

// address takes a file address, undefined where all its bits are set.
func (c *cursor) address() int64 {
	width := c.file.offsetSize
	value := c.number(width)
	if value == math.MaxUint64>>(64-8*width) {
		return undefined
	}
	if value > math.MaxInt64 && c.err == nil {
		c.err = fmt.Errorf("the address %d is beyond any file", value)
	}
	return int64(value)
}

// signature takes four letters and compares them.
func (c *cursor) signature(want string) {
	if got := string(c.take(4)); c.err == nil && got != want {
		c.err = fmt.Errorf("expected the signature %q, found %q", want, got)
	}
}

// version takes the byte that numbers a structure's version; only one is known.
func (c *cursor) version(known int) {
	if got := c.u8(); c.err == nil && got != known {
		c.err = fmt.Errorf("version %d, only %d is known", got, known)
	}
}
