// Package picture turns the bytes of picture files into pixels: JPEG, PNG,
// GIF (first frame), BMP, TIFF, WebP and the PNM family, told apart by their
// content and never by a file's name.
//
// Sizes are read from the header and limited before memory is taken, a damaged
// file gives an error that says of what kind (ErrTruncated, ErrCorrupt ...),
// and colours mean what they mean to keras.utils.load_img.
package picture

import "fmt"

// Picture is a picture of 8 bits per channel.
type Picture struct {
	Height, Width int
	Channels      int     // 1 gray, 3 RGB, 4 RGBA (alpha not premultiplied)
	Pix           []uint8 // rows from the top, pixels from the left, channels interleaved
}

// New returns a black picture, with RGBA a transparent one.
func New(height, width, channels int) *Picture {
	return &Picture{Height: height, Width: width, Channels: channels, Pix: make([]uint8, height*width*channels)}
}

// Validate reports, as an error, a shape that has no pixels, another number of
// channels than 1, 3 or 4, or that does not fit the length of Pix.
func (p *Picture) Validate() error {
	switch {
	case p.Height < 1 || p.Width < 1:
		return fmt.Errorf("picture: size %d×%d (height × width) has no pixels", p.Height, p.Width)
	case p.Channels != 1 && p.Channels != 3 && p.Channels != 4:
		return fmt.Errorf("picture: %d channels, expected 1 (grayscale), 3 (rgb) or 4 (rgba)", p.Channels)
	case len(p.Pix)/p.Channels/p.Width != p.Height || len(p.Pix) != p.Height*p.Width*p.Channels:
		return fmt.Errorf("picture: %d bytes of pixels do not fill %d×%d×%d (height × width × channels)", len(p.Pix), p.Height, p.Width, p.Channels)
	}
	return nil
}

// ColorMode is what Decode makes of a file's colours: Keras' color_mode.
type ColorMode uint8

// The colour modes. The zero value is Keras' default.
const (
	RGB       ColorMode = iota // three channels, alpha dropped without compositing
	Grayscale                  // one channel, L = 0.299 R + 0.587 G + 0.114 B
	RGBA                       // four channels, opaque where the file has no alpha
)

// Channels returns the channels of a picture in this mode: 3, 1 or 4.
func (m ColorMode) Channels() int {
	switch m {
	case Grayscale:
		return 1
	case RGBA:
		return 4
	}
	return 3
}

// String returns Keras' name of the mode.
func (m ColorMode) String() string {
	switch m {
	case RGB:
		return "rgb"
	case Grayscale:
		return "grayscale"
	case RGBA:
		return "rgba"
	}
	return fmt.Sprintf("colormode(%d)", uint8(m))
}

// ParseColorMode returns the mode of Keras' name for it.
func ParseColorMode(name string) (ColorMode, error) {
	for m := RGB; m <= RGBA; m++ {
		if m.String() == name {
			return m, nil
		}
	}
	return 0, fmt.Errorf("picture: unknown color mode %q, expected rgb, grayscale or rgba", name)
}
