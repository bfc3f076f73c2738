package augment

import "errors"

// Rescale multiplies every value by factor.
func Rescale(x []float32, factor float64) {}

// SamplewiseCenter subtracts the mean of all values.
func SamplewiseCenter(x []float32) {}

// SamplewiseStd divides by the standard deviation of all values plus 1e-6.
func SamplewiseStd(x []float32) {}

// FeaturewiseCenter subtracts each channel's mean; len(mean) is the number of channels.
func FeaturewiseCenter(x, mean []float32) {}

// FeaturewiseStd divides each channel by its standard deviation plus 1e-6.
func FeaturewiseStd(x, std []float32) {}

// Statistics accumulates the mean and standard deviation of each channel over
// many pictures, in float64.
type Statistics struct{}

// NewStatistics returns statistics of no pictures yet.
func NewStatistics(channels int) *Statistics { return new(Statistics) }

// Add takes in a picture, or several, of interleaved channels.
func (s *Statistics) Add(x []float32) error { return errors.ErrUnsupported }

// Mean returns the mean of each channel.
func (s *Statistics) Mean() []float32 { return nil }

// Std returns the population standard deviation of each channel.
func (s *Statistics) Std() []float32 { return nil }

// Whitening is a ZCA matrix.
type Whitening struct{}

// ZCA returns the whitening of n pictures of the given number of values each.
// Keras subtracts the featurewise mean first; so must the caller.
func ZCA(x []float32, n, features int, epsilon float64) (*Whitening, error) {
	return nil, errors.ErrUnsupported
}

// Apply whitens one picture in place.
func (z *Whitening) Apply(x []float32) error { return errors.ErrUnsupported }
