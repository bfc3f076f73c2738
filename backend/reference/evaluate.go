package reference

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince/graph"
)

// Feeds are the values of the nodes that nothing computes: those of
// [graph.Parameter] and [graph.Read]. A value given to any other node takes
// the place of its own, but what it would be computed from is computed all the
// same and must be fed too.
type Feeds map[*graph.Node]graph.Array

// Evaluate computes values by the reference in float64, without rounding,
// for a number of samples. It needs no program, state or tensors, which suits
// tests that compare formulas.
func Evaluate(samples int, feeds Feeds, nodes ...*graph.Node) ([]graph.Array, error) {
	for _, n := range nodes {
		if !n.Valid() {
			return nil, fmt.Errorf("reference: cannot evaluate an invalid value: %w", n.Graph().Err())
		}
	}
	for n, value := range feeds {
		if expected := graph.Resolve(n.Shape(), samples); !value.Shape.Equal(expected) || !whole(value) {
			return nil, fmt.Errorf("reference: %d values of shape %v fed to %s, expected shape %v",
				len(value.Values), value.Shape, n.Operation().Name(), expected)
		}
	}
	values, err := newPlan(nil, nodes).compute(context.Background(), samples, feeds)
	if err != nil {
		return nil, err
	}
	results := make([]graph.Array, len(nodes))
	for i, n := range nodes {
		results[i] = values[n]
	}
	return results, nil
}
