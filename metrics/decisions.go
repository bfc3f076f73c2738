package metrics

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// decisions are a batch's binary ones: whether each prediction is above each
// threshold, and whether it should be.
type decisions struct {
	above              *graph.Node // (batch, thresholds, labels), 1 or 0
	positive, negative *graph.Node // (batch, 1, labels), the sample's weight or 0
}

// flat returns targets and predictions as (batch, labels) floats.
func flat(metric string, target, prediction *graph.Node) (t, p *graph.Node, err error) {
	if t, err = paired(metric, target, prediction); err != nil {
		return nil, nil, err
	}
	labels := 1
	for _, extent := range prediction.Shape()[min(1, prediction.Rank()):] {
		labels *= extent
	}
	shape := []int{prediction.Extent(0), labels}
	return t.Reshape(shape...).Convert(floats), prediction.Reshape(shape...).Convert(floats), nil
}

// decide compares predictions (batch, labels) with thresholds. Targets count
// as positive unless they are 0.
func decide(target, prediction, weights *graph.Node, thresholds []float64) (decisions, error) {
	limits, err := column(prediction.Graph(), thresholds)
	if err != nil {
		return decisions{}, err
	}
	above := prediction.ExpandDims(1).Compare(graph.Greater, limits).Convert(floats)
	positive := target.ExpandDims(1).Compare(graph.NotEqual, target.Like(0)).Convert(floats)
	d := decisions{above: above, positive: positive, negative: positive.Like(1).Sub(positive)}
	if weights != nil {
		weights = weights.Convert(floats).ExpandDims(1, 2)
		d.positive, d.negative = d.positive.Mul(weights), d.negative.Mul(weights)
	}
	return d, nil
}

// column makes numbers a constant (numbers, 1).
func column(g *graph.Graph, numbers []float64) (*graph.Node, error) {
	values := make([]float32, len(numbers))
	for i, x := range numbers {
		values[i] = float32(x)
	}
	constant, err := tensor.Of(values, len(values), 1)
	if err != nil {
		return nil, fmt.Errorf("metrics: thresholds: %w", err)
	}
	return g.Constant(constant), nil
}

// The four counts are the weight of samples of each kind, for each threshold
// summed over the axes.

func (d decisions) truePositives(axes ...int) *graph.Node {
	return d.positive.Mul(d.above).ReduceSum(axes...)
}

func (d decisions) falsePositives(axes ...int) *graph.Node {
	return d.negative.Mul(d.above).ReduceSum(axes...)
}

func (d decisions) falseNegatives(axes ...int) *graph.Node {
	return d.positive.Mul(d.below()).ReduceSum(axes...)
}

func (d decisions) trueNegatives(axes ...int) *graph.Node {
	return d.negative.Mul(d.below()).ReduceSum(axes...)
}

func (d decisions) below() *graph.Node { return d.above.Like(1).Sub(d.above) }
