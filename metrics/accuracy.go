package metrics

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Accuracy is what "accuracy" means to Keras' compile: the part of samples
// that are predicted right, by BinaryAccuracy for one unit,
// SparseCategoricalAccuracy for class numbers and CategoricalAccuracy else.
type Accuracy struct{ upward }

// Object describes the metric by Keras' short name.
func (Accuracy) Object() config.Object { return config.Object{Class: "accuracy", Config: config.Map{}} }

// Name returns accuracy.
func (Accuracy) Name() string { return "accuracy" }

// Update adds a batch.
func (Accuracy) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	switch {
	case prediction.Extent(-1) == 1:
		return BinaryAccuracy{}.Update(a, target, prediction, weights)
	case sparse(target, prediction):
		return SparseCategoricalAccuracy{}.Update(a, target, prediction, weights)
	}
	return CategoricalAccuracy{}.Update(a, target, prediction, weights)
}

// Result returns the accuracy, 0 to 1.
func (Accuracy) Result(sums Sums) float64 { return sums.Mean() }

// BinaryAccuracy is Keras' BinaryAccuracy: the part of predictions that lie
// on their target's side of a threshold.
type BinaryAccuracy struct {
	upward
	// Threshold above which a prediction is 1; 0.5 when nil.
	Threshold *float64
}

func (m BinaryAccuracy) threshold() float64 {
	if m.Threshold == nil {
		return 0.5
	}
	return *m.Threshold
}

// Object describes the metric as Keras does.
func (m BinaryAccuracy) Object() config.Object {
	return describe("BinaryAccuracy", m.Name(), config.Map{"threshold": m.threshold()})
}

// Name returns binary_accuracy.
func (BinaryAccuracy) Name() string { return "binary_accuracy" }

// Update adds a batch.
func (m BinaryAccuracy) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	target, err := paired("BinaryAccuracy", target, prediction)
	if err != nil {
		return err
	}
	predicted := prediction.Compare(graph.Greater, prediction.Like(m.threshold())).Convert(target.DType())
	a.addEqual(target, predicted, weights)
	return nil
}

// Result returns the accuracy, 0 to 1.
func (BinaryAccuracy) Result(sums Sums) float64 { return sums.Mean() }

// addEqual adds how often two values of the same type are equal.
func (a *Accumulators) addEqual(x, y, weights *graph.Node) {
	a.AddMean(x.Compare(graph.Equal, y).Convert(floats), weights)
}

// CategoricalAccuracy is Keras' CategoricalAccuracy: the part of samples
// whose largest prediction and largest target are of the same class.
type CategoricalAccuracy struct{ upward }

// Object describes the metric as Keras does.
func (m CategoricalAccuracy) Object() config.Object {
	return describe("CategoricalAccuracy", m.Name(), nil)
}

// Name returns categorical_accuracy.
func (CategoricalAccuracy) Name() string { return "categorical_accuracy" }

// Update adds a batch.
func (CategoricalAccuracy) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	target, err := paired("CategoricalAccuracy", target, prediction)
	if err != nil {
		return err
	}
	last := prediction.Rank() - 1
	a.addEqual(target.ArgMax(last), prediction.ArgMax(last), weights)
	return nil
}

// Result returns the accuracy, 0 to 1.
func (CategoricalAccuracy) Result(sums Sums) float64 { return sums.Mean() }

// SparseCategoricalAccuracy is Keras' SparseCategoricalAccuracy: the part of
// samples whose largest prediction is of the class that the target numbers.
type SparseCategoricalAccuracy struct{ upward }

// Object describes the metric as Keras does.
func (m SparseCategoricalAccuracy) Object() config.Object {
	return describe("SparseCategoricalAccuracy", m.Name(), nil)
}

// Name returns sparse_categorical_accuracy.
func (SparseCategoricalAccuracy) Name() string { return "sparse_categorical_accuracy" }

// Update adds a batch.
func (SparseCategoricalAccuracy) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	target, err := numbered("SparseCategoricalAccuracy", target, prediction)
	if err != nil {
		return err
	}
	a.addEqual(target, prediction.ArgMax(prediction.Rank()-1).Convert(floats), weights)
	return nil
}

// Result returns the accuracy, 0 to 1.
func (SparseCategoricalAccuracy) Result(sums Sums) float64 { return sums.Mean() }

// numbered returns class numbers as floats without a last dimension of 1.
func numbered(metric string, target, prediction *graph.Node) (*graph.Node, error) {
	if target.Valid() && target.Rank() == prediction.Rank() && target.Extent(-1) == 1 {
		target = target.Reshape(target.Shape()[:target.Rank()-1]...)
	}
	if prediction.Rank() == 0 || !target.Shape().Equal(prediction.Shape()[:prediction.Rank()-1]) {
		return nil, fmt.Errorf("metrics: %s of targets %v and predictions %v, expected a class number per sample: measure one-hot targets with CategoricalAccuracy or Accuracy", metric, target.Shape(), prediction.Shape())
	}
	return target.Convert(floats), nil
}

// ExactAccuracy is Keras' class Accuracy: the part of predictions that equal
// their targets, for models that predict class numbers themselves.
type ExactAccuracy struct{ upward }

// Object describes the metric as Keras does.
func (m ExactAccuracy) Object() config.Object { return describe("Accuracy", m.Name(), nil) }

// Name returns accuracy.
func (ExactAccuracy) Name() string { return "accuracy" }

// Update adds a batch.
func (ExactAccuracy) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	target, err := paired("ExactAccuracy", target, prediction)
	if err != nil {
		return err
	}
	a.addEqual(target, prediction, weights)
	return nil
}

// Result returns the accuracy, 0 to 1.
func (ExactAccuracy) Result(sums Sums) float64 { return sums.Mean() }
