package activations

import (
	"slices"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// Curve returns the activation and its derivative at points, for plots. A
// function of rows, as Softmax is, sees all points as one row, and its
// derivative is that of the row's sum.
func Curve(a Activation, points []float64) (values, slopes []float64, err error) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float64, len(points))
	y := a.Apply(x)
	if err := g.Err(); err != nil {
		return nil, nil, err
	}
	gradients, err := graph.Gradient(y.ReduceSum(y.AllAxes()...), x)
	if err != nil {
		return nil, nil, err
	}
	results := map[*graph.Node]graph.Array{x: {Shape: x.Shape(), Values: slices.Clone(points)}}
	for _, n := range graph.Ordered(y, gradients[0]) {
		if n == x {
			continue
		}
		operands := make([]graph.Array, len(n.Operands()))
		for i, operand := range n.Operands() {
			operands[i] = results[operand]
		}
		if results[n], err = n.Operation().Reference(operands, n.Type()); err != nil {
			return nil, nil, err
		}
	}
	return results[y].Values, results[gradients[0]].Values, nil
}
