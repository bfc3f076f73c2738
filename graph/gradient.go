package graph

import (
	"fmt"
	"slices"
)

// Gradient returns the gradient of a scalar with respect to each of the
// values, by reverse-mode differentiation. A value on which the scalar does
// not depend gets zeros.
func Gradient(scalar *Node, values ...*Node) ([]*Node, error) {
	if scalar == nil || scalar.graph == nil {
		return nil, fmt.Errorf("graph: gradient of a node that no graph made asked for")
	}
	g := scalar.graph
	if err := g.Err(); err != nil {
		return nil, err
	}
	if scalar.Rank() != 0 || !scalar.DType().IsFloat() {
		return nil, fmt.Errorf("graph: gradient of %v asked for, expected a floating-point scalar; reduce it first", scalar.Type())
	}
	for i, value := range values {
		if err := g.accept(value); err != nil {
			return nil, fmt.Errorf("graph: gradient with respect to value %d: %w", i, err)
		}
		if !value.DType().IsFloat() {
			return nil, fmt.Errorf("graph: gradient with respect to value %d asked for, which is %v and no floating-point number", i, value.Type())
		}
	}
	gradients := backward(scalar, scalar.Like(1), values, nil)
	for i, gradient := range gradients {
		if gradient == nil {
			gradients[i] = values[i].Like(0).BroadcastTo(values[i].Shape()...)
		}
	}
	return gradients, g.Err()
}

// backward carries the upstream gradient of a node back to the values, and
// not beyond the leaves; nil where none arrives.
func backward(from, upstream *Node, values []*Node, leaves []*Node) []*Node {
	order := ordered([]*Node{from}, leaves)
	needed := dependent(order, values, leaves)
	arrived := map[*Node]*Node{from: upstream}
	for _, n := range slices.Backward(order) {
		gradient := arrived[n]
		if gradient == nil || !needed[n] || len(n.operands) == 0 || slices.Contains(leaves, n) {
			continue
		}
		for i, part := range n.partsFor(gradient) {
			operand := n.operands[i]
			if part == nil || !needed[operand] {
				continue
			}
			if sum := arrived[operand]; sum != nil {
				part = sum.Add(part)
			}
			arrived[operand] = part
		}
	}
	result := make([]*Node, len(values))
	for i, value := range values {
		result[i] = arrived[value]
	}
	return result
}

// partsFor builds the gradients of n's operands in n's own scope.
func (n *Node) partsFor(upstream *Node) []*Node {
	g := n.graph
	outer := g.scope
	g.scope = nil
	if n.scope != "" {
		g.scope = []string{n.scope}
	}
	defer func() { g.scope = outer }()
	return n.operation.Gradient(n, upstream)
}

// dependent marks, among nodes in order, the values and what depends on them,
// so that nothing is computed for a frozen part of a network.
func dependent(order, values, leaves []*Node) map[*Node]bool {
	needed := map[*Node]bool{}
	for _, value := range values {
		needed[value] = true
	}
	for _, n := range order {
		if slices.Contains(leaves, n) {
			continue
		}
		if slices.ContainsFunc(n.operands, func(operand *Node) bool { return needed[operand] }) {
			needed[n] = true
		}
	}
	return needed
}

// throughDecomposition differentiates a composite by its decomposition. An
// operand that is given twice gets its whole gradient the first time.
func throughDecomposition(n, upstream *Node) []*Node {
	composite, ok := n.operation.(Composite)
	if !ok {
		return []*Node{n.graph.Fail(fmt.Errorf("graph: %s has no decomposition", n.operation.Name()))}
	}
	gradients := backward(composite.Decompose(n.operands), upstream, n.operands, n.operands)
	for i, operand := range n.operands {
		if slices.Index(n.operands, operand) < i {
			gradients[i] = nil
		}
	}
	return gradients
}
