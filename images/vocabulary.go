package images

import (
	"fmt"

	"github.com/lince-ml/lince/images/augment"
	"github.com/lince-ml/lince/images/picture"
	"github.com/lince-ml/lince/images/resize"
)

// Size is a height and a width in pixels, in that order as in Keras.
type Size struct{ Height, Width int }

// String returns "height×width".
func (s Size) String() string { return fmt.Sprintf("%d×%d", s.Height, s.Width) }

// Square returns the size of a square picture with the given side.
func Square(side int) Size { return Size{side, side} }

// ColorMode says which channels a picture is given: Keras' color_mode.
type ColorMode = picture.ColorMode

// The colour modes; RGB is the zero value.
const (
	RGB       = picture.RGB
	Grayscale = picture.Grayscale
	RGBA      = picture.RGBA
)

// ParseColorMode returns the mode of Keras' name: rgb, grayscale or rgba.
func ParseColorMode(text string) (ColorMode, error) {
	mode, err := picture.ParseColorMode(text)
	if err != nil {
		return 0, fmt.Errorf("images: %w", err)
	}
	return mode, nil
}

// Transform is what is done to one picture: Keras' dict of the same meaning.
type Transform = augment.Transform

// FillMode says what lies beyond a picture's edge when it is turned or shifted.
type FillMode = augment.FillMode

// The fill modes; Nearest is the zero value.
const (
	Nearest  = augment.Nearest
	Constant = augment.Constant
	Reflect  = augment.Reflect
	Wrap     = augment.Wrap
)

// ParseFillMode returns the mode of Keras' name: nearest, constant, reflect or wrap.
func ParseFillMode(text string) (FillMode, error) {
	mode, err := augment.ParseFillMode(text)
	if err != nil {
		return 0, fmt.Errorf("images: %w", err)
	}
	return mode, nil
}

// Order is the order of the spline that augmentation interpolates with.
type Order = augment.Order

// The spline orders; Order1, bilinear, is the zero value.
const (
	Order0 = augment.NearestPixel
	Order1 = augment.Bilinear
	Order3 = augment.Cubic
)

// Interpolation is the filter that brings a picture to its target size.
type Interpolation uint8

// The filters are Pillow's, which soften a picture before they shrink it. The
// last five are TensorFlow's and serve FromDirectory alone.
const (
	// DefaultInterpolation, the zero value, is Bilinear; under KerasCompat
	// it is the generator's NearestNeighbor.
	DefaultInterpolation Interpolation = iota
	NearestNeighbor
	Bilinear
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

var interpolations = []string{
	"default", "nearest", "bilinear", "bicubic", "box", "hamming", "lanczos",
	"area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic",
}

// String returns Keras' name of the filter, "default" for DefaultInterpolation.
func (i Interpolation) String() string { return name(i, interpolations) }

// ParseInterpolation returns the filter of Keras' name ("nearest", "bilinear" ...).
func ParseInterpolation(text string) (Interpolation, error) {
	return parse[Interpolation]("interpolation", text, interpolations)
}

func (i Interpolation) filter() resize.Filter {
	switch i {
	case NearestNeighbor:
		return resize.Nearest
	case Bicubic:
		return resize.Bicubic
	case Box:
		return resize.Box
	case Hamming:
		return resize.Hamming
	case Lanczos:
		return resize.Lanczos
	case Area:
		return resize.Area
	case Lanczos3:
		return resize.Lanczos3
	case Lanczos5:
		return resize.Lanczos5
	case Gaussian:
		return resize.Gaussian
	case MitchellCubic:
		return resize.MitchellCubic
	}
	return resize.Bilinear
}

// Aspect says how a picture of another aspect ratio fills the target size.
type Aspect uint8

const (
	Stretch Aspect = iota // squeezed or stretched; the zero value
	Crop                  // the largest centred part of the target's ratio
	Pad                   // the whole picture, centred on black
)

var aspects = []string{"stretch", "crop", "pad"}

// String returns the name: stretch, crop or pad.
func (a Aspect) String() string { return name(a, aspects) }

// ParseAspect returns the Aspect of the name stretch, crop or pad.
func ParseAspect(text string) (Aspect, error) { return parse[Aspect]("aspect", text, aspects) }
