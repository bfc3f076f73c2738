// Package measure says how good a classifier is, from the true classes of
// samples and what was predicted of them: confusion matrices, precision and
// recall, ROC and precision-recall curves, calibration. Its functions are pure
// and know no model.
//
// What has no value, such as the precision of a class that was never
// predicted, is NaN and left out of averages (scikit-learn's
// zero_division=nan).
package measure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Confusion counts how often samples of each true class (rows) were taken for
// each class (columns).
type Confusion [][]int

// NewConfusion counts the pairs of true and predicted classes, numbers from 0
// to below classes.
func NewConfusion(labels, predicted []int, classes int) (Confusion, error) {
	if len(labels) != len(predicted) {
		return nil, fmt.Errorf("measure: %d labels and %d predictions, expected as many", len(labels), len(predicted))
	}
	if classes < 1 {
		return nil, fmt.Errorf("measure: %d classes, expected at least 1", classes)
	}
	counts := make(Confusion, classes)
	for i := range counts {
		counts[i] = make([]int, classes)
	}
	for i, label := range labels {
		if label < 0 || label >= classes || predicted[i] < 0 || predicted[i] >= classes {
			return nil, fmt.Errorf("measure: sample %d is of class %d and taken for %d, expected 0 to %d", i, label, predicted[i], classes-1)
		}
		counts[label][predicted[i]]++
	}
	return counts, nil
}

// Shares returns the counts divided by the sum of their row, so that each row
// that has samples adds up to 1; NaN in rows without.
func (c Confusion) Shares() [][]float64 {
	shares := make([][]float64, len(c))
	for i, row := range c {
		shares[i] = make([]float64, len(row))
		total := sum(row)
		for j, count := range row {
			shares[i][j] = ratio(count, total)
		}
	}
	return shares
}

// Pair is a class that was taken for another.
type Pair struct {
	// True and Predicted are the classes' numbers.
	True, Predicted int
	// Count is how often it happened, and Share that among all samples of
	// the true class.
	Count int
	Share float64
}

// Pairs returns the mistakes that were made, the most frequent first; pairs of
// equal counts by their larger share, then in the order of the classes.
func (c Confusion) Pairs() []Pair {
	var pairs []Pair
	for i, row := range c {
		total := sum(row)
		for j, count := range row {
			if i != j && count > 0 {
				pairs = append(pairs, Pair{i, j, count, ratio(count, total)})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(b.Share, a.Share))
	})
	return pairs
}

func sum(counts []int) int {
	total := 0
	for _, count := range counts {
		total += count
	}
	return total
}

// ratio is NaN where there is nothing to divide by.
func ratio(part, whole int) float64 {
	if whole == 0 {
		return math.NaN()
	}
	return float64(part) / float64(whole)
}
