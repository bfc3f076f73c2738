// Package metrics measures how good predictions are, by Keras' names. A metric
// adds up numbers while batches go by, inside the compiled step, and is
// worked out from them when asked.
package metrics

import (
	"fmt"
	"maps"

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

// Direction tells which values of a metric are better.
type Direction uint8

// The directions.
const (
	Unknown Direction = iota
	HigherIsBetter
	LowerIsBetter
)

// DirectionOf returns which values of the metric are better, Unknown if the
// metric has no method
//
//	Direction() Direction
func DirectionOf(m Metric) Direction {
	if directed, ok := m.(interface{ Direction() Direction }); ok {
		return directed.Direction()
	}
	return Unknown
}

// Details returns all numbers of a metric that has several, by its method
//
//	Details(sums Sums) []float64
//
// one for each threshold or class, and its result alone if it has none.
func Details(m Metric, sums Sums) []float64 {
	if detailed, ok := m.(interface{ Details(Sums) []float64 }); ok {
		return detailed.Details(sums)
	}
	return []float64{m.Result(sums)}
}

// upward is embedded by metrics that are better when higher.
type upward struct{}

// Direction returns HigherIsBetter.
func (upward) Direction() Direction { return HigherIsBetter }

// downward is embedded by metrics that are better when lower.
type downward struct{}

// Direction returns LowerIsBetter.
func (downward) Direction() Direction { return LowerIsBetter }

// Accumulators collects what the metrics of a step add to. Each is a float32
// variable, zero at the beginning of an epoch. Counts are exact up to 2²⁴.
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
	a.list = append(a.list, Accumulator{Name: name, Shape: increment.Shape(), Increment: increment.Convert(floats)})
}

// All returns everything added, in order.
func (a *Accumulators) All() []Accumulator { return a.list }

// Sums are the values of a metric's accumulators by name.
type Sums map[string][]float32

// AddMean adds values to the accumulators total and count, from which
// [Sums.Mean] makes their mean. Values have the shape (batch, ...); those of
// one sample are averaged first and then count as its weight, or as 1 without
// weights.
func (a *Accumulators) AddMean(values, weights *graph.Node) {
	values = values.Convert(floats)
	values = values.ReduceMean(values.AllAxes()[min(1, values.Rank()):]...)
	count := values.CountAlong(values.AllAxes()...)
	if weights != nil {
		weights = weights.Convert(floats)
		values = values.Mul(weights)
		count = weights.ReduceSum(weights.AllAxes()...)
	}
	a.Add("total", values.ReduceSum(values.AllAxes()...))
	a.Add("count", count)
}

// Mean returns what AddMean added up, 0 if that was nothing.
func (s Sums) Mean() float64 { return quotient(s.at("total", 0), s.at("count", 0)) }

// at returns an element of an accumulator, 0 where there is none.
func (s Sums) at(name string, i int) float64 {
	if values := s[name]; i < len(values) {
		return float64(values[i])
	}
	return 0
}

// quotient is x/y, and 0 where y is, as Keras' divide_no_nan.
func quotient(x, y float64) float64 {
	if y == 0 {
		return 0
	}
	return x / y
}

// describe makes the configuration of a class.
func describe(class, name string, fields config.Map) config.Object {
	configuration := config.Map{"name": name, "dtype": "float32"}
	maps.Copy(configuration, fields)
	return config.Object{Class: class, Config: configuration}
}

// paired returns targets in the shape and type of predictions: labels (batch)
// become (batch, 1) if that is the predictions' shape.
func paired(metric string, target, prediction *graph.Node) (*graph.Node, error) {
	if target.Valid() && target.Rank() == prediction.Rank()-1 && prediction.Extent(-1) == 1 {
		target = target.ExpandDims(target.Rank())
	}
	if !target.Shape().Equal(prediction.Shape()) {
		return nil, fmt.Errorf("metrics: %s of targets %v and predictions %v, expected the same shape: %s", metric, target.Shape(), prediction.Shape(), mend(target, prediction))
	}
	return target.Convert(prediction.DType()), nil
}

// mend tells what would make targets and predictions fit.
func mend(target, prediction *graph.Node) string {
	if sparse(target, prediction) {
		return "measure class numbers with SparseCategoricalAccuracy or Accuracy"
	}
	return "give the last layer as many units as there are targets"
}

// floats is the type of accumulators and of what is added to them.
const floats = tensor.Float32

// sparse tells whether targets are the numbers of predicted classes.
func sparse(target, prediction *graph.Node) bool {
	return target.Rank() < prediction.Rank() || target.Extent(-1) == 1 && prediction.Extent(-1) > 1
}
