package picture

import (
	"fmt"
	"math"
)

// isPNM recognises the portable bitmaps P1 to P6.
func isPNM(content []byte) bool {
	return len(content) >= 3 && content[0] == 'P' && '1' <= content[1] && content[1] <= '6' && (isSpace(content[2]) || content[2] == '#')
}

func isSpace(b byte) bool {
	return b == ' ' || '\t' <= b && b <= '\r'
}

// pnmHeader is what a PBM, PGM or PPM file says before its samples.
type pnmHeader struct {
	height, width int
	channels      int  // 1 or 3
	bitmap        bool // one bit a pixel, 1 black
	ascii         bool
	top           int // the value of white
	samples       []byte
}

func pnmSize(content []byte) (height, width int, err error) {
	header, err := openPNM(content)
	if err != nil {
		return 0, 0, err
	}
	return header.height, header.width, nil
}

func openPNM(content []byte) (pnmHeader, error) {
	kind := content[1] - '0'
	header := pnmHeader{channels: 1, top: 1, bitmap: kind == 1 || kind == 4, ascii: kind <= 3}
	if kind == 3 || kind == 6 {
		header.channels = 3
	}
	fields := []*int{&header.width, &header.height, &header.top}
	if header.bitmap {
		fields = fields[:2]
	}
	rest, err := content[2:], error(nil)
	for _, field := range fields {
		if *field, rest, err = pnmNumber(rest, math.MaxInt32); err != nil {
			return pnmHeader{}, err
		}
	}
	if header.top < 1 || header.top > 65535 {
		return pnmHeader{}, fmt.Errorf("%w: largest value %d, expected 1 to 65535", ErrCorrupt, header.top)
	}
	if len(rest) == 0 {
		return pnmHeader{}, ErrTruncated
	}
	header.samples = rest[1:] // exactly one space ends the header
	return header, nil
}

// pnmNumber reads a number after space and comments.
func pnmNumber(rest []byte, most int) (number int, after []byte, err error) {
	for comment := false; len(rest) > 0 && (comment || isSpace(rest[0]) || rest[0] == '#'); rest = rest[1:] {
		comment = rest[0] != '\n' && rest[0] != '\r' && (comment || rest[0] == '#')
	}
	digits := 0
	for ; digits < len(rest) && '0' <= rest[digits] && rest[digits] <= '9'; digits++ {
		number = number*10 + int(rest[digits]-'0')
		if number > most {
			return 0, nil, fmt.Errorf("%w: a number over %d", ErrCorrupt, most)
		}
	}
	switch {
	case len(rest) == 0:
		return 0, nil, ErrTruncated
	case digits == 0:
		return 0, nil, fmt.Errorf("%w: %q where a number is expected", ErrCorrupt, rest[:1])
	}
	return number, rest[digits:], nil
}

func decodePNM(_ *Decoder, content []byte, clip16 bool) (*Picture, error) {
	header, err := openPNM(content)
	if err != nil {
		return nil, err
	}
	if needed := header.leastBytes(); uint64(len(header.samples)) < needed {
		return nil, fmt.Errorf("%w: %d bytes of samples, %d expected", ErrTruncated, len(header.samples), needed)
	}
	p := New(header.height, header.width, header.channels)
	switch {
	case header.bitmap && header.ascii:
		err = header.readDigits(p.Pix)
	case header.bitmap:
		header.readBits(p.Pix)
	case header.ascii:
		err = header.readNumbers(p.Pix, clip16)
	default:
		header.readBinary(p.Pix, clip16)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// leastBytes returns how many bytes the samples take at the least.
func (n pnmHeader) leastBytes() uint64 {
	samples := uint64(n.height) * uint64(n.width) * uint64(n.channels)
	switch {
	case n.bitmap && n.ascii:
		return samples
	case n.bitmap:
		return uint64(n.width+7) / 8 * uint64(n.height)
	case n.ascii:
		return 2*samples - 1 // a digit and a space
	case n.top > 255:
		return 2 * samples
	}
	return samples
}

// scale makes a byte of a sample.
func (n pnmHeader) scale(sample int, clip16 bool) uint8 {
	white := 255.0
	if clip16 && n.channels == 1 && n.top > 255 {
		white = 65535
	}
	return uint8(min(255, math.RoundToEven(float64(sample)/float64(n.top)*white)))
}

func (n pnmHeader) readBits(pix []uint8) {
	stride := (n.width + 7) / 8
	for i := range pix {
		x, y := i%n.width, i/n.width
		if n.samples[y*stride+x/8]>>(7-x%8)&1 == 0 {
			pix[i] = 255
		}
	}
}

// readDigits reads bits written as 0 and 1, with or without space between.
func (n pnmHeader) readDigits(pix []uint8) error {
	filled, comment := 0, false
	for _, b := range n.samples {
		switch {
		case filled == len(pix):
			return nil
		case comment:
			comment = b != '\n' && b != '\r'
		case b == '#':
			comment = true
		case b == '0':
			pix[filled] = 255
			filled++
		case b == '1':
			filled++
		case !isSpace(b):
			return fmt.Errorf("%w: %q where a bit is expected", ErrCorrupt, b)
		}
	}
	if filled < len(pix) {
		return fmt.Errorf("%w: %d of %d bits are there", ErrTruncated, filled, len(pix))
	}
	return nil
}

func (n pnmHeader) readNumbers(pix []uint8, clip16 bool) (err error) {
	rest, sample := n.samples, 0
	for i := range pix {
		if sample, rest, err = pnmNumber(rest, n.top); err != nil {
			return err
		}
		pix[i] = n.scale(sample, clip16)
	}
	return nil
}

func (n pnmHeader) readBinary(pix []uint8, clip16 bool) {
	if n.top == 255 {
		copy(pix, n.samples)
		return
	}
	for i := range pix {
		sample := int(n.samples[i])
		if n.top > 255 {
			sample = int(n.samples[2*i])<<8 | int(n.samples[2*i+1])
		}
		pix[i] = n.scale(sample, clip16)
	}
}
