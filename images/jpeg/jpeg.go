// Package jpeg decodes JPEG files to the pixels that libjpeg-turbo gives with
// its defaults, which are those of Pillow and so of Keras: the accurate integer
// inverse cosine transform, smoothed chroma, and colours in 16 binary places.
//
// It reads what ITU-T T.81 calls baseline, extended sequential and progressive
// Huffman-coded pictures of 8 bits: gray, YCbCr, RGB, CMYK and YCCK, with any
// sampling factors and restart intervals. Pictures of 12 bits, lossless,
// hierarchical and arithmetic-coded ones are refused with an UnsupportedError.
//
// Unlike libjpeg, which fills what a damaged file lacks with gray, it answers
// damage with an error: a FormatError, or one that wraps io.ErrUnexpectedEOF
// where the file ends before its end marker. Of a progressive picture that lacks
// its last scans the pixels are those of the scans there are, where libjpeg
// smooths the borders of blocks.
package jpeg

import (
	"fmt"
	"io"
	"math"
)

// DefaultMaxPixels is the most pixels a picture may have unless a Decoder says
// otherwise: Pillow's limit against decompression bombs.
const DefaultMaxPixels = 89_478_485

// A FormatError says what in a file breaks the rules of JPEG.
type FormatError string

func (e FormatError) Error() string { return "jpeg: " + string(e) }

// An UnsupportedError names a variant of JPEG that is not read here.
type UnsupportedError string

func (e UnsupportedError) Error() string { return "jpeg: " + string(e) + " is not supported" }

// A SizeError reports a picture with more pixels than the Decoder allows.
type SizeError struct{ Width, Height, MaxPixels int }

func (e SizeError) Error() string {
	return fmt.Sprintf("jpeg: %d×%d pixels (width × height), at most %d in all are allowed", e.Width, e.Height, e.MaxPixels)
}

var errTruncated = fmt.Errorf("jpeg: the end marker is missing: %w", io.ErrUnexpectedEOF)

// Config is what a file's header says.
type Config struct {
	Width, Height int
	Components    int // 1, 3 or 4
}

// Image is a decoded picture.
type Image struct {
	Width, Height int
	// Components is 1 for gray levels, 3 for red, green and blue, and 4 for
	// cyan, magenta, yellow and black, where 255 is the most ink.
	Components int
	Pix        []uint8 // rows from the top, components interleaved: Height·Width·Components bytes
}

// Decoder decodes one file after another and keeps its buffers, about three
// bytes a pixel, between them. The zero value is ready. It must not be used by
// two goroutines at once.
type Decoder struct {
	// MaxPixels limits width × height; 0 means DefaultMaxPixels.
	MaxPixels int
	// Scale 2, 4 or 8 decodes pictures to that fraction of their size, rounded
	// up, as libjpeg's scale_denom does: in less time, to pixels that are near
	// those of the whole picture made smaller. 0 and 1 mean the whole.
	Scale int

	content []byte
	pos     int // of the next byte that no segment has taken

	quant    [4]quantTable
	huffman  [2][4]*huffman // by class (0 DC, 1 AC) and number, nil before the first
	interval int            // MCUs between restart markers, 0: there are none
	color    colorMarkers
	frame    frame
	scans    int
	scan     scan

	components [maxComponents]component
	luminance  bool    // the first three are luminance and two differences
	inks       []uint8 // a row of YCCK as colours

	bits    bitReader
	buffers [maxComponents]buffers
	block   levels // being decoded, zero in between
}

// Decode returns the picture that content holds, with a Decoder of its own.
func Decode(content []byte) (*Image, error) {
	var d Decoder
	return d.Decode(content)
}

// DecodeConfig returns what the header of content says and decodes no pixels.
func DecodeConfig(content []byte) (Config, error) {
	d := Decoder{MaxPixels: math.MaxInt}
	d.reset(content)
	if err := d.readSegments(startOfFrame); err != nil {
		return Config{}, err
	}
	return d.frame.config(), nil
}

// Decode returns the picture that content holds. Its size is checked before
// memory is taken for pixels. The Image is the caller's.
func (d *Decoder) Decode(content []byte) (*Image, error) {
	c, err := d.Read(content)
	if err != nil {
		return nil, err
	}
	stride := c.Width * c.Components
	m := &Image{Width: c.Width, Height: c.Height, Components: c.Components, Pix: make([]uint8, stride*c.Height)}
	for y := range c.Height {
		d.row(m.Pix[y*stride:][:stride], y)
	}
	return m, nil
}

// Read decodes content all but the last steps, which Row does for the rows that
// are wanted, until the next Read or Decode. It takes no memory for pixels that
// it had not for earlier files.
func (d *Decoder) Read(content []byte) (Config, error) {
	if s := d.Scale; s != 0 && s != 1 && s != 2 && s != 4 && s != 8 {
		return Config{}, fmt.Errorf("jpeg: scale %d, expected 1, 2, 4 or 8", s)
	}
	d.reset(content)
	defer d.release()
	err := d.readSegments(endOfImage)
	if err == nil {
		err = d.checkComplete()
	}
	if err != nil {
		d.frame = frame{}
		return Config{}, err
	}
	if d.frame.progressive {
		d.transformAll()
	}
	d.luminance = d.hasLuminance()
	return d.frame.config(), nil
}

// Row writes row y of the picture that was Read to dst, components interleaved
// as in Image: Width·Components bytes.
func (d *Decoder) Row(dst []uint8, y int) error {
	f := &d.frame
	if width := f.width * len(f.components); y < 0 || y >= f.height || len(dst) != width {
		return fmt.Errorf("jpeg: row %d in %d bytes, expected one of the %d rows that were read in %d bytes", y, len(dst), f.height, width)
	}
	d.row(dst, y)
	return nil
}

func (d *Decoder) reset(content []byte) {
	d.content, d.pos = content, 0
	d.interval, d.scans = 0, 0
	d.color, d.frame = colorMarkers{}, frame{}
	d.block = levels{}
	for i := range d.quant {
		d.quant[i].defined = false
		for class := range d.huffman {
			if t := d.huffman[class][i]; t != nil {
				t.defined = false
			}
		}
	}
}

// release lets go of the caller's bytes.
func (d *Decoder) release() { d.content = nil }
