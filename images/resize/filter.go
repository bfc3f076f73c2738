package resize

import "fmt"

// Filter names how pixels are weighed: Keras' interpolation.
type Filter uint8

// The filters. Resize knows the first six, as Pillow; ResizeTensorFlow knows
// Nearest, Bilinear, Bicubic and the last five, as tf.image.resize.
const (
	Bilinear Filter = iota
	Nearest
	Bicubic
	Box
	Hamming
	Lanczos
	Area
	Lanczos3
	Lanczos5
	Gaussian
	MitchellCubic
)

var names = [...]string{"bilinear", "nearest", "bicubic", "box", "hamming", "lanczos", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"}

// String returns Keras' name of the filter.
func (f Filter) String() string {
	if int(f) >= len(names) {
		return fmt.Sprintf("filter(%d)", uint8(f))
	}
	return names[f]
}
