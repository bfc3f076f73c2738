package losses

import (
	"fmt"
	"maps"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Reduction is how the losses of samples become one number.
type Reduction uint8

// Keras' reductions, which all weight samples first. SumOverBatchSize divides
// the sum by the number of elements, WeightedMean by the sum of weights.
const (
	SumOverBatchSize Reduction = iota
	Sum
	WeightedMean
)

var reductions = [...]string{"sum_over_batch_size", "sum", "mean_with_sample_weight"}

// String returns Keras' name of the reduction.
func (r Reduction) String() string {
	if int(r) >= len(reductions) {
		return fmt.Sprintf("reduction(%d)", uint8(r))
	}
	return reductions[r]
}

func (r Reduction) reduce(perSample, weights *graph.Node) (*graph.Node, error) {
	sum := weighted(perSample, weights).ReduceSum(perSample.AllAxes()...)
	switch {
	case r == Sum:
		return sum, nil
	case r == WeightedMean && weights != nil:
		count := stretched(perSample, weights)
		return divideNoNaN(sum, count.ReduceSum(count.AllAxes()...)), nil
	case r == SumOverBatchSize, r == WeightedMean:
		return Mean(perSample, weights), nil
	}
	return nil, fmt.Errorf("losses: there is no %v, expected SumOverBatchSize, Sum or WeightedMean", r)
}

// divideNoNaN is x/y, and 0 where y is.
func divideNoNaN(x, y *graph.Node) *graph.Node {
	nothing := y.Compare(graph.Equal, y.Like(0))
	return graph.Select(nothing, x.Like(0), x.Div(graph.Select(nothing, y.Like(1), y)))
}

// Reduced is a loss with another reduction than SumOverBatchSize.
type Reduced struct {
	Of Loss
	By Reduction
}

// Object describes the loss with its reduction.
func (l Reduced) Object() config.Object {
	object := l.Of.Object()
	object.Config = maps.Clone(object.Config)
	object.Config["reduction"] = l.By.String()
	return object
}

// PerSample returns the losses before their reduction.
func (l Reduced) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	return l.Of.PerSample(target, prediction)
}

// describe makes the configuration of a class that Keras reduces as usual.
func describe(class, name string, fields config.Map) config.Object {
	configuration := config.Map{"name": name, "reduction": SumOverBatchSize.String()}
	maps.Copy(configuration, fields)
	return config.Object{Class: class, Config: configuration}
}
