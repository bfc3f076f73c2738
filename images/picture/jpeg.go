package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
)

func isJPEG(content []byte) bool { return bytes.HasPrefix(content, []byte("\xff\xd8\xff")) }

func jpegSize(content []byte) (height, width int, err error) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(content))
	return config.Height, config.Width, err
}

func decodeJPEG(content []byte, clip16 bool) (*Picture, error) {
	m, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		// Running out of bits reads as damage there, but without an end marker
		// the end is what is missing.
		if !isUnsupported(err) && !bytes.HasSuffix(bytes.TrimRight(content, "\x00"), []byte("\xff\xd9")) {
			return nil, fmt.Errorf("%w: %w", ErrTruncated, err)
		}
		return nil, err
	}
	switch m := m.(type) {
	case *image.YCbCr:
		return fromYCbCr(m), nil
	case *image.CMYK:
		return fromCMYK(m), nil
	}
	return fromImage(m, clip16)
}

// fromCMYK multiplies ink by ink, as Pillow does: R = (255-C)·(255-K)/255,
// rounded.
func fromCMYK(m *image.CMYK) *Picture {
	h, w := m.Rect.Dy(), m.Rect.Dx()
	p := New(h, w, 3)
	out := p.Pix
	for y := range h {
		for row := m.Pix[y*m.Stride:][:w*4]; len(row) >= 4; row = row[4:] {
			white := 255 - uint32(row[3])
			for i := range 3 {
				product := (255-uint32(row[i]))*white + 128
				out[i] = uint8((product + product>>8) >> 8)
			}
			out = out[3:]
		}
	}
	return p
}
