// Package images brings pictures to a model: it finds them in folders, tables
// and arrays, decodes and resizes them, augments them at random and hands them
// out in batches. Its vocabulary is that of Keras' ImageDataGenerator; where
// Keras is known to be wrong, KerasCompat chooses its behaviour bit for bit.
package images

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/images/augment"
	"github.com/lince-ml/lince/tensor"
)

// Generator says how pictures are augmented and standardised: Keras'
// ImageDataGenerator. The zero value changes nothing. Augmentation draws anew
// for every picture in every epoch; it never touches a Validation subset.
type Generator struct {
	// RotationRange turns by up to this many degrees either way.
	RotationRange float64
	// WidthShiftRange shifts sideways by up to this fraction of the width
	// (below 1) or this many pixels (1 and above) either way.
	WidthShiftRange float64
	// WidthShiftPixels shifts by 0 to WidthShiftPixels-1 whole pixels either
	// way (Keras' int range), and WidthShiftList by one of its numbers
	// either way: pixels if the largest is at least 1, else fractions. Only
	// one of the three may be set; so too for the height.
	WidthShiftPixels int
	WidthShiftList   []float64
	// HeightShiftRange and its kin shift up and down.
	HeightShiftRange  float64
	HeightShiftPixels int
	HeightShiftList   []float64
	// ShearRange slants by up to this many degrees (not a fraction) either way.
	ShearRange float64
	// ZoomRange z draws a factor from 1-z to 1+z for each axis; factors
	// below 1 enlarge. ZoomBounds gives the two bounds themselves instead.
	ZoomRange  float64
	ZoomBounds [2]float64
	// ChannelShiftRange adds up to this much, of 255, to all channels.
	ChannelShiftRange float64
	// BrightnessRange bounds the factor that values are multiplied by: 0 is
	// black, 1 leaves them alone. Both 0 means off.
	BrightnessRange [2]float64
	// HorizontalFlip and VerticalFlip mirror every other picture.
	HorizontalFlip, VerticalFlip bool
	// FillMode says what moves in from beyond the edges, CVal the value of
	// Constant there (0 to 255).
	FillMode FillMode
	CVal     float64
	// InterpolationOrder is the spline's: Order0, Order1 (default) or Order3.
	InterpolationOrder Order

	// Rescale multiplies every value at the end, commonly 1.0/255; 0 means
	// no change. Offset is added after it.
	Rescale, Offset float64
	// Preprocess is a pretrained model's arithmetic; it travels with the model.
	Preprocess Mode
	// PreprocessingFunction changes the values of one augmented picture
	// (0 to 255, shape (height, width, channels)) in place, before Rescale.
	// Several goroutines call it at once. No model file can hold it.
	PreprocessingFunction func(values []float32, shape tensor.Shape) error
	// SamplewiseCenter makes each picture's mean 0, and
	// SamplewiseStdNormalization its standard deviation 1 as well.
	SamplewiseCenter, SamplewiseStdNormalization bool
	// FeaturewiseCenter makes each channel's mean over all pictures 0,
	// FeaturewiseStdNormalization its deviation 1 as well. Both need Fit.
	FeaturewiseCenter, FeaturewiseStdNormalization bool
	// ZCAWhitening takes the correlation out of neighbouring values; it needs
	// Fit, and small pictures. ZCAEpsilon is added to the singular values;
	// 0 means 1e-6.
	ZCAWhitening bool
	ZCAEpsilon   float64
	// Statistics are what Fit found.
	Statistics *Statistics

	// ValidationSplit is the fraction of the pictures that Flow.Subset
	// Validation takes, from 0 to below 1.
	ValidationSplit float64
	// ChannelsFirst gives and, for arrays, takes (channels, height, width):
	// Keras' data_format.
	ChannelsFirst bool
	// DType is the type of pictures and targets; only Float32, the default,
	// is supported: a model that computes in another converts them itself.
	DType tensor.DType
	// KerasCompat reproduces Keras bit for bit, its faults included: the
	// random numbers NumPy draws, width and height shifts exchanged, the
	// centre of pictures that are not square, 8-bit brightness, augmented
	// validation subsets, hidden folders as classes, nearest-neighbour
	// resizing, ignored camera orientation.
	KerasCompat bool
}

// Validate reports settings that Keras would refuse, silently ignore or fail
// on in the middle of a training.
func (g Generator) Validate() error {
	for _, r := range []struct {
		name  string
		value float64
	}{
		{"RotationRange", g.RotationRange}, {"WidthShiftRange", g.WidthShiftRange},
		{"HeightShiftRange", g.HeightShiftRange}, {"ShearRange", g.ShearRange},
		{"ZoomRange", g.ZoomRange}, {"ChannelShiftRange", g.ChannelShiftRange},
		{"WidthShiftPixels", float64(g.WidthShiftPixels)}, {"HeightShiftPixels", float64(g.HeightShiftPixels)},
		{"BrightnessRange", g.BrightnessRange[0]}, {"BrightnessRange", g.BrightnessRange[1]},
		{"ZoomBounds", g.ZoomBounds[0]}, {"ZoomBounds", g.ZoomBounds[1]}, {"ZCAEpsilon", g.ZCAEpsilon},
	} {
		if !(r.value >= 0) || math.IsInf(r.value, 0) {
			return fmt.Errorf("images: %s is %v, expected a finite number of at least 0", r.name, r.value)
		}
	}
	if err := g.validateShifts(); err != nil {
		return err
	}
	switch {
	case g.ZoomRange != 0 && g.ZoomBounds != [2]float64{}:
		return fmt.Errorf("images: ZoomRange %v and ZoomBounds %v are both set; ZoomRange z is short for ZoomBounds {1-z, 1+z}, give one", g.ZoomRange, g.ZoomBounds)
	case g.ZoomRange >= 1:
		return fmt.Errorf("images: ZoomRange %v would draw factors of 0 and below, which mirror the picture; use less than 1, or ZoomBounds to zoom out further", g.ZoomRange)
	case g.ZoomBounds != [2]float64{} && g.ZoomBounds[0] == 0:
		return fmt.Errorf("images: ZoomBounds %v begin at 0, which enlarges without end; expected two factors above 0 such as {0.8, 1.2}", g.ZoomBounds)
	case g.FillMode > Wrap:
		return fmt.Errorf("images: unknown FillMode %v, expected nearest, constant, reflect or wrap", g.FillMode)
	case g.InterpolationOrder > Order3:
		return fmt.Errorf("images: unknown InterpolationOrder %v, expected Order0, Order1 or Order3", uint8(g.InterpolationOrder))
	case !(g.ValidationSplit >= 0 && g.ValidationSplit < 1):
		return fmt.Errorf("images: ValidationSplit is %v, expected a fraction from 0 to below 1 such as 0.2", g.ValidationSplit)
	case g.DType != tensor.Invalid && g.DType != tensor.Float32:
		return fmt.Errorf("images: DType %v is not supported, expected float32; choose the model's own type where it is compiled", g.DType)
	case g.Preprocess != NoMode && g.PreprocessingFunction != nil:
		return fmt.Errorf("images: Preprocess %v and PreprocessingFunction are both set and would both apply; give one", g.Preprocess)
	case g.needsFit() && g.Statistics == nil:
		return fmt.Errorf("images: FeaturewiseCenter, FeaturewiseStdNormalization and ZCAWhitening need the statistics of the pictures; call Generator.Fit first")
	case g.ZCAWhitening && g.Statistics.Whitening == nil:
		return fmt.Errorf("images: ZCAWhitening was not set when Fit ran, so there is no whitening matrix; set it and call Fit again")
	}
	return nil
}

func (g Generator) validateShifts() error {
	for _, s := range []struct {
		name     string
		fraction float64
		pixels   int
		list     []float64
	}{
		{"Width", g.WidthShiftRange, g.WidthShiftPixels, g.WidthShiftList},
		{"Height", g.HeightShiftRange, g.HeightShiftPixels, g.HeightShiftList},
	} {
		given := 0
		for _, is := range []bool{s.fraction != 0, s.pixels != 0, len(s.list) != 0} {
			if is {
				given++
			}
		}
		if given > 1 {
			return fmt.Errorf("images: more than one of %[1]sShiftRange, %[1]sShiftPixels and %[1]sShiftList is set; give one", s.name)
		}
		for _, v := range s.list {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("images: %sShiftList has %v, expected finite numbers", s.name, v)
			}
		}
	}
	return nil
}

func (g Generator) needsFit() bool {
	return g.FeaturewiseCenter || g.FeaturewiseStdNormalization || g.ZCAWhitening
}

// Augments reports whether the generator changes pictures at random.
func (g Generator) Augments() bool {
	return g.RotationRange != 0 || g.shifts() || g.ShearRange != 0 || g.zooms() || g.ChannelShiftRange != 0 ||
		g.brightens() || g.HorizontalFlip || g.VerticalFlip
}

func (g Generator) shifts() bool {
	return g.WidthShiftRange != 0 || g.WidthShiftPixels != 0 || len(g.WidthShiftList) > 0 ||
		g.HeightShiftRange != 0 || g.HeightShiftPixels != 0 || len(g.HeightShiftList) > 0
}

func (g Generator) brightens() bool { return g.BrightnessRange != [2]float64{} }

// Plain returns the generator without augmentation: for validation pictures
// in a folder of their own.
func (g Generator) Plain() Generator {
	return Generator{
		Rescale: g.Rescale, Offset: g.Offset, Preprocess: g.Preprocess, PreprocessingFunction: g.PreprocessingFunction,
		SamplewiseCenter: g.SamplewiseCenter, SamplewiseStdNormalization: g.SamplewiseStdNormalization,
		FeaturewiseCenter: g.FeaturewiseCenter, FeaturewiseStdNormalization: g.FeaturewiseStdNormalization,
		ZCAWhitening: g.ZCAWhitening, ZCAEpsilon: g.ZCAEpsilon, Statistics: g.Statistics,
		ValidationSplit: g.ValidationSplit, ChannelsFirst: g.ChannelsFirst, DType: g.DType, KerasCompat: g.KerasCompat,
	}
}

// ApplyTransform writes to dst the picture src of the given height, width and
// channels (interleaved, values 0 to 255) after the transform: Keras'
// apply_transform. It does not standardise.
func (g Generator) ApplyTransform(dst, src []float32, size Size, channels int, t Transform) error {
	return augment.Apply(dst, src, size.Height, size.Width, channels, t, g.options())
}

func (g Generator) options() augment.Options {
	return augment.Options{FillMode: g.FillMode, CVal: g.CVal, Order: g.InterpolationOrder, KerasCompat: g.KerasCompat}
}
