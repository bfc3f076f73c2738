package jpeg

import (
	"encoding/binary"
	"fmt"

	"github.com/lince-ml/lince/images/internal/kernel"
)

const (
	blockSize     = kernel.BlockSize
	maxComponents = 4
)

// frame is the picture as its header declares it.
type frame struct {
	width, height int
	progressive   bool
	size          int // samples of a block along either axis: 8, or 4, 2, 1 where the scale is reduced
	h, v          int // largest sampling factors
	across, down  int // MCUs
	components    []component
}

// component is one colour of a frame.
type component struct {
	id           uint8
	h, v         int // sampling factors
	size         int // samples of a block along either axis, up to 8 times fewer than coefficients
	fineH, fineV int // the samples' sampling factors, which larger blocks double
	width        int // samples that the picture covers
	height       int
	across, down int // blocks that the picture covers
	stride       int // blocks in a row of whole MCUs
	rows         int // rows of blocks of whole MCUs

	quant   *quantTable // as it was at the first scan
	table   uint8       // number of the quantization table
	scanned bool
	samples []uint8        // rows of size·stride bytes
	levels  []kernel.Block // of progressive frames, block by block

	// Of the scan that is being read:
	dc, ac    *huffman
	predicted int32 // the level of DC before this block
}

// buffers are the memory of a component that outlives a file.
type buffers struct {
	samples []uint8
	levels  []kernel.Block
	row     []uint8 // one at the picture's width
	quant   quantTable
}

func (f *frame) config() Config {
	return Config{Width: f.width, Height: f.height, Components: len(f.components)}
}

func (d *Decoder) readFrame(segment []byte, progressive bool) error {
	if len(d.frame.components) > 0 {
		return FormatError("a second frame")
	}
	if len(segment) < 6 || len(segment) < 6+3*int(segment[5]) {
		return FormatError("a frame header of too few bytes")
	}
	if segment[0] != 8 {
		return UnsupportedError(fmt.Sprintf("a precision of %d bits", segment[0]))
	}
	f := frame{
		height:      int(binary.BigEndian.Uint16(segment[1:])),
		width:       int(binary.BigEndian.Uint16(segment[3:])),
		progressive: progressive,
	}
	count := int(segment[5])
	limit := d.MaxPixels
	if limit <= 0 {
		limit = DefaultMaxPixels
	}
	switch {
	case f.width == 0:
		return FormatError("a width of 0")
	case f.height == 0:
		return UnsupportedError("a height of 0, given after the first scan")
	case f.height > limit/f.width:
		return SizeError{Width: f.width, Height: f.height, MaxPixels: limit}
	case count != 1 && count != 3 && count != 4:
		return UnsupportedError(fmt.Sprintf("a picture of %d components", count))
	}
	d.components = [maxComponents]component{}
	f.components = d.components[:count]
	for i := range f.components {
		if err := f.components[i].declare(segment[6+3*i:], f.components[:i]); err != nil {
			return err
		}
	}
	f.size = 8
	if d.Scale > 1 {
		f.size /= d.Scale
	}
	f.lay()
	d.frame = f
	return nil
}

// declare reads a component's three bytes; others are those before it.
func (c *component) declare(declaration []byte, others []component) error {
	c.id, c.h, c.v, c.table = declaration[0], int(declaration[1]>>4), int(declaration[1]&15), declaration[2]
	if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 {
		return FormatError(fmt.Sprintf("sampling factors %d×%d, expected 1 … 4", c.h, c.v))
	}
	if c.table > 3 {
		return FormatError(fmt.Sprintf("quantization table %d, expected 0 … 3", c.table))
	}
	for _, other := range others {
		if other.id == c.id {
			return FormatError(fmt.Sprintf("two components with the number %d", c.id))
		}
	}
	return nil
}

// lay computes the sizes that follow from the sampling factors (T.81, A.1.1
// and A.2) and from the scale, and reduces the frame's.
func (f *frame) lay() {
	for _, c := range f.components {
		f.h, f.v = max(f.h, c.h), max(f.v, c.v)
	}
	f.across, f.down = ceil(f.width, 8*f.h), ceil(f.height, 8*f.v)
	for i := range f.components {
		c := &f.components[i]
		c.across, c.down = ceil(f.width*c.h, f.h*8), ceil(f.height*c.v, f.v*8)
		c.stride, c.rows = f.across*c.h, f.down*c.v
		// A component of fewer samples is reduced less, where that makes up for it.
		c.size, c.fineH, c.fineV = f.size, c.h, c.v
		for c.size < 8 && f.h%(2*c.fineH) == 0 && f.v%(2*c.fineV) == 0 {
			c.size, c.fineH, c.fineV = 2*c.size, 2*c.fineH, 2*c.fineV
		}
		c.width, c.height = ceil(f.width*c.h*c.size, f.h*8), ceil(f.height*c.v*c.size, f.v*8)
	}
	f.width, f.height = ceil(f.width*f.size, 8), ceil(f.height*f.size, 8)
}

// ceil is a/b, rounded up.
func ceil(a, b int) int { return (a + b - 1) / b }

// allocate takes the memory of all components, unless the rest of the file is
// too short to fill it: a block takes one bit at least, two where one scan
// holds all of it.
func (d *Decoder) allocate() error {
	blocks := 0
	for _, c := range d.frame.components {
		blocks += c.across * c.down
	}
	if !d.frame.progressive {
		blocks *= 2
	}
	if left := len(d.content) - d.pos; left < blocks/8 {
		return fmt.Errorf("%w: %d bytes cannot hold %d×%d pixels (width × height)", errTruncated, left, d.frame.width, d.frame.height)
	}
	for i := range d.frame.components {
		c, b := &d.frame.components[i], &d.buffers[i]
		blocks := c.stride * c.rows
		b.samples = resized(b.samples, blocks*c.size*c.size)
		b.row = resized(b.row, d.frame.width+1)
		c.samples, c.quant = b.samples, &b.quant
		if d.frame.progressive {
			b.levels = resized(b.levels, blocks)
			clear(b.levels)
			c.levels = b.levels
		}
	}
	return nil
}

func resized[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}

// checkComplete reports a frame that lacks something at the end of the file.
func (d *Decoder) checkComplete() error {
	if len(d.frame.components) == 0 {
		return FormatError("the file has no frame")
	}
	for _, c := range d.frame.components {
		if !c.scanned {
			return FormatError(fmt.Sprintf("component %d has no scan", c.id))
		}
	}
	return nil
}
