package metrics

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// TopKCategoricalAccuracy is Keras' TopKCategoricalAccuracy: the part of
// samples whose class, the largest of the target, is among the K largest
// predictions. Classes that tie for the last place all count.
type TopKCategoricalAccuracy struct {
	upward
	// K is 5 when 0.
	K int
}

// Object describes the metric as Keras does.
func (m TopKCategoricalAccuracy) Object() config.Object {
	return describe("TopKCategoricalAccuracy", m.Name(), config.Map{"k": placesOr(m.K)})
}

// Name returns top_k_categorical_accuracy.
func (TopKCategoricalAccuracy) Name() string { return "top_k_categorical_accuracy" }

// Update adds a batch.
func (m TopKCategoricalAccuracy) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	target, err := paired("TopKCategoricalAccuracy", target, prediction)
	if err != nil {
		return err
	}
	return a.addTopK(target.ArgMax(target.Rank()-1).Convert(floats), prediction, weights, placesOr(m.K))
}

// Result returns the accuracy, 0 to 1.
func (TopKCategoricalAccuracy) Result(sums Sums) float64 { return sums.Mean() }

// SparseTopKCategoricalAccuracy is Keras' SparseTopKCategoricalAccuracy:
// TopKCategoricalAccuracy of class numbers.
type SparseTopKCategoricalAccuracy struct {
	upward
	// K is 5 when 0.
	K int
}

// Object describes the metric as Keras does.
func (m SparseTopKCategoricalAccuracy) Object() config.Object {
	return describe("SparseTopKCategoricalAccuracy", m.Name(), config.Map{"k": placesOr(m.K)})
}

// Name returns sparse_top_k_categorical_accuracy.
func (SparseTopKCategoricalAccuracy) Name() string { return "sparse_top_k_categorical_accuracy" }

// Update adds a batch.
func (m SparseTopKCategoricalAccuracy) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	target, err := numbered("SparseTopKCategoricalAccuracy", target, prediction)
	if err != nil {
		return err
	}
	return a.addTopK(target, prediction, weights, placesOr(m.K))
}

// Result returns the accuracy, 0 to 1.
func (SparseTopKCategoricalAccuracy) Result(sums Sums) float64 { return sums.Mean() }

func placesOr(k int) int {
	if k == 0 {
		return 5
	}
	return k
}

// addTopK adds how often fewer than k classes have a larger prediction than
// the class numbered.
func (a *Accumulators) addTopK(numbers, prediction, weights *graph.Node, k int) error {
	if k < 0 {
		return fmt.Errorf("metrics: K is %d, expected a positive number of places", k)
	}
	last := prediction.Rank() - 1
	own := oneHot(numbers, prediction.Extent(-1))
	score := graph.Select(own, prediction, prediction.Like(0)).ReduceSum(last)
	larger := prediction.Compare(graph.Greater, score.ExpandDims(last)).Convert(floats).ReduceSum(last)
	known := own.Convert(floats).ReduceSum(last).Compare(graph.Greater, larger.Like(0))
	among := larger.Compare(graph.Less, larger.Like(float64(k))).And(score.IsFinite()).And(known)
	a.AddMean(among.Convert(floats), weights)
	return nil
}

// oneHot tells for each number and class whether they are the same.
func oneHot(numbers *graph.Node, classes int) *graph.Node {
	return numbers.ExpandDims(numbers.Rank()).Compare(graph.Equal, numbers.Graph().Iota(numbers.DType(), 0, classes))
}

// largest marks the k largest predictions of each sample with 1, the first of
// equal ones, and the others with 0.
func largest(prediction *graph.Node, k int) *graph.Node {
	last := prediction.Rank() - 1
	rest, marked := prediction, prediction.Scale(0).Convert(floats)
	for range k {
		picked := oneHot(rest.ArgMax(last).Convert(floats), prediction.Extent(-1))
		marked = graph.Select(picked, marked.Like(1), marked)
		rest = graph.Select(picked, rest.Like(math.Inf(-1)), rest)
	}
	return marked
}
