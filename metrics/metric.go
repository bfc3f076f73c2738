// Package metrics measures how good predictions are, by Keras' names. A metric
// adds up numbers while batches go by, inside the compiled step, and is
// worked out from them when asked.
package metrics

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// Metric measures predictions. A custom one is any type with these methods.
type Metric interface {
	// Object describes the metric as Keras' files do.
	Object() config.Object
	// Name is what History calls it: accuracy.
	Name() string
	// Update adds a batch to the accumulators. weights is nil or (batch).
	Update(a *Accumulators, target, prediction, weights *graph.Node) error
	// Result works the metric out of the sums.
	Result(sums Sums) float64
}

// Accumulators collects what the metrics of a step add to. Each is a float32
// variable, zero at the beginning of an epoch.
type Accumulators struct {
	list []Accumulator
}

// Accumulator is one variable of a metric and what the step adds to it.
type Accumulator struct {
	Name      string
	Shape     tensor.Shape
	Increment *graph.Node
}

// Add adds the increment, whose shape has no batch, to the accumulator of
// the given name.
func (a *Accumulators) Add(name string, increment *graph.Node) {
	a.list = append(a.list, Accumulator{Name: name, Shape: increment.Shape(), Increment: increment})
}

// All returns everything added, in order.
func (a *Accumulators) All() []Accumulator { return a.list }

// Sums are the values of a metric's accumulators by name.
type Sums map[string][]float32
