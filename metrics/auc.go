package metrics

import (
	"fmt"
	"math"
	"slices"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Curve is what AUC measures the area under.
type Curve uint8

// The curves: true over false positive rates, and precision over recall.
const (
	ROC Curve = iota
	PR
)

// String returns Keras' name of the curve.
func (c Curve) String() string {
	switch c {
	case ROC:
		return "ROC"
	case PR:
		return "PR"
	}
	return fmt.Sprintf("curve(%d)", uint8(c))
}

// Summation is how AUC adds up the area between two points of the curve.
type Summation uint8

// The summations: by the middle of both points (for PR by the curve through
// them, Davis and Goadrich, 2006), by the lower and by the higher one.
const (
	Interpolation Summation = iota
	Minoring
	Majoring
)

var summations = [...]string{"interpolation", "minoring", "majoring"}

// String returns Keras' name of the summation.
func (s Summation) String() string {
	if int(s) >= len(summations) {
		return fmt.Sprintf("summation(%d)", uint8(s))
	}
	return summations[s]
}

// AUC is Keras' AUC, the area under a curve that thresholds draw: for ROC the
// probability that a positive sample is predicted higher than a negative one.
// Predictions are probabilities of any number of labels.
type AUC struct {
	upward
	// NumThresholds is 200 when 0; they lie evenly from 0 to 1.
	NumThresholds int
	// Thresholds between 0 and 1, in place of even ones.
	Thresholds []float64
	Curve      Curve
	Summation  Summation
	// MultiLabel averages the areas of each label; otherwise all are taken
	// together.
	MultiLabel bool
	// LabelWeights weighs the labels; nil for evenly.
	LabelWeights []float64
	// FromLogits applies a sigmoid to the predictions.
	FromLogits bool
}

// maxThresholds bounds what a file can ask for.
const maxThresholds = 1 << 16

func (m AUC) count() int {
	switch {
	case m.Thresholds != nil:
		return len(m.Thresholds) + 2
	case m.NumThresholds == 0:
		return 200
	}
	return m.NumThresholds
}

// Object describes the metric as Keras does.
func (m AUC) Object() config.Object {
	fields := config.Map{
		"num_thresholds": m.count(), "curve": m.Curve.String(), "summation_method": m.Summation.String(),
		"multi_label": m.MultiLabel, "num_labels": nil, "label_weights": nil, "from_logits": m.FromLogits,
	}
	if m.LabelWeights != nil {
		fields["label_weights"] = m.LabelWeights
	}
	if m.Thresholds != nil {
		fields["thresholds"] = m.sorted()
	}
	return describe("AUC", m.Name(), fields)
}

func (m AUC) sorted() []float64 { return slices.Sorted(slices.Values(m.Thresholds)) }

// Name returns auc.
func (AUC) Name() string { return "auc" }

// Update adds a batch.
func (m AUC) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	t, p, err := flat("AUC", target, prediction)
	if err != nil {
		return err
	}
	if count := m.count(); count < 2 || count > maxThresholds {
		return fmt.Errorf("metrics: AUC has %d thresholds, expected 2 to %d", count, maxThresholds)
	}
	if labels := p.Extent(1); m.LabelWeights != nil && len(m.LabelWeights) != labels {
		return fmt.Errorf("metrics: AUC has %d LabelWeights for %d labels, expected one for each", len(m.LabelWeights), labels)
	}
	if m.FromLogits {
		p = p.Sigmoid()
	}
	p, thresholds := m.scaled(p)
	d, err := decide(t, p, weights, thresholds)
	if err != nil {
		return err
	}
	axes := []int{0}
	if !m.MultiLabel {
		axes = []int{0, 2}
		if err := m.weigh(&d); err != nil {
			return err
		}
	}
	a.Add("true_positives", d.truePositives(axes...))
	a.Add("false_positives", d.falsePositives(axes...))
	a.Add("true_negatives", d.trueNegatives(axes...))
	a.Add("false_negatives", d.falseNegatives(axes...))
	return nil
}

// scaled returns predictions and the thresholds to compare them with. Even
// ones are whole numbers and predictions are multiplied, as Keras does, so
// that both round alike.
func (m AUC) scaled(p *graph.Node) (*graph.Node, []float64) {
	if m.Thresholds != nil {
		return p, slices.Concat([]float64{-epsilon}, m.sorted(), []float64{1 + epsilon})
	}
	last := m.count() - 1
	thresholds := make([]float64, last+1)
	for i := range thresholds {
		thresholds[i] = float64(i)
	}
	thresholds[0] = -1
	return p.Clip(0, 1).Scale(float64(last)), thresholds
}

// weigh multiplies decisions by the labels' weights.
func (m AUC) weigh(d *decisions) error {
	if m.LabelWeights == nil {
		return nil
	}
	weights, err := column(d.above.Graph(), m.LabelWeights)
	if err != nil {
		return err
	}
	weights = weights.Reshape(len(m.LabelWeights))
	d.positive, d.negative = d.positive.Mul(weights), d.negative.Mul(weights)
	return nil
}

// Result returns the area, 0 to 1.
func (m AUC) Result(sums Sums) float64 {
	count := m.count()
	labels := len(sums["true_positives"]) / max(count, 1)
	var area, weight float64
	for label := range labels {
		share := 1.0
		if m.MultiLabel && m.LabelWeights != nil {
			share = m.LabelWeights[label]
		}
		area += share * m.area(pointsOf(sums, label, labels, count))
		weight += share
	}
	return quotient(area, weight)
}

// point is what the decisions at one threshold came to.
type point struct{ tp, fp, tn, fn float64 }

func pointsOf(sums Sums, label, labels, count int) []point {
	points := make([]point, count)
	for i := range points {
		at := func(name string) float64 { return sums.at(name, i*labels+label) }
		points[i] = point{at("true_positives"), at("false_positives"), at("true_negatives"), at("false_negatives")}
	}
	return points
}

// place is the point's on the curve.
func (p point) place(curve Curve) (x, y float64) {
	recall := quotient(p.tp, p.tp+p.fn)
	if curve == PR {
		return recall, quotient(p.tp, p.tp+p.fp)
	}
	return quotient(p.fp, p.fp+p.tn), recall
}

func (m AUC) area(points []point) float64 {
	var area float64
	for i, p := range points[1:] {
		before := points[i]
		if m.Curve == PR && m.Summation == Interpolation {
			area += interpolated(before, p)
			continue
		}
		x0, y0 := before.place(m.Curve)
		x1, y1 := p.place(m.Curve)
		height := (y0 + y1) / 2
		switch m.Summation {
		case Minoring:
			height = min(y0, y1)
		case Majoring:
			height = max(y0, y1)
		}
		area += (x0 - x1) * height
	}
	return area
}

// interpolated is the area below the precision-recall curve between two
// thresholds, along which true positives grow evenly with all positives.
func interpolated(lower, upper point) float64 {
	from, to := upper.tp+upper.fp, lower.tp+lower.fp
	gained := lower.tp - upper.tp
	slope := quotient(gained, max(to-from, 0))
	intercept := upper.tp - slope*from
	ratio := 1.0
	if from > 0 && to > 0 {
		ratio = to / from
	}
	return quotient(slope*(gained+intercept*math.Log(ratio)), max(upper.tp+upper.fn, 0))
}
