package picture

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"fmt"
	"io"
)

func isGIF(content []byte) bool {
	return bytes.HasPrefix(content, []byte("GIF87a")) || bytes.HasPrefix(content, []byte("GIF89a"))
}

// gifFrame is the first picture of a GIF file. The standard library's decoder
// forgets the colour of transparent pixels, which Keras keeps.
type gifFrame struct {
	height, width            int // of the canvas
	top, left, bottom, right int // of the frame within
	colors                   [256][3]uint8
	transparent              int // colour number, -1 for none
	interlaced               bool
	codeWidth                int
	data                     []byte // sub-blocks and what follows
}

func gifSize(content []byte) (height, width int, err error) {
	f, err := openGIF(content)
	if err != nil {
		return 0, 0, err
	}
	return f.height, f.width, nil
}

// openGIF reads up to the first frame's data.
func openGIF(content []byte) (*gifFrame, error) {
	const screen, extension, descriptor, control = 13, 0x21, 0x2c, 0xf9
	if len(content) < screen {
		return nil, ErrTruncated
	}
	f := &gifFrame{transparent: -1}
	for i := range f.colors {
		f.colors[i] = [3]uint8{uint8(i), uint8(i), uint8(i)}
	}
	f.width, f.height = int(binary.LittleEndian.Uint16(content[6:])), int(binary.LittleEndian.Uint16(content[8:]))
	rest, err := f.palette(content[screen:], content[10])
	for err == nil {
		switch {
		case len(rest) < 2:
			return nil, ErrTruncated
		case rest[0] == descriptor:
			return f, f.describe(rest[1:])
		case rest[0] != extension:
			return nil, fmt.Errorf("%w: block of type %#x before any frame", ErrCorrupt, rest[0])
		}
		// The fields of a control block: its size 4, flags, delay, colour.
		if rest[1] == control && len(rest) > 6 && rest[2] == 4 && rest[3]&1 != 0 {
			f.transparent = int(rest[6])
		}
		_, rest, err = subBlocks(rest[2:])
	}
	return nil, err
}

// palette reads the colours that flags announce.
func (f *gifFrame) palette(rest []byte, flags uint8) ([]byte, error) {
	if flags&0x80 == 0 {
		return rest, nil
	}
	count := 2 << (flags & 7)
	if len(rest) < 3*count {
		return nil, ErrTruncated
	}
	for i := range count {
		f.colors[i] = [3]uint8(rest[3*i:])
	}
	return rest[3*count:], nil
}

// describe reads the frame's descriptor. A frame that reaches out of the canvas
// widens it.
func (f *gifFrame) describe(rest []byte) error {
	if len(rest) < 10 {
		return ErrTruncated
	}
	f.left, f.top = int(binary.LittleEndian.Uint16(rest)), int(binary.LittleEndian.Uint16(rest[2:]))
	f.right = f.left + int(binary.LittleEndian.Uint16(rest[4:]))
	f.bottom = f.top + int(binary.LittleEndian.Uint16(rest[6:]))
	f.width, f.height = max(f.width, f.right), max(f.height, f.bottom)
	flags := rest[8]
	f.interlaced = flags&0x40 != 0
	rest, err := f.palette(rest[9:], flags)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return ErrTruncated
	}
	f.codeWidth, f.data = int(rest[0]), rest[1:]
	if f.codeWidth < 2 || f.codeWidth > 8 {
		return fmt.Errorf("%w: codes of %d bits", ErrCorrupt, f.codeWidth)
	}
	return nil
}

// subBlocks joins blocks that each begin with their length, up to an empty one.
// What is there is returned with ErrTruncated too.
func subBlocks(rest []byte) (joined, after []byte, err error) {
	for len(rest) > 0 {
		length := int(rest[0])
		if length == 0 {
			return joined, rest[1:], nil
		}
		joined = append(joined, rest[1:min(1+length, len(rest))]...)
		rest = rest[min(1+length, len(rest)):]
	}
	return joined, nil, ErrTruncated
}

func decodeGIF(_ *Decoder, content []byte, _ bool) (*Picture, error) {
	f, err := openGIF(content)
	if err != nil {
		return nil, err
	}
	h, w := f.bottom-f.top, f.right-f.left
	codes, _, _ := subBlocks(f.data) // a missing end shows as missing pixels
	// A code has at most 12 bits and stands for at most 4096 pixels.
	if h*w/4096 > len(codes)*8/(f.codeWidth+1) {
		return nil, fmt.Errorf("%w: %d bytes cannot hold %d pixels", ErrTruncated, len(codes), h*w)
	}
	numbers := make([]uint8, h*w)
	if _, err := io.ReadFull(lzw.NewReader(bytes.NewReader(codes), lzw.LSB, f.codeWidth), numbers); err != nil {
		return nil, err
	}
	channels, background := 3, 0
	if f.transparent >= 0 {
		channels, background = 4, f.transparent
	}
	p := New(f.height, f.width, channels)
	if h < f.height || w < f.width {
		for i := 0; i < len(p.Pix); i += channels {
			f.paint(p.Pix[i:i+channels], background)
		}
	}
	for i := range h {
		y := f.top + i
		if f.interlaced {
			y = f.top + interlacedRow(i, h)
		}
		out := p.Pix[(y*p.Width+f.left)*channels:]
		for x, number := range numbers[i*w : (i+1)*w] {
			f.paint(out[x*channels:][:channels], int(number))
		}
	}
	return p, nil
}

func (f *gifFrame) paint(pixel []uint8, number int) {
	copy(pixel, f.colors[number][:])
	if len(pixel) == 4 && number != f.transparent {
		pixel[3] = 255
	}
}

// interlacedRow returns where the i-th stored row of h belongs: rows 0, 8 … come
// first, then 4, 12 …, 2, 6 … and 1, 3 ….
func interlacedRow(i, h int) int {
	for _, pass := range [...]struct{ first, step int }{{0, 8}, {4, 8}, {2, 4}} {
		rows := (h - pass.first + pass.step - 1) / pass.step
		if i < rows {
			return pass.first + i*pass.step
		}
		i -= max(0, rows)
	}
	return 1 + 2*i
}
