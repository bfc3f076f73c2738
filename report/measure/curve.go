package measure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Curve is how two rates change as the threshold falls above which a sample is
// taken for positive.
type Curve struct {
	// X and Y are the rates at each threshold, which are in falling order and
	// begin with +Inf, where nothing is taken for positive. Empty where the
	// curve has no value.
	X, Y, Thresholds []float64
	// Area is that below the curve, from 0 to 1; NaN where it has no value.
	Area float64
}

// ROC returns the receiver operating characteristic: the share of the positive
// samples found (Y) over the share of the negative ones taken for positive (X).
// Samples of equal scores are found together, so that their order does not
// matter; Area joins the points by straight lines, and equals the chance that a
// positive sample scores higher than a negative one, ties counting half. Without
// samples of both kinds there is no curve. (sklearn.metrics.roc_curve with
// drop_intermediate=False, roc_auc_score.)
func ROC(positive []bool, scores []float64) (Curve, error) {
	steps, err := cut(positive, scores)
	if err != nil {
		return Curve{}, err
	}
	all := steps[len(steps)-1]
	if all.found == 0 || all.mistaken == 0 {
		return Curve{Area: math.NaN()}, nil
	}
	var c Curve
	for i, s := range steps {
		c.add(float64(s.mistaken)/float64(all.mistaken), float64(s.found)/float64(all.found), s.threshold)
		if i > 0 {
			c.Area += (c.X[i] - c.X[i-1]) * (c.Y[i] + c.Y[i-1]) / 2
		}
	}
	return c, nil
}

// PrecisionRecall returns the precision (Y) over the recall (X). It begins at
// recall 0, where precision is taken for 1. Area is the average precision
// Σ (X[i] − X[i−1]) Y[i], which does not draw straight lines between points, as
// these would promise too much. Without positive samples there is no curve.
// (sklearn.metrics.precision_recall_curve in reverse order, average_precision_score.)
func PrecisionRecall(positive []bool, scores []float64) (Curve, error) {
	steps, err := cut(positive, scores)
	if err != nil {
		return Curve{}, err
	}
	all := steps[len(steps)-1]
	if all.found == 0 {
		return Curve{Area: math.NaN()}, nil
	}
	var c Curve
	for i, s := range steps {
		precision := 1.0
		if i > 0 {
			precision = float64(s.found) / float64(s.found+s.mistaken)
		}
		c.add(float64(s.found)/float64(all.found), precision, s.threshold)
		if i > 0 {
			c.Area += (c.X[i] - c.X[i-1]) * c.Y[i]
		}
	}
	return c, nil
}

func (c *Curve) add(x, y, threshold float64) {
	c.X, c.Y, c.Thresholds = append(c.X, x), append(c.Y, y), append(c.Thresholds, threshold)
}

// step is what is taken for positive at a threshold: the positive samples
// found and the negative ones mistaken.
type step struct {
	threshold       float64
	found, mistaken int
}

// cut returns a step for no sample at all and for each different score, in
// falling order.
func cut(positive []bool, scores []float64) ([]step, error) {
	if len(positive) != len(scores) {
		return nil, fmt.Errorf("measure: %d labels and %d scores, expected as many", len(positive), len(scores))
	}
	order := make([]int, len(scores))
	for i, score := range scores {
		if math.IsNaN(score) {
			return nil, fmt.Errorf("measure: the score of sample %d is not a number", i)
		}
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	steps := []step{{threshold: math.Inf(1)}}
	for _, i := range order {
		last := steps[len(steps)-1]
		if len(steps) == 1 || scores[i] != last.threshold {
			steps = append(steps, step{scores[i], last.found, last.mistaken})
		}
		if positive[i] {
			steps[len(steps)-1].found++
		} else {
			steps[len(steps)-1].mistaken++
		}
	}
	return steps, nil
}
