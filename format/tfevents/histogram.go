package tfevents

import "math"

// Bucket counts the values in [Left, Right); the last bucket includes Right.
type Bucket struct{ Left, Right, Count float64 }

// histogramBuckets is the default of tf.summary.histogram.
const histogramBuckets = 30

// Histogram divides the range of the values into 30 buckets of equal width, as
// tf.summary.histogram does. Equal values give buckets of no width with all of
// the count in the last; no values give zeros. NaN and infinities are left out.
func Histogram(values []float32) []Bucket {
	low, high, count := math.Inf(1), math.Inf(-1), 0.0
	for _, v := range values {
		if x := float64(v); finite(x) {
			low, high = min(low, x), max(high, x)
			count++
		}
	}
	buckets := make([]Bucket, histogramBuckets)
	if count == 0 {
		return buckets
	}
	width := (high - low) / histogramBuckets
	for i := range buckets {
		buckets[i].Left, buckets[i].Right = low+width*float64(i), low+width*float64(i+1)
	}
	last := &buckets[histogramBuckets-1]
	last.Right = high
	if width == 0 {
		last.Count = count
		return buckets
	}
	for _, v := range values {
		if x := float64(v); finite(x) {
			buckets[min(int((x-low)/width), histogramBuckets-1)].Count++
		}
	}
	return buckets
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
