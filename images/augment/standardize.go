package augment

import "math"

// The functions below change a picture in place, in the order in which Keras'
// standardize calls them: Rescale, SamplewiseCenter, SamplewiseStd,
// FeaturewiseCenter, FeaturewiseStd and last Whitening.Apply.

// tiny keeps the divisions by a standard deviation from dividing by zero.
const tiny = 1e-6

// Rescale multiplies every value by factor.
func Rescale(x []float32, factor float64) {
	rescale(x, float32(factor))
}

func rescale(x []float32, factor float32) {
	if factor == 1 {
		return
	}
	for i := range x {
		x[i] *= factor
	}
}

// SamplewiseCenter subtracts the mean of all values, one for all channels.
func SamplewiseCenter(x []float32) {
	mean := float32(meanOf(x))
	for i := range x {
		x[i] -= mean
	}
}

// SamplewiseStd divides by the standard deviation of all values, one for all
// channels, plus 1e-6.
func SamplewiseStd(x []float32) {
	mean, sum := meanOf(x), 0.0
	for _, v := range x {
		d := float64(v) - mean
		sum += d * d
	}
	divisor := float32(math.Sqrt(sum/float64(max(1, len(x))))) + tiny
	for i := range x {
		x[i] /= divisor
	}
}

func meanOf(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	return sum / float64(max(1, len(x)))
}

// FeaturewiseCenter subtracts each channel's mean; there are as many channels
// as means.
func FeaturewiseCenter(x, mean []float32) {
	for len(mean) > 0 && len(x) >= len(mean) {
		for i, m := range mean {
			x[i] -= m
		}
		x = x[len(mean):]
	}
}

// FeaturewiseStd divides each channel by its standard deviation plus 1e-6;
// there are as many channels as deviations.
func FeaturewiseStd(x, std []float32) {
	for len(std) > 0 && len(x) >= len(std) {
		for i, s := range std {
			x[i] /= s + tiny
		}
		x = x[len(std):]
	}
}
