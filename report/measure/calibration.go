package measure

import (
	"fmt"
	"math"
)

// Bin gathers the samples whose confidence lies in an interval.
type Bin struct {
	// Low and High bound the confidences, Low excluded (but for 0) and High
	// included.
	Low, High float64
	// Count is the number of samples, Confidence their mean confidence and
	// Accuracy the share that is right; NaN where there are none.
	Count                int
	Confidence, Accuracy float64
}

// Calibration tells whether confidences can be taken for probabilities: of all
// samples predicted with 80 %, 80 % should be right.
type Calibration struct {
	// Bins divide 0 to 1 into intervals of equal width.
	Bins []Bin
	// ECE is the expected calibration error, the mean of |Accuracy −
	// Confidence| over the bins, each counting by its samples; MCE is the
	// largest of a bin with samples. Both are NaN without samples.
	// (Guo et al., On Calibration of Modern Neural Networks, 2017.)
	ECE, MCE float64
}

// Calibrate sorts samples by their confidence, the probability of the class
// that was predicted, into a number of bins; 15 are common.
func Calibrate(right []bool, confidence []float64, bins int) (Calibration, error) {
	if len(right) != len(confidence) {
		return Calibration{}, fmt.Errorf("measure: %d outcomes and %d confidences, expected as many", len(right), len(confidence))
	}
	if bins < 1 {
		return Calibration{}, fmt.Errorf("measure: %d bins, expected at least 1", bins)
	}
	c := Calibration{Bins: make([]Bin, bins), ECE: math.NaN(), MCE: math.NaN()}
	hits := make([]int, bins)
	for i, p := range confidence {
		if !(p >= 0 && p <= 1) {
			return Calibration{}, fmt.Errorf("measure: the confidence of sample %d is %v, expected 0 to 1", i, p)
		}
		b := max(int(math.Ceil(p*float64(bins)))-1, 0)
		c.Bins[b].Count++
		c.Bins[b].Confidence += p
		if right[i] {
			hits[b]++
		}
	}
	if len(right) > 0 {
		c.ECE, c.MCE = 0, 0
	}
	for i := range c.Bins {
		b := &c.Bins[i]
		b.Low, b.High = float64(i)/float64(bins), float64(i+1)/float64(bins)
		b.Confidence /= float64(b.Count) // NaN for none
		b.Accuracy = ratio(hits[i], b.Count)
		if b.Count > 0 {
			gap := math.Abs(b.Accuracy - b.Confidence)
			c.ECE += gap * float64(b.Count) / float64(len(right))
			c.MCE = max(c.MCE, gap)
		}
	}
	return c, nil
}

// LogLoss returns the mean of −ln p over the samples, where p is the
// probability that was given to the true class, at least 2⁻⁵² of a doubt: the
// categorical crossentropy (sklearn.metrics.log_loss). It is NaN without samples.
func LogLoss(labels []int, probabilities [][]float64) (float64, error) {
	if len(labels) != len(probabilities) {
		return 0, fmt.Errorf("measure: %d labels and %d rows of probabilities, expected as many", len(labels), len(probabilities))
	}
	const least = 0x1p-52
	total := 0.0
	for i, row := range probabilities {
		if labels[i] < 0 || labels[i] >= len(row) {
			return 0, fmt.Errorf("measure: sample %d is of class %d, expected 0 to %d", i, labels[i], len(row)-1)
		}
		p := row[labels[i]]
		if !(p >= 0 && p <= 1) {
			return 0, fmt.Errorf("measure: the probability of sample %d is %v, expected 0 to 1", i, p)
		}
		total -= math.Log(min(max(p, least), 1-least))
	}
	return total / float64(len(labels)), nil
}
