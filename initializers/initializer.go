// Package initializers gives weights their first values, by Keras' names and
// distributions.
package initializers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// Initializer makes the first values of a weight. A custom one is any type
// with these methods.
type Initializer interface {
	// Object describes the initializer as Keras' files do.
	Object() config.Object
	// Fill writes the values of a weight of the given shape, drawing from
	// the stream, which belongs to the weight alone. It may be called for
	// several weights at once.
	Fill(values []float32, shape tensor.Shape, stream *random.Stream) error
}
