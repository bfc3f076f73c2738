package graph

import (
	"fmt"
	"slices"
)

// Gradient returns the gradient of a scalar with respect to each of the
// values, by reverse-mode differentiation. A value on which the scalar does
// not depend gets zeros.
func Gradient(scalar *Node, values ...*Node) ([]*Node, error) {
	g := scalar.graph
	if err := g.Err(); err != nil {
		return nil, err
	}
	if scalar.Rank() != 0 || !scalar.DType().IsFloat() {
		return nil, fmt.Errorf("graph: gradient of %v asked for, expected a floating-point scalar; reduce it first", scalar.Type())
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
	needed := reaches(from, values, leaves)
	arrived := map[*Node]*Node{from: upstream}
	for _, n := range ordered(from, needed) {
		gradient := arrived[n]
		if gradient == nil || len(n.operands) == 0 || slices.Contains(leaves, n) {
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

// reaches marks the nodes below from that depend on one of the values, so
// that nothing is computed for a frozen part of a network.
func reaches(from *Node, values, leaves []*Node) map[*Node]bool {
	needed := map[*Node]bool{}
	for _, value := range values {
		needed[value] = true
	}
	var visit func(n *Node) bool
	seen := map[*Node]bool{}
	visit = func(n *Node) bool {
		if seen[n] {
			return needed[n]
		}
		seen[n] = true
		if slices.Contains(leaves, n) {
			return needed[n]
		}
		for _, operand := range n.operands {
			if visit(operand) {
				needed[n] = true
			}
		}
		return needed[n]
	}
	visit(from)
	return needed
}

// ordered returns the marked nodes that from depends on, users before operands.
func ordered(from *Node, marked map[*Node]bool) []*Node {
	nodes := Ordered(from)
	var order []*Node
	for i := len(nodes) - 1; i >= 0; i-- {
		if marked[nodes[i]] {
			order = append(order, nodes[i])
		}
	}
	return order
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
