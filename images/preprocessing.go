package images

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lince-ml/lince/images/augment"
	"github.com/lince-ml/lince/tensor"
)

// Preprocessing is everything that happens to a picture between its file and
// the model, apart from augmentation. Training and prediction both go through
// it, and it is saved with the model (as JSON), so that neither can forget a
// step of the other.
//
// The steps, in their order: decode, bring to TargetSize, Function, Mode,
// × Rescale, + Offset, samplewise centring and scaling, featurewise centring
// and scaling, whitening.
type Preprocessing struct {
	// TargetSize is the model's picture size; zero means 256×256.
	TargetSize    Size
	ColorMode     ColorMode
	Interpolation Interpolation
	Aspect        Aspect
	// ShortSide brings the shorter side of a picture to so many pixels, of
	// whose centre TargetSize is cut out: how many ImageNet models were
	// tested. 0 is for Aspect to decide.
	ShortSide int
	// Mode is the arithmetic of a pretrained model; it needs RGB, but for TF.
	Mode Mode
	// Rescale multiplies every value; 0 means 1. Offset is added afterwards.
	Rescale, Offset float64
	// SamplewiseCenter takes off the mean of the whole picture, and
	// SamplewiseStdNormalization divides by its standard deviation + 1e-6.
	SamplewiseCenter, SamplewiseStdNormalization bool
	// Mean and Std, one number per channel, are taken off and divided by
	// (+ 1e-6); nil for none. Generator.Fit finds them.
	Mean, Std []float32
	// ChannelsFirst puts the channels before the rows: (C, H, W).
	ChannelsFirst bool
	// TensorFlowResize resizes as tf.image.resize without anti-aliasing.
	TensorFlowResize bool
	// ReducedDecoding decodes JPEG files straight to 1/2, 1/4 or 1/8 of their
	// size where that is not below TargetSize: faster for large photos, with
	// other pixels than Keras'.
	ReducedDecoding bool
	// KerasCompat decodes as Keras does: camera orientation ignored, 16-bit
	// grays cut off at 255.
	KerasCompat bool
	// NeedsFunction records that the model was trained with a Function, and
	// NeedsWhitening with ZCA whitening. Neither can be stored: give them
	// again after loading.
	NeedsFunction, NeedsWhitening bool
	// Function changes the values of one picture, 0 to 255, in place. shape
	// is (height, width, channels). Several goroutines call it at once.
	Function func(values []float32, shape tensor.Shape) error
	// Whitening is the result of Generator.Fit under ZCAWhitening.
	Whitening *augment.Whitening
}

// maxSide and maxArea bound the target size in pixels, so that a damaged model
// file cannot ask for memory without end.
const (
	maxSide = 1 << 14
	maxArea = 1 << 25
)

// Validate reports settings that contradict each other or are out of range.
func (p Preprocessing) Validate() error {
	size, channels := p.size(), p.ColorMode.Channels()
	switch {
	case size.Height < 1 || size.Width < 1 || size.Height > maxSide || size.Width > maxSide:
		return fmt.Errorf("images: target size %v, expected 1 to %d pixels for height and width", size, maxSide)
	case size.Height*size.Width > maxArea:
		return fmt.Errorf("images: target size %v, expected at most %d pixels in all", size, maxArea)
	case p.ColorMode.Channels() != 1 && p.ColorMode != RGB && p.ColorMode != RGBA:
		return fmt.Errorf("images: unknown color mode %v, expected rgb, grayscale or rgba", p.ColorMode)
	case p.ShortSide != 0 && (p.ShortSide < max(size.Height, size.Width) || p.ShortSide > maxSide):
		return fmt.Errorf("images: a short side of %d pixels, expected at least the target size %v and at most %d", p.ShortSide, size, maxSide)
	case p.ShortSide != 0 && (p.Aspect != Stretch || p.TensorFlowResize || p.ReducedDecoding):
		return fmt.Errorf("images: ShortSide says how pictures fill the target; leave Aspect, TensorFlowResize and ReducedDecoding out")
	case int(p.Interpolation) >= len(interpolations) || int(p.Mode) >= len(preprocessModes) || int(p.Aspect) >= len(aspects):
		return fmt.Errorf("images: unknown interpolation %v, preprocessing mode %v or aspect %v", p.Interpolation, p.Mode, p.Aspect)
	case (p.Mode == Caffe || p.Mode == Torch) && channels != 3:
		return fmt.Errorf("images: preprocessing mode %v needs three channels, but the color mode is %v; use rgb", p.Mode, p.ColorMode)
	case p.Mode != NoMode && p.rescales():
		return fmt.Errorf("images: preprocessing mode %v scales by itself and a rescale of %v would scale again; leave one out", p.Mode, p.Rescale)
	case math.IsNaN(p.Rescale+p.Offset) || math.IsInf(p.Rescale+p.Offset, 0):
		return fmt.Errorf("images: rescale %v and offset %v must be finite", p.Rescale, p.Offset)
	case p.Interpolation >= Area && !p.TensorFlowResize:
		return fmt.Errorf("images: interpolation %v is TensorFlow's and serves FromDirectory alone, expected nearest, bilinear, bicubic, box, hamming or lanczos", p.Interpolation)
	case p.TensorFlowResize && (p.Interpolation == Box || p.Interpolation == Hamming || p.Interpolation == Lanczos):
		return fmt.Errorf("images: TensorFlow has no interpolation %v, expected nearest, bilinear, bicubic, area, lanczos3, lanczos5, gaussian or mitchellcubic", p.Interpolation)
	case p.ReducedDecoding && p.KerasCompat:
		return fmt.Errorf("images: ReducedDecoding gives other pixels than Keras, whose very pixels KerasCompat asks for; set one")
	case p.Mean != nil && len(p.Mean) != channels:
		return fmt.Errorf("images: %d means given for %d channels", len(p.Mean), channels)
	case p.Std != nil && len(p.Std) != channels:
		return fmt.Errorf("images: %d standard deviations given for %d channels", len(p.Std), channels)
	case p.NeedsFunction && p.Function == nil:
		return fmt.Errorf("images: the model was trained with a preprocessing function, which no file can hold; set Preprocessing.Function to it")
	case p.NeedsWhitening && p.Whitening == nil:
		return fmt.Errorf("images: the model was trained with ZCA whitening, whose matrix is not stored; set Preprocessing.Whitening to it")
	}
	return nil
}

func (p Preprocessing) rescales() bool { return p.Rescale != 0 && p.Rescale != 1 }

func (p Preprocessing) size() Size {
	if p.TargetSize == (Size{}) {
		return Size{256, 256}
	}
	return p.TargetSize
}

// Shape returns the shape of one preprocessed picture: (height, width,
// channels), or (channels, height, width) with ChannelsFirst.
func (p Preprocessing) Shape() tensor.Shape {
	size, channels := p.size(), p.ColorMode.Channels()
	if p.ChannelsFirst {
		return tensor.Shape{channels, size.Height, size.Width}
	}
	return tensor.Shape{size.Height, size.Width, channels}
}

// Load reads the picture file at path and returns the values the model is to
// see, in Shape's order. Its errors name the file.
func (p Preprocessing) Load(path string) ([]float32, error) {
	l, err := newLoader(p)
	if err != nil {
		return nil, err
	}
	content, err := l.read(path)
	if err != nil {
		return nil, fmt.Errorf("images: %w", err)
	}
	values, err := l.decode(content)
	if err != nil {
		return nil, fmt.Errorf("images: %s: %w", path, err)
	}
	return values, nil
}

// Decode is Load for the content of a picture file.
func (p Preprocessing) Decode(content []byte) ([]float32, error) {
	l, err := newLoader(p)
	if err != nil {
		return nil, err
	}
	values, err := l.decode(content)
	if err != nil {
		return nil, fmt.Errorf("images: %w", err)
	}
	return values, nil
}

// Standardize applies the steps after resizing to one picture of values 0 to
// 255, in place: Keras' ImageDataGenerator.standardize. Rows come first and
// channels last in x, whatever ChannelsFirst says.
func (p Preprocessing) Standardize(x []float32) error {
	return p.standardize(x, p.Rescale)
}

// factor is what Rescale may multiply before Standardize: 1 where something
// else comes first.
func (p Preprocessing) factor() float64 {
	if p.Function != nil || p.Mode != NoMode || p.Rescale == 0 {
		return 1
	}
	return p.Rescale
}

// standardize is Standardize with another factor than Rescale; 0 means 1.
func (p Preprocessing) standardize(x []float32, factor float64) error {
	if p.Function != nil {
		size := p.size()
		if err := p.Function(x, tensor.Shape{size.Height, size.Width, p.ColorMode.Channels()}); err != nil {
			return fmt.Errorf("images: the preprocessing function failed: %w", err)
		}
	}
	p.Mode.apply(x)
	if factor != 0 {
		augment.Rescale(x, factor)
	}
	if p.Offset != 0 {
		for i := range x {
			x[i] += float32(p.Offset)
		}
	}
	if p.SamplewiseCenter || p.SamplewiseStdNormalization {
		augment.SamplewiseCenter(x)
	}
	if p.SamplewiseStdNormalization {
		augment.SamplewiseStd(x)
	}
	if p.Mean != nil {
		augment.FeaturewiseCenter(x, p.Mean)
	}
	if p.Std != nil {
		augment.FeaturewiseStd(x, p.Std)
	}
	if p.Whitening != nil {
		return p.Whitening.Apply(x, slices.Clone(x))
	}
	return nil
}

// apply is keras.applications' preprocess_input of the mode.
func (m Mode) apply(x []float32) {
	switch m {
	case Caffe:
		for i := 0; i+2 < len(x); i += 3 {
			x[i], x[i+1], x[i+2] = x[i+2]-103.939, x[i+1]-116.779, x[i]-123.68
		}
	case TF:
		for i := range x {
			x[i] = x[i]/127.5 - 1
		}
	case Torch:
		for i := 0; i+2 < len(x); i += 3 {
			x[i] = (x[i]/255 - 0.485) / 0.229
			x[i+1] = (x[i+1]/255 - 0.456) / 0.224
			x[i+2] = (x[i+2]/255 - 0.406) / 0.225
		}
	}
}

// ParseRescale returns the number that text gives as a decimal ("0.0039") or
// a fraction ("1/255").
func ParseRescale(text string) (float64, error) {
	over, under, fraction := strings.Cut(text, "/")
	value, err := strconv.ParseFloat(strings.TrimSpace(over), 64)
	if err == nil && fraction {
		var divisor float64
		divisor, err = strconv.ParseFloat(strings.TrimSpace(under), 64)
		value /= divisor
	}
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) || value == 0 {
		return 0, fmt.Errorf("images: rescale %q is no number other than 0, expected one such as 0.5 or 1/255", text)
	}
	return value, nil
}
