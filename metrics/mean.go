package metrics

import (
	"maps"
	"math"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/losses"
)

// Mean is a loss as a metric: its mean over all samples, by their weights.
// Unlike the loss that is minimised it divides by the sum of weights.
type Mean struct {
	downward
	Loss losses.Loss
}

// Object describes the metric as Keras does the loss of that name.
func (m Mean) Object() config.Object {
	object := m.object()
	fields := maps.Clone(object.Config)
	delete(fields, "reduction")
	return describe(object.Class, m.Name(), fields)
}

// object describes the loss; one of them Keras calls otherwise as a metric.
func (m Mean) object() config.Object {
	object := m.Loss.Object()
	if object.Class == "LogCosh" {
		return config.Object{Class: "LogCoshError", Config: config.Map{"name": "logcosh"}}
	}
	return object
}

// Name returns the loss's name: mean_squared_error.
func (m Mean) Name() string {
	object := m.object()
	if name, ok := object.Config["name"].(string); ok {
		return name
	}
	return object.Class
}

// Update adds a batch.
func (m Mean) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	values, err := m.Loss.PerSample(target, prediction)
	if err != nil {
		return err
	}
	a.AddMean(values, weights)
	return nil
}

// Result returns the mean.
func (Mean) Result(sums Sums) float64 { return sums.Mean() }

// RootMeanSquaredError is Keras' RootMeanSquaredError, the square root of the
// mean squared error over all samples.
type RootMeanSquaredError struct{ downward }

// Object describes the metric as Keras does.
func (m RootMeanSquaredError) Object() config.Object {
	return describe("RootMeanSquaredError", m.Name(), nil)
}

// Name returns root_mean_squared_error.
func (RootMeanSquaredError) Name() string { return "root_mean_squared_error" }

// Update adds a batch.
func (RootMeanSquaredError) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	return Mean{Loss: losses.MeanSquaredError{}}.Update(a, target, prediction, weights)
}

// Result returns the root.
func (RootMeanSquaredError) Result(sums Sums) float64 { return math.Sqrt(sums.Mean()) }

// CosineSimilarity is Keras' metric CosineSimilarity, the mean cosine of the
// angle between predictions and targets: 1 for the same direction, where the
// loss of that name is -1.
type CosineSimilarity struct{ upward }

// Object describes the metric as Keras does.
func (m CosineSimilarity) Object() config.Object { return describe("CosineSimilarity", m.Name(), nil) }

// Name returns cosine_similarity.
func (CosineSimilarity) Name() string { return "cosine_similarity" }

// Update adds a batch.
func (CosineSimilarity) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	values, err := losses.CosineSimilarity{}.PerSample(target, prediction)
	if err != nil {
		return err
	}
	a.AddMean(values.Neg(), weights)
	return nil
}

// Result returns the mean cosine.
func (CosineSimilarity) Result(sums Sums) float64 { return sums.Mean() }
