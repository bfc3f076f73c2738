package metrics

import (
	"maps"

	"github.com/lince-ml/lince/config"
)

// Named is a metric by another name than its own, to have two of a kind in
// one History.
type Named struct {
	Metric
	As string
}

// Object describes the metric with its name.
func (m Named) Object() config.Object {
	object := m.Metric.Object()
	object.Config = maps.Clone(object.Config)
	object.Config["name"] = m.As
	return object
}

// Name returns the name given.
func (m Named) Name() string { return m.As }

// Direction returns the metric's own.
func (m Named) Direction() Direction { return DirectionOf(m.Metric) }

// Details returns the metric's own.
func (m Named) Details(sums Sums) []float64 { return Details(m.Metric, sums) }
