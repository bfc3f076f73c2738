// Package losses measures how far predictions are from targets, by Keras'
// names and formulas.
package losses

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Loss is what training minimises. A custom one is any type with these methods.
type Loss interface {
	// Object describes the loss as Keras' files do.
	Object() config.Object
	// PerSample returns the loss of every sample: the mean over the last
	// dimension, so that targets (batch, classes) give (batch). Both values
	// are floats; targets have the predictions' shape, or for sparse losses
	// that shape without the last dimension.
	PerSample(target, prediction *graph.Node) (*graph.Node, error)
}

// Mean reduces losses per sample to the scalar that is minimised: their mean
// over all elements, each multiplied by its sample's weight first (Keras'
// sum_over_batch_size, which divides by the number of elements, not by the
// sum of weights). weights is nil or has the shape (batch).
func Mean(perSample, weights *graph.Node) *graph.Node {
	axes := perSample.AllAxes()
	if weights != nil {
		for weights.Valid() && weights.Rank() < perSample.Rank() {
			weights = weights.ExpandDims(weights.Rank())
		}
		perSample = perSample.Mul(weights)
	}
	return perSample.ReduceMean(axes...)
}

// sameShape returns an error unless target and prediction agree.
func sameShape(target, prediction *graph.Node) error {
	if !target.Shape().Equal(prediction.Shape()) {
		return fmt.Errorf("losses: targets have the shape %v and predictions %v, expected the same: give the last layer as many units as there are targets", target.Shape(), prediction.Shape())
	}
	return nil
}
