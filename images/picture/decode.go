package picture

import "errors"

// What can be wrong with a picture file. Every error of Decode and
// DecodeConfig is one of these to errors.Is.
var (
	ErrEmpty     = errors.New("the file is empty")
	ErrFormat    = errors.New("not a picture of a supported format")
	ErrTruncated = errors.New("the file is truncated")
	ErrCorrupt   = errors.New("the file is corrupt")
	ErrTooLarge  = errors.New("the picture has too many pixels")
)

// DefaultMaxPixels is the most pixels a picture may have unless Options say
// otherwise: Pillow's limit against decompression bombs.
const DefaultMaxPixels = 89_478_485

// Options say how Decode reads a file. The zero value gives upright RGB.
type Options struct {
	Color ColorMode
	// MaxPixels limits height × width; 0 means DefaultMaxPixels.
	MaxPixels int
	// IgnoreOrientation leaves the picture as the camera's sensor saw it,
	// whatever the EXIF orientation says.
	IgnoreOrientation bool
	// KerasCompat decodes as Keras does through Pillow: the orientation is
	// ignored and 16-bit gray levels are cut off at 255 where otherwise they
	// are scaled to 8 bits.
	KerasCompat bool
}

// Info is what a file's header says.
type Info struct {
	Format        string // "jpeg", "png", "gif", "bmp", "tiff", "webp" or "pnm"
	Height, Width int    // as stored, before any orientation
	Orientation   int    // EXIF orientation 1 … 8; 1 is upright and what files without one have
}

// Decode returns the picture that the content of a file holds.
func Decode(content []byte, o Options) (*Picture, error) { return nil, ErrFormat }

// DecodeConfig returns what the header says without decoding any pixels.
func DecodeConfig(content []byte) (Info, error) { return Info{}, ErrFormat }
