package picture

import (
	"errors"
	"fmt"
	"io"

	"github.com/lince-ml/lince/images/jpeg"
)

// What can be wrong with a picture file. Every error of Decode and
// DecodeConfig is one of these to errors.Is.
var (
	ErrEmpty     = errors.New("the file is empty")
	ErrFormat    = errors.New("not a picture that can be read")
	ErrTruncated = errors.New("the file ends too early")
	ErrCorrupt   = errors.New("the file is damaged")
	ErrTooLarge  = errors.New("the picture is too large")
)

// DefaultMaxPixels is the most pixels a picture may have unless Options say
// otherwise: Pillow's limit against decompression bombs.
const DefaultMaxPixels = 89_478_485

// Options say how Decode reads a file. The zero value gives upright RGB.
//
// Alpha is dropped without compositing unless Color is RGBA, as Keras drops it:
// a transparent pixel has the colour that the file gives to it.
type Options struct {
	Color ColorMode
	// MaxPixels limits height × width; 0 means DefaultMaxPixels.
	MaxPixels int
	// IgnoreOrientation leaves the picture as the camera's sensor saw it,
	// whatever the EXIF orientation says.
	IgnoreOrientation bool
	// KerasCompat decodes as Keras does through Pillow: the orientation is
	// ignored except a TIFF file's, and gray levels of 16 bits are cut off at
	// 255, where otherwise they are scaled to 8 bits. (To grayscale, Keras
	// keeps them up to 65535, which a Picture cannot hold.)
	KerasCompat bool
	// Rows, if set, names the rows that are needed of a picture of the given
	// size. The pixels of others may then have any value: a JPEG file's are
	// not finished. It is not asked where a picture has to be turned upright.
	Rows func(height, width int) []int
	// AtLeast, if both are set, is a height and a width in pixels, upright. A
	// JPEG file that has twice, four or eight times as many of both, or more,
	// is decoded straight to that fraction of its size, which takes less time
	// and gives other pixels than making the whole picture smaller.
	AtLeast [2]int
}

// scale returns the fraction, as a divisor, that AtLeast allows of a picture.
func (o Options) scale(info Info, turn bool) int {
	least := o.AtLeast
	if turn && info.Orientation >= sideways {
		least[0], least[1] = least[1], least[0]
	}
	if least[0] < 1 || least[1] < 1 {
		return 1
	}
	for s := 8; s > 1; s /= 2 {
		if info.Height/s >= least[0] && info.Width/s >= least[1] {
			return s
		}
	}
	return 1
}

// Info is what a file's header says.
type Info struct {
	Format        string // "jpeg", "png", "gif", "bmp", "tiff", "webp" or "pnm"
	Height, Width int    // in pixels as stored, before any orientation
	Orientation   int    // EXIF orientation 1 … 8; 1 is upright, and what files without one have
}

// A format reads one kind of file. Its functions get contents that it
// recognised.
type format struct {
	name        string
	recognise   func(content []byte) bool
	size        func(content []byte) (height, width int, err error)
	orientation func(content []byte) int // nil: the format has none
	turned      bool                     // Pillow turns the picture upright by itself, so Keras does too
	// decode returns the pixels with the file's own channels. clip16 cuts gray
	// levels of 16 bits off at 255.
	decode func(d *Decoder, content []byte, clip16 bool) (*Picture, error)
}

var formats = [...]format{
	{"jpeg", isJPEG, jpegSize, jpegOrientation, false, decodeJPEG},
	{"png", isPNG, pngSize, pngOrientation, false, decodePNG},
	{"gif", isGIF, gifSize, nil, false, decodeGIF},
	{"bmp", isBMP, bmpSize, nil, false, decodeBMP},
	{"tiff", isTIFF, tiffSize, exifOrientation, true, decodeTIFF},
	{"webp", isWebP, webpSize, webpOrientation, false, decodeWebP},
	{"pnm", isPNM, pnmSize, nil, false, decodePNM},
}

// Decode returns the picture that the content of a file holds. The header is
// read first, and what has more pixels than allowed is refused before any
// memory is taken for them.
func Decode(content []byte, o Options) (*Picture, error) { return new(Decoder).Decode(content, o) }

// Decoder decodes one file after another and keeps memory for JPEG files
// between them. The zero value is ready; it is not safe for concurrent use.
type Decoder struct {
	jpeg jpeg.Decoder
	pix  []uint8
	rows func(height, width int) []int // Options' for the file at hand
}

// Decode is the function Decode. The picture is valid until the next call.
func (d *Decoder) Decode(content []byte, o Options) (p *Picture, err error) {
	f, info, err := open(content)
	if err != nil {
		return nil, err
	}
	// A bug in a decoder of others must cost one file, not the training.
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("picture: %s: %w: the decoder failed with %v", f.name, ErrCorrupt, r)
		}
	}()
	limit := o.MaxPixels
	if limit <= 0 {
		limit = DefaultMaxPixels
	}
	if info.Height > limit/info.Width {
		return nil, fmt.Errorf("picture: %s: %w: %d×%d pixels (height × width), at most %d in all are allowed", f.name, ErrTooLarge, info.Height, info.Width, limit)
	}
	turn := info.Orientation != upright && !o.IgnoreOrientation && (!o.KerasCompat || f.turned)
	if d.rows = o.Rows; turn {
		d.rows = nil
	}
	d.jpeg.Scale = o.scale(info, turn)
	if p, err = f.decode(d, content, o.KerasCompat); err != nil {
		return nil, fault(f.name, err)
	}
	p = p.convert(o.Color)
	if turn {
		p = p.orient(info.Orientation)
	}
	return p, nil
}

// DecodeConfig returns what the header says without decoding any pixels.
func DecodeConfig(content []byte) (Info, error) {
	_, info, err := open(content)
	return info, err
}

// open finds the format and reads the header.
func open(content []byte) (f *format, info Info, err error) {
	if len(content) == 0 {
		return nil, Info{}, fmt.Errorf("picture: %w", ErrEmpty)
	}
	for i := range formats {
		if formats[i].recognise(content) {
			f = &formats[i]
			break
		}
	}
	if f == nil {
		return nil, Info{}, fmt.Errorf("picture: %w: %s", ErrFormat, guess(content))
	}
	defer func() { // as in Decode
		if r := recover(); r != nil {
			err = fmt.Errorf("picture: %s: %w: reading the header failed with %v", f.name, ErrCorrupt, r)
		}
	}()
	info = Info{Format: f.name, Orientation: 1}
	if info.Height, info.Width, err = f.size(content); err != nil {
		return nil, Info{}, fault(f.name, err)
	}
	if info.Height < 1 || info.Width < 1 {
		return nil, Info{}, fmt.Errorf("picture: %s: %w: %d×%d pixels (height × width)", f.name, ErrCorrupt, info.Height, info.Width)
	}
	if f.orientation != nil {
		info.Orientation = f.orientation(content)
	}
	return f, info, nil
}

// fault makes a decoder's error one of this package's.
func fault(format string, err error) error {
	for _, known := range []error{ErrFormat, ErrTruncated, ErrCorrupt} {
		if errors.Is(err, known) {
			return fmt.Errorf("picture: %s: %w", format, err)
		}
	}
	kind := ErrCorrupt
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		kind = ErrTruncated
	case isUnsupported(err):
		kind = ErrFormat
	}
	return fmt.Errorf("picture: %s: %w: %w", format, kind, err)
}
