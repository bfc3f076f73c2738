package picture

import (
	"fmt"
	"image"
	"image/color"
)

// convert returns p in the mode, p itself where it is already. Alpha is
// dropped without compositing.
func (p *Picture) convert(mode ColorMode) *Picture {
	c := mode.Channels()
	if c == p.Channels {
		return p
	}
	q := New(p.Height, p.Width, c)
	in, out := p.Pix, q.Pix
	for range p.Height * p.Width {
		switch {
		case c == 1:
			out[0] = luma(in[0], in[1], in[2])
		case p.Channels == 1:
			out[0], out[1], out[2] = in[0], in[0], in[0]
		default:
			out[0], out[1], out[2] = in[0], in[1], in[2]
		}
		if c == 4 {
			out[3] = 255
		}
		in, out = in[p.Channels:], out[c:]
	}
	return q
}

// luma is Pillow's gray value of a colour: ITU-R 601 in 16 binary places.
func luma(r, g, b uint8) uint8 {
	return uint8((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b) + 1<<15) >> 16)
}

// fromImage copies what the decoders of others return. Colours of 16 bits keep
// their upper byte, gray levels too unless clip16 cuts them off at 255.
func fromImage(m image.Image, clip16 bool) (*Picture, error) {
	bounds := m.Bounds()
	h, w := bounds.Dy(), bounds.Dx()
	switch m := m.(type) {
	case *image.Gray:
		return copyRows(h, w, 1, m.Pix, m.Stride), nil
	case *image.Gray16:
		return narrowGray(h, w, m.Pix, m.Stride, clip16), nil
	case *image.NRGBA:
		return copyRows(h, w, 4, m.Pix, m.Stride), nil
	case *image.RGBA:
		if m.Opaque() {
			return dropAlpha(h, w, m.Pix, m.Stride), nil
		}
		return unpremultiply(copyRows(h, w, 4, m.Pix, m.Stride)), nil
	case *image.RGBA64:
		p := upperBytes(h, w, m.Pix, m.Stride)
		if m.Opaque() {
			return p.convert(RGB), nil
		}
		return unpremultiply(p), nil
	case *image.NRGBA64:
		return upperBytes(h, w, m.Pix, m.Stride), nil
	case *image.Paletted:
		return fromPalette(m), nil
	}
	return nil, fmt.Errorf("%w: pixels of type %T", ErrFormat, m)
}

func copyRows(h, w, c int, pix []uint8, stride int) *Picture {
	if stride == w*c {
		return &Picture{Height: h, Width: w, Channels: c, Pix: pix[:h*w*c]}
	}
	p := New(h, w, c)
	for y := range h {
		copy(p.Pix[y*w*c:][:w*c], pix[y*stride:])
	}
	return p
}

// dropAlpha keeps the first three of four channels.
func dropAlpha(h, w int, pix []uint8, stride int) *Picture {
	p := New(h, w, 3)
	out := p.Pix
	for y := range h {
		for row := pix[y*stride:][:w*4]; len(row) >= 4; row = row[4:] {
			out[0], out[1], out[2] = row[0], row[1], row[2]
			out = out[3:]
		}
	}
	return p
}

// narrowGray makes bytes of big-endian gray levels of 16 bits.
func narrowGray(h, w int, pix []uint8, stride int, clip16 bool) *Picture {
	p := New(h, w, 1)
	for y := range h {
		row := pix[y*stride:][:w*2]
		for x := range w {
			p.Pix[y*w+x] = narrow(row[2*x], row[2*x+1], clip16)
		}
	}
	return p
}

func narrow(high, low uint8, clip16 bool) uint8 {
	switch {
	case !clip16:
		return high
	case high > 0:
		return 255
	}
	return low
}

// upperBytes keeps the upper bytes of four channels of 16 bits.
func upperBytes(h, w int, pix []uint8, stride int) *Picture {
	p := New(h, w, 4)
	for y := range h {
		row := pix[y*stride:][:w*8]
		for i := range w * 4 {
			p.Pix[y*w*4+i] = row[2*i]
		}
	}
	return p
}

// unpremultiply divides colours by alpha/255, rounded down, in place.
func unpremultiply(p *Picture) *Picture {
	for i := 0; i < len(p.Pix); i += 4 {
		alpha := uint32(p.Pix[i+3])
		if alpha == 0 || alpha == 255 {
			continue
		}
		for j := i; j < i+3; j++ {
			p.Pix[j] = uint8(min(255, 255*uint32(p.Pix[j])/alpha))
		}
	}
	return p
}

// fromPalette looks up the colours, with alpha where one of them has any.
// Numbers beyond the palette are black.
func fromPalette(m *image.Paletted) *Picture {
	var colors [256]color.NRGBA
	channels := 3
	for i := range colors {
		colors[i].A = 255
	}
	for i, entry := range m.Palette {
		colors[i] = color.NRGBAModel.Convert(entry).(color.NRGBA)
		if colors[i].A != 255 {
			channels = 4
		}
	}
	h, w := m.Rect.Dy(), m.Rect.Dx()
	p := New(h, w, channels)
	out := p.Pix
	for y := range h {
		for _, number := range m.Pix[y*m.Stride:][:w] {
			entry := &colors[number]
			out[0], out[1], out[2] = entry.R, entry.G, entry.B
			if channels == 4 {
				out[3] = entry.A
			}
			out = out[channels:]
		}
	}
	return p
}
