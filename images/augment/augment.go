// Package augment changes the pixels of pictures by given amounts: the affine
// transformations, flips, channel shifts and brightness of Keras'
// ImageDataGenerator, and the standardisation that follows them. It draws no
// random numbers.
package augment

import (
	"errors"
	"fmt"
)

// Transform is what is done to one picture: the dict of Keras'
// get_random_transform. The zero value does nothing.
type Transform struct {
	Theta  float64 // rotation in degrees, counter-clockwise
	TX, TY float64 // shift in pixels; TX is Keras' tx (height shift), TY its ty (width shift)
	Shear  float64 // in degrees
	ZX, ZY float64 // zoom, below 1 enlarges; 0 means 1, none

	FlipHorizontal, FlipVertical bool

	ChannelShift float64  // added to every channel
	Brightness   *float64 // factor, 0 is black; nil leaves the brightness alone
}

// FillMode says what lies outside a picture, as SciPy's modes of the names do.
type FillMode uint8

// The fill modes for a row a b c d. The zero value is Keras' default.
const (
	Nearest  FillMode = iota // a a a a | a b c d | d d d d
	Constant                 // Options.CVal wherever a pixel's centre falls outside
	Reflect                  // d c b a | a b c d | d c b a
	Wrap                     // b c d | a b c d | b c d: period n-1, first and last pixel coincide
)

var fillModes = [...]string{"nearest", "constant", "reflect", "wrap"}

// String returns Keras' name of the mode.
func (m FillMode) String() string {
	if int(m) >= len(fillModes) {
		return fmt.Sprintf("fillmode(%d)", uint8(m))
	}
	return fillModes[m]
}

// ParseFillMode returns the mode of Keras' name for it.
func ParseFillMode(name string) (FillMode, error) {
	for m := range fillModes {
		if fillModes[m] == name {
			return FillMode(m), nil
		}
	}
	return 0, fmt.Errorf("augment: unknown fill mode %q, expected nearest, constant, reflect or wrap", name)
}

// Order is the order of the spline that interpolates between pixels: Keras'
// interpolation_order.
type Order uint8

// The orders. The zero value is Keras' default.
const (
	Bilinear     Order = iota // order 1
	NearestPixel              // order 0
	Cubic                     // order 3
)

// Options say how a Transform is applied. The zero value is Keras' default.
type Options struct {
	FillMode FillMode
	CVal     float64 // what Constant fills with, in the range of the source's values
	Order    Order
	// KerasCompat gives what Keras gives to the last bit, its faults included.
	KerasCompat bool
}

// Augmenter applies transforms and keeps its scratch memory for the next
// picture. The zero value is ready; it is not safe for concurrent use.
type Augmenter struct{}

// Apply writes to dst the h×w picture of c interleaved channels in src after
// the transform. dst and src must not overlap.
func (a *Augmenter) Apply(dst, src []float32, h, w, c int, t Transform, o Options) error {
	return errors.ErrUnsupported
}

// ApplyBytes is Apply from the bytes of a picture.
func (a *Augmenter) ApplyBytes(dst []float32, src []uint8, h, w, c int, t Transform, o Options) error {
	return errors.ErrUnsupported
}

// Apply is Augmenter.Apply with scratch memory of its own.
func Apply(dst, src []float32, h, w, c int, t Transform, o Options) error {
	return new(Augmenter).Apply(dst, src, h, w, c, t, o)
}

// ApplyBytes is Augmenter.ApplyBytes with scratch memory of its own.
func ApplyBytes(dst []float32, src []uint8, h, w, c int, t Transform, o Options) error {
	return new(Augmenter).ApplyBytes(dst, src, h, w, c, t, o)
}
