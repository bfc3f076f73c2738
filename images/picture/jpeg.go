package picture

import (
	"bytes"
	"iter"
	"math"

	"github.com/lince-ml/lince/images/jpeg"
)

func isJPEG(content []byte) bool { return bytes.HasPrefix(content, []byte("\xff\xd8\xff")) }

func jpegSize(content []byte) (height, width int, err error) {
	config, err := jpeg.DecodeConfig(content)
	return config.Height, config.Width, err
}

func decodeJPEG(d *Decoder, content []byte, _ bool) (*Picture, error) {
	d.jpeg.MaxPixels = math.MaxInt // Decode has checked the size
	c, err := d.jpeg.Read(content)
	if err != nil {
		return nil, err
	}
	stride := c.Width * c.Components
	if cap(d.pix) < stride*c.Height {
		d.pix = make([]uint8, stride*c.Height)
	}
	pix := d.pix[:stride*c.Height]
	for y := range d.wanted(c.Height, c.Width) {
		if err := d.jpeg.Row(pix[y*stride:][:stride], y); err != nil {
			return nil, err
		}
	}
	if c.Components == 4 {
		return fromInk(c.Height, c.Width, pix), nil
	}
	return &Picture{Height: c.Height, Width: c.Width, Channels: c.Components, Pix: pix}, nil
}

// wanted yields the rows that are needed, each once.
func (d *Decoder) wanted(height, width int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if d.rows == nil {
			for y := 0; y < height && yield(y); y++ {
			}
			return
		}
		last := -1
		for _, y := range d.rows(height, width) {
			if y != last && !yield(y) {
				return
			}
			last = y
		}
	}
}

// fromInk multiplies ink by ink, as Pillow does: R = (255-C)·(255-K)/255,
// rounded.
func fromInk(height, width int, ink []uint8) *Picture {
	p := New(height, width, 3)
	out := p.Pix
	for ; len(ink) >= 4; ink = ink[4:] {
		white := 255 - uint32(ink[3])
		for i := range 3 {
			product := (255-uint32(ink[i]))*white + 128
			out[i] = uint8((product + product>>8) >> 8)
		}
		out = out[3:]
	}
	return p
}
