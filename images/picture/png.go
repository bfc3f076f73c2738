package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
)

func isPNG(content []byte) bool { return bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1a\n")) }

func pngSize(content []byte) (height, width int, err error) {
	config, err := png.DecodeConfig(bytes.NewReader(content))
	return config.Height, config.Width, err
}

// What a PNG file's header says about its pixels, and where.
const (
	pngWidth, pngHeight, pngDepth, pngColor = 16, 20, 24, 25
	pngGray                                 = 0
	pngHeader                               = 26
)

func decodePNG(_ *Decoder, content []byte, clip16 bool) (*Picture, error) {
	if len(content) < pngHeader {
		return nil, ErrTruncated
	}
	// Deflate makes at most 1032 bytes of one, and a pixel has a bit at least.
	pixels := uint64(binary.BigEndian.Uint32(content[pngWidth:])) * uint64(binary.BigEndian.Uint32(content[pngHeight:]))
	if pixels*uint64(content[pngDepth])/8 > 1032*uint64(len(content)) {
		return nil, fmt.Errorf("%w: %d bytes cannot hold %d pixels", ErrTruncated, len(content), pixels)
	}
	m, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		// Running out of pixels reads as damage there, but without an end
		// chunk the end is what is missing.
		if !isUnsupported(err) && !bytes.Contains(content, []byte("IEND")) {
			return nil, fmt.Errorf("%w: %w", ErrTruncated, err)
		}
		return nil, err
	}
	if deep, ok := m.(*image.NRGBA64); ok && clip16 && content[pngColor] == pngGray {
		return clippedGray(deep), nil // gray with one transparent level
	}
	return fromImage(m, clip16)
}

// clippedGray cuts the levels off at 255; what was transparent is lost.
func clippedGray(m *image.NRGBA64) *Picture {
	p := New(m.Rect.Dy(), m.Rect.Dx(), 1)
	for i := range p.Pix {
		at := i/p.Width*m.Stride + i%p.Width*8
		p.Pix[i] = narrow(m.Pix[at], m.Pix[at+1], true)
	}
	return p
}
