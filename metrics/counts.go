package metrics

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// counter is what the four counting metrics share.
type counter struct {
	class, name string
	thresholds  []float64
}

func (c counter) object() config.Object {
	fields := selection(c.thresholds, 0, nil)
	return describe(c.class, c.name, config.Map{"thresholds": fields["thresholds"]})
}

func (c counter) update(a *Accumulators, target, prediction, weights *graph.Node, count func(decisions, ...int) *graph.Node) error {
	d, err := chosen(c.class, target, prediction, weights, c.thresholds, 0, nil)
	if err != nil {
		return err
	}
	a.Add("accumulator", count(d, 0, 2))
	return nil
}

// counted is embedded by them for what they give back.
type counted struct{}

// Result returns the count at the first threshold.
func (counted) Result(sums Sums) float64 { return sums.at("accumulator", 0) }

// Details returns the count at each threshold.
func (counted) Details(sums Sums) []float64 {
	details := make([]float64, len(sums["accumulator"]))
	for i, x := range sums["accumulator"] {
		details[i] = float64(x)
	}
	return details
}

// TruePositives is Keras' TruePositives: the weight of what is predicted
// positive and is. With several thresholds, Result is that of the first and
// Details has all.
type TruePositives struct {
	counted
	upward
	// Thresholds above which a prediction is positive; 0.5 when nil.
	Thresholds []float64
}

func (m TruePositives) counter() counter {
	return counter{"TruePositives", "true_positives", m.Thresholds}
}

// Object describes the metric as Keras does.
func (m TruePositives) Object() config.Object { return m.counter().object() }

// Name returns true_positives.
func (m TruePositives) Name() string { return m.counter().name }

// Update adds a batch.
func (m TruePositives) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	return m.counter().update(a, target, prediction, weights, decisions.truePositives)
}

// TrueNegatives is Keras' TrueNegatives: the weight of what is predicted
// negative and is; see [TruePositives].
type TrueNegatives struct {
	counted
	upward
	// Thresholds above which a prediction is positive; 0.5 when nil.
	Thresholds []float64
}

func (m TrueNegatives) counter() counter {
	return counter{"TrueNegatives", "true_negatives", m.Thresholds}
}

// Object describes the metric as Keras does.
func (m TrueNegatives) Object() config.Object { return m.counter().object() }

// Name returns true_negatives.
func (m TrueNegatives) Name() string { return m.counter().name }

// Update adds a batch.
func (m TrueNegatives) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	return m.counter().update(a, target, prediction, weights, decisions.trueNegatives)
}

// FalsePositives is Keras' FalsePositives: the weight of what is predicted
// positive and is not; see [TruePositives].
type FalsePositives struct {
	counted
	downward
	// Thresholds above which a prediction is positive; 0.5 when nil.
	Thresholds []float64
}

func (m FalsePositives) counter() counter {
	return counter{"FalsePositives", "false_positives", m.Thresholds}
}

// Object describes the metric as Keras does.
func (m FalsePositives) Object() config.Object { return m.counter().object() }

// Name returns false_positives.
func (m FalsePositives) Name() string { return m.counter().name }

// Update adds a batch.
func (m FalsePositives) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	return m.counter().update(a, target, prediction, weights, decisions.falsePositives)
}

// FalseNegatives is Keras' FalseNegatives: the weight of what is predicted
// negative and is not; see [TruePositives].
type FalseNegatives struct {
	counted
	downward
	// Thresholds above which a prediction is positive; 0.5 when nil.
	Thresholds []float64
}

func (m FalseNegatives) counter() counter {
	return counter{"FalseNegatives", "false_negatives", m.Thresholds}
}

// Object describes the metric as Keras does.
func (m FalseNegatives) Object() config.Object { return m.counter().object() }

// Name returns false_negatives.
func (m FalseNegatives) Name() string { return m.counter().name }

// Update adds a batch.
func (m FalseNegatives) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	return m.counter().update(a, target, prediction, weights, decisions.falseNegatives)
}
