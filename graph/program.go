package graph

import (
	"fmt"
	"slices"
)

// Update is the new value of a variable at the end of a run.
type Update struct {
	Variable *Variable
	Value    *Node
}

// Program is what a backend compiles: values to compute from values given,
// and what becomes of the variables.
type Program struct {
	// Inputs are Parameter nodes, in the order in which a run is given them.
	Inputs []*Node
	// Outputs are the values that a run returns, in order.
	Outputs []*Node
	// Updates happen after everything is computed: every Read sees the
	// variable's value from before the run.
	Updates []Update
}

// Roots returns all values that the program must compute.
func (p *Program) Roots() []*Node {
	roots := slices.Clone(p.Outputs)
	for _, update := range p.Updates {
		roots = append(roots, update.Value)
	}
	return roots
}

// Nodes returns every node that the program needs, operands before their users.
func (p *Program) Nodes() []*Node { return Ordered(append(slices.Clone(p.Inputs), p.Roots()...)...) }

// Variables returns the variables that the program reads or updates, each once.
func (p *Program) Variables() []*Variable {
	var variables []*Variable
	seen := map[*Variable]bool{}
	add := func(v *Variable) {
		if !seen[v] {
			seen[v] = true
			variables = append(variables, v)
		}
	}
	for _, n := range p.Nodes() {
		if read, ok := n.operation.(Read); ok {
			add(read.Variable)
		}
	}
	for _, update := range p.Updates {
		add(update.Variable)
	}
	return variables
}

// Ordered returns the given nodes and all they depend on, each once, operands
// before their users.
func Ordered(roots ...*Node) []*Node { return ordered(roots, nil) }

// ordered is Ordered that does not go beyond the leaves.
func ordered(roots, leaves []*Node) []*Node {
	var order []*Node
	seen := map[*Node]bool{}
	stack := slices.Clone(roots)
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[n] {
			continue
		}
		seen[n] = true
		order = append(order, n)
		if !slices.Contains(leaves, n) {
			stack = append(stack, n.operands...)
		}
	}
	// Operands are always made before their users.
	slices.SortFunc(order, func(a, b *Node) int { return a.id - b.id })
	return order
}

// Verify checks what every pass must keep true: one graph without errors,
// types that the operations' rules give, inputs that are parameters and
// contain all of them, updates of the variable's type and one per variable.
func (p *Program) Verify() error {
	g, err := p.verifyRoots()
	if err != nil {
		return err
	}
	for _, n := range p.Nodes() {
		if err := n.verify(g); err != nil {
			return err
		}
		if parameter, ok := n.operation.(Parameter); ok && !slices.Contains(p.Inputs, n) {
			return fmt.Errorf("graph: parameter %q is used but is not an input of the program", parameter.Label)
		}
	}
	for i, input := range p.Inputs {
		if _, ok := input.operation.(Parameter); !ok || slices.Index(p.Inputs, input) != i {
			return fmt.Errorf("graph: input %d of the program is not a parameter of its own", i)
		}
	}
	return p.verifyUpdates()
}

// verifyRoots checks that there are nodes to begin with and returns their graph.
func (p *Program) verifyRoots() (*Graph, error) {
	roots := p.Roots()
	if len(roots) == 0 {
		return nil, fmt.Errorf("graph: the program computes nothing")
	}
	for _, n := range append(roots, p.Inputs...) {
		if n == nil || n.graph == nil {
			return nil, fmt.Errorf("graph: the program holds a node that no graph made")
		}
		if err := n.graph.err; err != nil {
			return nil, err
		}
	}
	return roots[0].graph, nil
}

func (p *Program) verifyUpdates() error {
	updated := map[*Variable]bool{}
	for i, update := range p.Updates {
		switch v := update.Variable; {
		case v == nil:
			return fmt.Errorf("graph: update %d of the program has no variable", i)
		case !update.Value.Type().Equal(v.Type):
			return fmt.Errorf("graph: variable %q is %v, its update %v", v.Name, v.Type, update.Value.Type())
		case updated[v]:
			return fmt.Errorf("graph: variable %q is updated twice", v.Name)
		default:
			updated[v] = true
		}
	}
	return nil
}

func (n *Node) verify(g *Graph) error {
	if n.graph != g {
		return fmt.Errorf("graph: %s in the program belongs to another graph", n.operation.Name())
	}
	types := make([]Type, len(n.operands))
	for i, operand := range n.operands {
		if operand.id >= n.id {
			return fmt.Errorf("graph: %s uses a value made after it", n.operation.Name())
		}
		types[i] = operand.typ
	}
	typ, err := infer(n.operation, types)
	if err != nil {
		return fmt.Errorf("graph: %s: %w", n.operation.Name(), err)
	}
	if !typ.Equal(n.typ) {
		return fmt.Errorf("graph: %s is marked %v, its rule says %v", n.operation.Name(), n.typ, typ)
	}
	return nil
}
