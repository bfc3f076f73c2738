package metrics

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Average is how the scores of classes become one.
type Average uint8

// Keras' averages. PerClass, its None, keeps them apart in Details and has
// the Macro average as Result. Macro is their mean, Weighted that by the
// number of each class, Micro the score of all decisions together.
const (
	PerClass Average = iota
	Macro
	Micro
	Weighted
)

var averages = [...]string{"", "macro", "micro", "weighted"}

// String returns Keras' name of the average, none for PerClass.
func (a Average) String() string {
	switch {
	case a == PerClass:
		return "none"
	case int(a) < len(averages):
		return averages[a]
	}
	return fmt.Sprintf("average(%d)", uint8(a))
}

// F1Score is Keras' F1Score, the harmonic mean of precision and recall:
// FBetaScore with the Beta 1.
type F1Score struct {
	upward
	Average Average
	// Threshold above which a prediction is positive; when nil, the largest
	// of a sample is.
	Threshold *float64
}

func (m F1Score) score() FBetaScore { return FBetaScore{Average: m.Average, Threshold: m.Threshold} }

// Object describes the metric as Keras does.
func (m F1Score) Object() config.Object {
	fields := m.score().Object().Config
	delete(fields, "beta")
	fields["name"] = m.Name()
	return config.Object{Class: "F1Score", Config: fields}
}

// Name returns f1_score.
func (F1Score) Name() string { return "f1_score" }

// Update adds a batch.
func (m F1Score) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	return m.score().Update(a, target, prediction, weights)
}

// Result returns the average score, 0 to 1.
func (m F1Score) Result(sums Sums) float64 { return m.score().Result(sums) }

// Details returns the score of each class, or the average.
func (m F1Score) Details(sums Sums) []float64 { return m.score().Details(sums) }

// FBetaScore is Keras' FBetaScore of precision p and recall r,
//
//	(1+β²)·p·r / (β²·p + r)
type FBetaScore struct {
	upward
	Average Average
	// Beta is 1 when 0; recall counts β times as much as precision.
	Beta float64
	// Threshold above which a prediction is positive; when nil, the largest
	// of a sample is.
	Threshold *float64
}

func (m FBetaScore) beta() float64 {
	if m.Beta == 0 {
		return 1
	}
	return m.Beta
}

// Object describes the metric as Keras does.
func (m FBetaScore) Object() config.Object {
	fields := config.Map{"average": nil, "beta": m.beta(), "threshold": nil}
	if m.Average != PerClass {
		fields["average"] = m.Average.String()
	}
	if m.Threshold != nil {
		fields["threshold"] = *m.Threshold
	}
	return describe("FBetaScore", m.Name(), fields)
}

// Name returns fbeta_score.
func (FBetaScore) Name() string { return "fbeta_score" }

// Update adds a batch of predictions (batch, classes).
func (m FBetaScore) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	if prediction.Valid() && prediction.Rank() != 2 {
		return fmt.Errorf("metrics: FBetaScore of predictions %v, expected (batch, classes)", prediction.Shape())
	}
	target, err := paired("FBetaScore", target, prediction)
	if err != nil {
		return err
	}
	target = target.Convert(floats)
	positive := m.positive(prediction).Convert(floats)
	one := positive.Like(1)
	for _, sum := range []struct {
		name   string
		values *graph.Node
	}{
		{"true_positives", positive.Mul(target)},
		{"false_positives", positive.Mul(one.Sub(target))},
		{"false_negatives", one.Sub(positive).Mul(target)},
		{"intermediate_weights", target},
	} {
		values := sum.values
		if weights != nil {
			values = values.Mul(weights.Convert(floats).ExpandDims(1))
		}
		a.Add(sum.name, values.ReduceSum(0))
	}
	return nil
}

// positive tells which predictions are. Where all of a sample are 0, none is.
func (m FBetaScore) positive(prediction *graph.Node) *graph.Node {
	if m.Threshold != nil {
		return prediction.Compare(graph.Greater, prediction.Like(*m.Threshold))
	}
	isLargest := prediction.Compare(graph.GreaterEqual, prediction.ReduceMax(1).ExpandDims(1))
	return isLargest.And(prediction.Abs().Compare(graph.Greater, prediction.Like(1e-9)))
}

// Result returns the average score, 0 to 1.
func (m FBetaScore) Result(sums Sums) float64 {
	scores := m.Details(sums)
	var sum float64
	for _, score := range scores {
		sum += score
	}
	return quotient(sum, float64(len(scores)))
}

// Details returns the score of each class, or the average if one is set.
func (m FBetaScore) Details(sums Sums) []float64 {
	if m.Average == Micro {
		return []float64{m.score(sums.total("true_positives"), sums.total("false_positives"), sums.total("false_negatives"))}
	}
	classes := len(sums["true_positives"])
	scores := make([]float64, classes)
	var mean, weighted float64
	samples := sums.total("intermediate_weights") + epsilon
	for class := range scores {
		score := m.score(sums.at("true_positives", class), sums.at("false_positives", class), sums.at("false_negatives", class))
		scores[class] = score
		mean += score / float64(classes)
		weighted += score * sums.at("intermediate_weights", class) / samples
	}
	switch m.Average {
	case Macro:
		return []float64{mean}
	case Weighted:
		return []float64{weighted}
	}
	return scores
}

// epsilon keeps Keras' quotients finite.
const epsilon = 1e-7

func (m FBetaScore) score(tp, fp, fn float64) float64 {
	squared := m.beta() * m.beta()
	precision, recall := tp/(tp+fp+epsilon), tp/(tp+fn+epsilon)
	return (1 + squared) * precision * recall / (squared*precision + recall + epsilon)
}

// total is the sum of an accumulator's elements.
func (s Sums) total(name string) float64 {
	var sum float64
	for _, x := range s[name] {
		sum += float64(x)
	}
	return sum
}
