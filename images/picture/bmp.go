package picture

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

func isBMP(content []byte) bool {
	return len(content) >= 18 && content[0] == 'B' && content[1] == 'M' && content[15] == 0
}

// How a BMP file stores its pixels.
const (
	bmpPlain     = 0
	bmpRuns8     = 1
	bmpRuns4     = 2
	bmpBitFields = 3
)

// bmpHeader is what a BMP file says before its pixels.
type bmpHeader struct {
	height, width int
	fromTop       bool // else the first row stored is the lowest
	depth         int  // bits of a pixel
	compression   uint32
	masks         [4]uint32 // of red, green, blue and alpha in a pixel of 16 bits or more
	colors        [256][3]uint8
	pixels        []byte
}

func bmpSize(content []byte) (height, width int, err error) {
	b, err := openBMP(content)
	if err != nil {
		return 0, 0, err
	}
	return b.height, b.width, nil
}

func openBMP(content []byte) (*bmpHeader, error) {
	const fileHeader, coreHeader, infoHeader = 14, 12, 40
	length := int(binary.LittleEndian.Uint32(content[14:]))
	if length > len(content)-fileHeader {
		return nil, ErrTruncated
	}
	b := new(bmpHeader)
	header := content[fileHeader:][:length]
	colorBytes, colorCount := 4, 0
	switch {
	case length == coreHeader:
		b.width, b.height = int(binary.LittleEndian.Uint16(header[4:])), int(binary.LittleEndian.Uint16(header[6:]))
		b.depth, colorBytes = int(binary.LittleEndian.Uint16(header[10:])), 3
	case length >= infoHeader:
		b.width, b.height = int(int32(binary.LittleEndian.Uint32(header[4:]))), int(int32(binary.LittleEndian.Uint32(header[8:])))
		if b.height < 0 {
			b.height, b.fromTop = -b.height, true
		}
		b.depth = int(binary.LittleEndian.Uint16(header[14:]))
		b.compression = binary.LittleEndian.Uint32(header[16:])
		colorCount = int(binary.LittleEndian.Uint32(header[32:]))
	default:
		return nil, fmt.Errorf("%w: header of %d bytes", ErrFormat, length)
	}
	rest := content[fileHeader+length:]
	if err := b.channels(header, rest); err != nil {
		return nil, err
	}
	if b.depth <= 8 {
		if colorCount <= 0 || colorCount > 1<<b.depth {
			colorCount = 1 << b.depth
		}
		if len(rest) < colorBytes*colorCount {
			return nil, ErrTruncated
		}
		for i := range colorCount {
			entry := rest[i*colorBytes:]
			b.colors[i] = [3]uint8{entry[2], entry[1], entry[0]}
		}
	}
	offset := int(binary.LittleEndian.Uint32(content[10:]))
	if offset > len(content) {
		return nil, ErrTruncated
	}
	b.pixels = content[offset:]
	return b, nil
}

// channels checks how pixels are stored and finds the masks of their channels;
// rest is what follows the header.
func (b *bmpHeader) channels(header, rest []byte) error {
	const infoHeader, v3Header = 40, 56
	plain := b.compression == bmpPlain
	switch {
	case plain && (b.depth == 1 || b.depth == 2 || b.depth == 4 || b.depth == 8),
		b.compression == bmpRuns8 && b.depth == 8 && !b.fromTop, b.compression == bmpRuns4 && b.depth == 4 && !b.fromTop:
	case plain && b.depth == 16:
		b.masks = [4]uint32{0x7c00, 0x3e0, 0x1f}
	case plain && (b.depth == 24 || b.depth == 32):
		b.masks = [4]uint32{0xff0000, 0xff00, 0xff}
	case b.compression == bmpBitFields && (b.depth == 16 || b.depth == 32):
		fields := header[infoHeader:]
		if len(header) == infoHeader {
			fields = rest
		}
		if len(fields) < 12 {
			return ErrTruncated
		}
		for i := range 3 {
			b.masks[i] = binary.LittleEndian.Uint32(fields[4*i:])
		}
		if len(header) >= v3Header {
			b.masks[3] = binary.LittleEndian.Uint32(fields[12:])
		}
	default:
		return fmt.Errorf("%w: %d bits a pixel in compression %d", ErrFormat, b.depth, b.compression)
	}
	return nil
}

func decodeBMP(_ *Decoder, content []byte, _ bool) (*Picture, error) {
	b, err := openBMP(content)
	if err != nil {
		return nil, err
	}
	if b.compression == bmpRuns8 || b.compression == bmpRuns4 {
		numbers, err := b.expandRuns()
		if err != nil {
			return nil, err
		}
		p := New(b.height, b.width, 3)
		for i, number := range numbers {
			copy(p.Pix[3*i:], b.colors[number][:])
		}
		return p, nil
	}
	stride := (b.width*b.depth + 31) / 32 * 4
	// Some writers leave out the padding of the last row.
	if needed := stride*(b.height-1) + (b.width*b.depth+7)/8; len(b.pixels) < needed {
		return nil, fmt.Errorf("%w: %d bytes of pixels, %d expected", ErrTruncated, len(b.pixels), needed)
	}
	channels := 3
	if b.masks[3] != 0 {
		channels = 4
	}
	p := New(b.height, b.width, channels)
	for i := range b.height {
		y := i
		if !b.fromTop {
			y = b.height - 1 - i
		}
		b.row(p.Pix[y*b.width*channels:][:b.width*channels], b.pixels[i*stride:], channels)
	}
	return p, nil
}

// row decodes one row that is stored plainly.
func (b *bmpHeader) row(out, in []uint8, channels int) {
	switch {
	case b.depth <= 8:
		for x := range b.width {
			bit := x * b.depth
			number := in[bit/8] >> (8 - b.depth - bit%8) & (1<<b.depth - 1)
			copy(out[3*x:], b.colors[number][:])
		}
	case b.depth == 24:
		for ; len(out) >= 3; in, out = in[3:], out[3:] {
			out[0], out[1], out[2] = in[2], in[1], in[0]
		}
	default:
		size := b.depth / 8
		for ; len(out) >= channels; in, out = in[size:], out[channels:] {
			pixel := uint32(in[0]) | uint32(in[1])<<8
			if size == 4 {
				pixel |= uint32(in[2])<<16 | uint32(in[3])<<24
			}
			for i := range channels {
				out[i] = scaleBits(pixel, b.masks[i])
			}
		}
	}
}

// scaleBits returns the bits of mask scaled to 0 … 255, rounded down.
func scaleBits(pixel, mask uint32) uint8 {
	if mask == 0 {
		return 0
	}
	shift := bits.TrailingZeros32(mask)
	return uint8(uint64(pixel&mask>>shift) * 255 / uint64(mask>>shift))
}
