package metrics

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Precision is Keras' Precision: of what is predicted positive, the part that
// is. All classes of a sample count alike. With several thresholds, Result is
// that of the first and Details has all.
type Precision struct {
	upward
	// Thresholds above which a prediction is positive; 0.5 when nil, none
	// with TopK.
	Thresholds []float64
	// TopK takes only the largest predictions of a sample as positive; 0 for
	// all above the threshold.
	TopK int
	// ClassID measures one class alone; nil for all.
	ClassID *int
}

// Object describes the metric as Keras does.
func (m Precision) Object() config.Object {
	return describe("Precision", m.Name(), selection(m.Thresholds, m.TopK, m.ClassID))
}

// Name returns precision.
func (Precision) Name() string { return "precision" }

// Update adds a batch.
func (m Precision) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	d, err := chosen("Precision", target, prediction, weights, m.Thresholds, m.TopK, m.ClassID)
	if err != nil {
		return err
	}
	a.Add("true_positives", d.truePositives(0, 2))
	a.Add("false_positives", d.falsePositives(0, 2))
	return nil
}

// Result returns the precision at the first threshold, 0 to 1.
func (m Precision) Result(sums Sums) float64 { return m.Details(sums)[0] }

// Details returns the precision at each threshold.
func (m Precision) Details(sums Sums) []float64 {
	return parts(sums, "true_positives", "false_positives")
}

// Recall is Keras' Recall: of what is positive, the part that is predicted
// so. With several thresholds, Result is that of the first and Details has
// all.
type Recall struct {
	upward
	// Thresholds above which a prediction is positive; 0.5 when nil, none
	// with TopK.
	Thresholds []float64
	// TopK takes only the largest predictions of a sample as positive; 0 for
	// all above the threshold.
	TopK int
	// ClassID measures one class alone; nil for all.
	ClassID *int
}

// Object describes the metric as Keras does.
func (m Recall) Object() config.Object {
	return describe("Recall", m.Name(), selection(m.Thresholds, m.TopK, m.ClassID))
}

// Name returns recall.
func (Recall) Name() string { return "recall" }

// Update adds a batch.
func (m Recall) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	d, err := chosen("Recall", target, prediction, weights, m.Thresholds, m.TopK, m.ClassID)
	if err != nil {
		return err
	}
	a.Add("true_positives", d.truePositives(0, 2))
	a.Add("false_negatives", d.falseNegatives(0, 2))
	return nil
}

// Result returns the recall at the first threshold, 0 to 1.
func (m Recall) Result(sums Sums) float64 { return m.Details(sums)[0] }

// Details returns the recall at each threshold.
func (m Recall) Details(sums Sums) []float64 {
	return parts(sums, "true_positives", "false_negatives")
}

// parts is x/(x+y) at each threshold, 0 where that is nothing.
func parts(sums Sums, x, y string) []float64 {
	result := make([]float64, max(len(sums[x]), 1))
	for i := range result {
		result[i] = quotient(sums.at(x, i), sums.at(x, i)+sums.at(y, i))
	}
	return result
}

// chosen makes the decisions of Precision and Recall.
func chosen(metric string, target, prediction, weights *graph.Node, thresholds []float64, k int, class *int) (decisions, error) {
	t, p, err := flat(metric, target, prediction)
	if err != nil {
		return decisions{}, err
	}
	labels := p.Extent(1)
	if thresholds == nil {
		thresholds = []float64{0.5}
		if k > 0 {
			thresholds = []float64{-math.MaxFloat32}
		}
	}
	if k < 0 || k > labels {
		return decisions{}, fmt.Errorf("metrics: %s has TopK %d, expected at most the %d predictions of a sample", metric, k, labels)
	}
	if k > 0 {
		p = graph.Select(largest(p, k).Compare(graph.Greater, p.Like(0)), p, p.Like(math.Inf(-1)))
	}
	if class != nil {
		if *class < 0 || *class >= labels {
			return decisions{}, fmt.Errorf("metrics: %s has ClassID %d, expected one of the %d classes from 0", metric, *class, labels)
		}
		t, p = t.SliceAxis(1, *class, *class+1), p.SliceAxis(1, *class, *class+1)
	}
	return decide(t, p, weights, thresholds)
}

// selection describes what chosen takes.
func selection(thresholds []float64, k int, class *int) config.Map {
	fields := config.Map{"thresholds": nil, "top_k": nil, "class_id": nil}
	switch len(thresholds) {
	case 0:
	case 1:
		fields["thresholds"] = thresholds[0]
	default:
		fields["thresholds"] = thresholds
	}
	if k > 0 {
		fields["top_k"] = k
	}
	if class != nil {
		fields["class_id"] = *class
	}
	return fields
}
