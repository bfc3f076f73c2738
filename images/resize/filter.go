package resize

import (
	"fmt"
	"math"
)

// Filter names how pixels are weighed: Keras' interpolation.
type Filter uint8

// The filters. Resize knows the first six, as Pillow does; ResizeTensorFlow
// knows the first three and the last five, as tf.image.resize does. The zero
// value is image_dataset_from_directory's default; ImageDataGenerator's is
// Nearest.
const (
	Bilinear Filter = iota
	Nearest
	Bicubic
	Box     // Pillow: the mean of the covered pixels when shrinking
	Hamming // Pillow: as sharp as Bicubic at Bilinear's cost
	Lanczos // Pillow: three lobes
	Area    // TensorFlow: the mean of the covered area
	Lanczos3
	Lanczos5
	Gaussian
	MitchellCubic
)

var names = [...]string{
	Bilinear: "bilinear", Nearest: "nearest", Bicubic: "bicubic", Box: "box", Hamming: "hamming", Lanczos: "lanczos",
	Area: "area", Lanczos3: "lanczos3", Lanczos5: "lanczos5", Gaussian: "gaussian", MitchellCubic: "mitchellcubic",
}

// String returns Keras' name of the filter.
func (f Filter) String() string {
	if int(f) >= len(names) {
		return fmt.Sprintf("filter(%d)", uint8(f))
	}
	return names[f]
}

// ParseFilter returns the filter of Keras' name for it.
func ParseFilter(name string) (Filter, error) {
	for f := range names {
		if names[f] == name {
			return Filter(f), nil
		}
	}
	return 0, fmt.Errorf("resize: unknown interpolation %q, expected bilinear, nearest, bicubic, box, hamming, lanczos, area, lanczos3, lanczos5, gaussian or mitchellcubic", name)
}

// pillowKernel returns Pillow's kernel of the filter and the distance, in
// pixels of the coarser picture, beyond which it is zero.
func (f Filter) pillowKernel() (kernel func(x float64) float64, support float64) {
	switch f {
	case Bilinear:
		return triangle, 1
	case Bicubic:
		return cubic, 2
	case Box:
		return box, 0.5
	case Hamming:
		return hamming, 1
	case Lanczos:
		return lanczos, 3
	}
	return nil, 0
}

func triangle(x float64) float64 { return max(0, 1-math.Abs(x)) }

func box(x float64) float64 {
	if x > -0.5 && x <= 0.5 {
		return 1
	}
	return 0
}

// cubic is the convolution kernel of R. Keys (IEEE ASSP 29(6), 1981), a = -0.5.
func cubic(x float64) float64 {
	const a = -0.5
	x = math.Abs(x)
	switch {
	case x < 1:
		return float64((float64((a+2)*x)-(a+3))*x*x) + 1
	case x < 2:
		return (float64((float64((x-5)*x)+8)*x) - 4) * a
	}
	return 0
}

// hammingAlpha and hammingBeta are rounded to float32, as Pillow's are.
const (
	hammingAlpha = float64(float32(0.54))
	hammingBeta  = float64(float32(0.46))
)

func hamming(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x == 0:
		return 1
	case x >= 1:
		return 0
	}
	x *= math.Pi
	return math.Sin(x) / x * (hammingAlpha + float64(hammingBeta*math.Cos(x)))
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	x *= math.Pi
	return math.Sin(x) / x
}

func lanczos(x float64) float64 {
	if -3 <= x && x < 3 {
		return sinc(x) * sinc(x/3)
	}
	return 0
}
