package reference

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// plan is the order of computing and what may be forgotten when.
type plan struct {
	nodes []*graph.Node
	// last holds for every node the values that no later one needs.
	last map[*graph.Node][]*graph.Node
}

func newPlan(inputs, roots []*graph.Node) *plan {
	p := &plan{
		nodes: graph.Ordered(append(append([]*graph.Node{}, inputs...), roots...)...),
		last:  map[*graph.Node][]*graph.Node{},
	}
	kept := map[*graph.Node]bool{}
	for _, root := range roots {
		kept[root] = true
	}
	for i := len(p.nodes) - 1; i >= 0; i-- {
		for _, operand := range p.nodes[i].Operands() {
			if !kept[operand] {
				kept[operand] = true
				p.last[p.nodes[i]] = append(p.last[p.nodes[i]], operand)
			}
		}
	}
	return p
}

// compute returns the values of the plan's roots, and of more nodes.
func (p *plan) compute(ctx context.Context, samples int, given map[*graph.Node]graph.Array) (map[*graph.Node]graph.Array, error) {
	values := map[*graph.Node]graph.Array{}
	for _, n := range p.nodes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		value, ok := given[n]
		if !ok {
			var err error
			if value, err = apply(n, samples, values); err != nil {
				return nil, err
			}
		}
		values[n] = value
		for _, dead := range p.last[n] {
			delete(values, dead)
		}
	}
	return values, nil
}

func apply(n *graph.Node, samples int, values map[*graph.Node]graph.Array) (graph.Array, error) {
	operands := make([]graph.Array, len(n.Operands()))
	for i, operand := range n.Operands() {
		operands[i] = values[operand]
	}
	result := graph.Type{DType: n.DType(), Shape: graph.Resolve(n.Shape(), samples)}
	value, err := n.Operation().Reference(operands, result)
	if err == nil && (!value.Shape.Equal(result.Shape) || !whole(value)) {
		err = fmt.Errorf("%d values of shape %v came out", len(value.Values), value.Shape)
	}
	if err != nil {
		return graph.Array{}, fmt.Errorf("reference: %s%s of %v to %v: %w", place(n), n.Operation().Name(), shapes(operands), result, err)
	}
	return value, nil
}

func whole(a graph.Array) bool {
	count, err := a.Shape.Elements()
	return err == nil && count == len(a.Values)
}

func place(n *graph.Node) string {
	if n.Scope() == "" {
		return ""
	}
	return n.Scope() + ": "
}

func shapes(arrays []graph.Array) []tensor.Shape {
	list := make([]tensor.Shape, len(arrays))
	for i, a := range arrays {
		list[i] = a.Shape
	}
	return list
}
