package cpu

import (
	"testing"

	"github.com/lince-ml/lince/graph"
)

// trained is a batch normalisation by the batch's own statistics.
func trained(x, gamma, beta *graph.Node) *graph.Node {
	mean := x.ReduceMean(0, 1, 2)
	variance := x.Sub(mean).Square().ReduceMean(0, 1, 2)
	return x.Normalize(graph.BatchNormalization{Epsilon: 1e-3, Batch: true}, gamma, beta, mean, variance)
}

// TestNormalizationTrainsInFewPasses counts the loops over the pictures of a
// batch normalisation and its gradient.
func TestNormalizationTrainsInFewPasses(t *testing.T) {
	fusion{
		build: func(b *blocks) []*graph.Node {
			x := b.convolve(b.pictures(9, 5), 19, 3, 1, 1)
			gamma, beta := b.weight(1, 0.5, 19), b.weight(0, 1, 19)
			y := trained(x, gamma, beta).ReLU()
			gradients, err := graph.Gradient(y.Square().ReduceSum(0, 1, 2, 3), x, gamma, beta)
			if err != nil {
				return []*graph.Node{b.graph.Fail(err)}
			}
			return gradients
		},
		steps: []string{
			"convolution", "get_dimension_size", "reduce squared_deviations", // the sums of mean and variance
			"multiply divide", "divide divide add rsqrt multiply multiply subtract", // mean, variance and scale
			"subtract multiply add relu add compare select reduce multiply reduce", // the result and both sums of the gradient
			"multiply multiply multiply", "multiply", "multiply",
			"subtract multiply subtract subtract multiply",
		},
	}.check(t)
}
