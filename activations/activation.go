// Package activations holds the functions that layers apply to their results,
// by Keras' names.
package activations

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Activation is a function of every element, or of a row as Softmax is. A nil
// Activation is Linear. A custom one is any type with these methods.
type Activation interface {
	// Name is Keras' name, which is what files hold.
	Name() string
	// Apply returns the function of x.
	Apply(x *graph.Node) *graph.Node
}

// Configured is an activation with settings. Files hold it as the layer that
// Keras has for it: LeakyReLU(0.1).
type Configured interface {
	Activation
	// Object describes the layer.
	Object() config.Object
}
