// Package losses measures how far predictions are from targets, by Keras'
// names and formulas.
package losses

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Loss is what training minimises. A custom one is any type with these methods.
type Loss interface {
	// Object describes the loss as Keras' files do.
	Object() config.Object
	// PerSample returns the loss of every sample: the mean over the last
	// dimension, so that predictions (batch, classes) give (batch).
	// Predictions are floats. Targets have their shape, or, if that is
	// (batch, 1), the shape (batch); for sparse losses, whose targets are
	// class numbers, the shape without the last dimension or with 1 there.
	PerSample(target, prediction *graph.Node) (*graph.Node, error)
}

// Scalar returns what training minimises: the loss per sample, reduced as the
// loss says ([Reduced]) or else as [Mean] does. weights is nil or (batch).
func Scalar(l Loss, target, prediction, weights *graph.Node) (*graph.Node, error) {
	by := SumOverBatchSize
	if reduced, ok := l.(Reduced); ok {
		l, by = reduced.Of, reduced.By
	}
	perSample, err := l.PerSample(target, prediction)
	if err != nil {
		return nil, err
	}
	if sparse, ok := l.(SparseCategoricalCrossentropy); ok && sparse.IgnoreClass != nil {
		weights = sparse.without(target, perSample, weights, by)
	}
	return by.reduce(perSample, weights)
}

// Mean reduces losses per sample to the scalar that is minimised: their mean
// over all elements, each multiplied by its sample's weight first (Keras'
// sum_over_batch_size, which divides by the number of elements, not by the
// sum of weights). weights is nil or has the shape (batch).
func Mean(perSample, weights *graph.Node) *graph.Node {
	return weighted(perSample, weights).ReduceMean(perSample.AllAxes()...)
}

// weighted multiplies each sample's losses by its weight.
func weighted(perSample, weights *graph.Node) *graph.Node {
	if weights == nil {
		return perSample
	}
	return perSample.Mul(stretched(perSample, weights))
}

// stretched gives weights (batch) a place for each further dimension of values.
func stretched(values, weights *graph.Node) *graph.Node {
	for weights.Valid() && weights.Rank() < values.Rank() {
		weights = weights.ExpandDims(weights.Rank())
	}
	return weights.Convert(values.DType())
}

// epsilon is how far Keras keeps probabilities from 0 and 1.
const epsilon = 1e-7

// last returns the number of the last dimension.
func last(n *graph.Node) int { return n.Rank() - 1 }

// meanOverLast is the mean along the last dimension.
func meanOverLast(n *graph.Node) *graph.Node { return n.ReduceMean(last(n)) }
