package main

import (
	"fmt"
	"math"
)

// largestDifference returns the largest |a - b| of two lists; NaN if one of
// them has a NaN, an error if their lengths differ.
func largestDifference(a, b []float32) (float64, error) {
	if len(a) != len(b) {
		return 0, fmt.Errorf("%d values cannot be compared with %d", len(a), len(b))
	}
	largest := 0.0
	for i := range a {
		largest = math.Max(largest, math.Abs(float64(a[i])-float64(b[i])))
	}
	return largest, nil
}

// relative returns |value - truth| / |truth|, 0 for equal numbers.
func relative(value, truth float64) float64 {
	if value == truth {
		return 0
	}
	return math.Abs(value-truth) / math.Abs(truth)
}

// relativeNorm returns ‖a - b‖₂ / ‖b - origin‖₂; a nil origin is zero. Equal
// lists give 0.
func relativeNorm(a, b, origin []float32) (float64, error) {
	if len(a) != len(b) || origin != nil && len(origin) != len(b) {
		return 0, fmt.Errorf("%d values cannot be compared with %d", len(a), len(b))
	}
	var difference, size float64
	for i := range a {
		d, v := float64(a[i])-float64(b[i]), float64(b[i])
		if origin != nil {
			v -= float64(origin[i])
		}
		difference += d * d
		size += v * v
	}
	if difference == 0 {
		return 0, nil
	}
	return math.Sqrt(difference / size), nil
}

// meanAndDeviation returns the mean and the standard deviation of a sample;
// the deviation of a single value is 0.
func meanAndDeviation(values []float64) (mean, deviation float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	if len(values) < 2 {
		return mean, 0
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(deviation / float64(len(values)-1))
}

// errorsBelow returns by how many standard errors of their difference the
// mean of a lies below that of b (Welch's statistic); negative if above.
func errorsBelow(a, b []float64) float64 {
	meanA, deviationA := meanAndDeviation(a)
	meanB, deviationB := meanAndDeviation(b)
	if meanA == meanB {
		return 0
	}
	standard := math.Sqrt(deviationA*deviationA/float64(len(a)) + deviationB*deviationB/float64(len(b)))
	return (meanB - meanA) / standard
}
