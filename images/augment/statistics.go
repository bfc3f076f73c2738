package augment

import (
	"fmt"
	"math"
)

// Statistics accumulates the mean and standard deviation of each channel over
// any number of pictures, which need not be in memory together: what Keras'
// fit finds for featurewise_center and featurewise_std_normalization. Sums are
// float64 and taken around the mean, batch by batch: T. Chan, G. Golub and R.
// LeVeque, "Algorithms for computing the sample variance", 1983.
type Statistics struct {
	count   float64
	mean    []float64
	squares []float64 // sums of squared distances from the mean
}

// NewStatistics returns statistics of no pictures yet.
func NewStatistics(channels int) *Statistics {
	channels = max(0, channels)
	return &Statistics{mean: make([]float64, channels), squares: make([]float64, channels)}
}

// Add takes in pixels of interleaved channels, of one picture or several.
func (s *Statistics) Add(x []float32) error {
	channels := len(s.mean)
	if channels == 0 || len(x)%channels != 0 {
		return fmt.Errorf("augment: %d values are not whole pixels of %d channels", len(x), channels)
	}
	if len(x) == 0 {
		return nil
	}
	added := float64(len(x) / channels)
	total := s.count + added
	for c := range channels {
		sum := 0.0
		for i := c; i < len(x); i += channels {
			sum += float64(x[i])
		}
		mean, squares := sum/added, 0.0
		for i := c; i < len(x); i += channels {
			d := float64(x[i]) - mean
			squares += d * d
		}
		distance := mean - s.mean[c]
		s.squares[c] += squares + distance*distance*s.count*added/total
		s.mean[c] += distance * added / total
	}
	s.count = total
	return nil
}

// Mean returns the mean of each channel, 0 where nothing was added.
func (s *Statistics) Mean() []float32 {
	mean := make([]float32, len(s.mean))
	for c, m := range s.mean {
		mean[c] = float32(m)
	}
	return mean
}

// Std returns the population standard deviation of each channel, 0 where
// nothing was added.
func (s *Statistics) Std() []float32 {
	std := make([]float32, len(s.squares))
	for c, sum := range s.squares {
		std[c] = float32(math.Sqrt(sum / max(1, s.count)))
	}
	return std
}
