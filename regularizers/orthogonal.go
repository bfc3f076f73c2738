package regularizers

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// Orthogonal is Factor times the mean |cosine| between every two rows, or
// columns, of a matrix (keras.regularizers.OrthogonalRegularizer), which turns
// them away from one another. It fits weights of two dimensions only.
type Orthogonal struct {
	// Factor is 0.01 when 0.
	Factor float64
	// Columns compares columns instead of rows.
	Columns bool
}

// Object returns Keras' description.
func (o Orthogonal) Object() config.Object {
	mode := "rows"
	if o.Columns {
		mode = "columns"
	}
	return config.Object{Class: "OrthogonalRegularizer", Config: config.Map{"factor": factor(o.Factor), "mode": mode}}
}

// Penalty returns Factor·Σ|cos|/p over the p pairs.
func (o Orthogonal) Penalty(weight *graph.Node) *graph.Node {
	if weight.Rank() != 2 {
		return weight.Graph().Fail(fmt.Errorf("regularizers: Orthogonal given a weight of shape %v, expected two dimensions", weight.Shape()))
	}
	if o.Columns {
		weight = weight.Transpose(1, 0)
	}
	count := weight.Extent(0)
	if count < 2 {
		return weight.Like(0)
	}
	length := weight.Square().ReduceSum(1).Max(weight.Like(tiny)).Rsqrt().ExpandDims(1)
	rows := weight.Mul(length)
	cosines := rows.MatMul(rows.Transpose(1, 0)).Abs()
	g := weight.Graph()
	diagonal := g.Iota(tensor.Int32, 0, count, count).Compare(graph.Equal, g.Iota(tensor.Int32, 1, count, count))
	others := graph.Select(diagonal, cosines.Like(0), cosines)
	pairs := float64(count) * float64(count-1) / 2
	return others.ReduceSum(0, 1).Scale(factor(o.Factor) / 2 / pairs)
}

// tiny keeps a row of zeros from being divided by its length; it is Keras'.
const tiny = 1e-12
