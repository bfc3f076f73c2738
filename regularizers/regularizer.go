// Package regularizers adds a price for large weights to the loss, by Keras' names.
package regularizers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Regularizer prices a weight.
type Regularizer interface {
	// Object describes the regularizer as Keras' files do.
	Object() config.Object
	// Penalty returns the scalar that is added to the loss.
	Penalty(weight *graph.Node) *graph.Node
}
