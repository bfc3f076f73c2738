package picture

import (
	"bytes"
	"math"

	"github.com/lince-ml/lince/images/jpeg"
)

func isJPEG(content []byte) bool { return bytes.HasPrefix(content, []byte("\xff\xd8\xff")) }

func jpegSize(content []byte) (height, width int, err error) {
	config, err := jpeg.DecodeConfig(content)
	return config.Height, config.Width, err
}

func decodeJPEG(content []byte, _ bool) (*Picture, error) {
	d := jpeg.Decoder{MaxPixels: math.MaxInt} // Decode has checked the size
	m, err := d.Decode(content)
	if err != nil {
		return nil, err
	}
	if m.Components == 4 {
		return fromInk(m), nil
	}
	return &Picture{Height: m.Height, Width: m.Width, Channels: m.Components, Pix: m.Pix}, nil
}

// fromInk multiplies ink by ink, as Pillow does: R = (255-C)·(255-K)/255,
// rounded.
func fromInk(m *jpeg.Image) *Picture {
	p := New(m.Height, m.Width, 3)
	out := p.Pix
	for ink := m.Pix; len(ink) >= 4; ink = ink[4:] {
		white := 255 - uint32(ink[3])
		for i := range 3 {
			product := (255-uint32(ink[i]))*white + 128
			out[i] = uint8((product + product>>8) >> 8)
		}
		out = out[3:]
	}
	return p
}
