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
func Ordered(roots ...*Node) []*Node {
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
		stack = append(stack, n.operands...)
	}
	// Operands are always made before their users.
	slices.SortFunc(order, func(a, b *Node) int { return a.id - b.id })
	return order
}

// Verify checks what every pass must keep true: one graph without errors,
// types that the operations' rules give, inputs that are parameters and
// contain all of them, updates of the variable's type and one per variable.
func (p *Program) Verify() error {
	roots := p.Roots()
	if len(roots) == 0 {
		return fmt.Errorf("graph: the program computes nothing")
	}
	g := roots[0].graph
	if g.err != nil {
		return g.err
	}
	for _, n := range p.Nodes() {
		if err := n.verify(g); err != nil {
			return err
		}
		if _, isParameter := n.operation.(Parameter); isParameter && !slices.Contains(p.Inputs, n) {
			return fmt.Errorf("graph: parameter %q is used but is not an input of the program", n.operation.(Parameter).Label)
		}
	}
	for i, input := range p.Inputs {
		if _, ok := input.operation.(Parameter); !ok || slices.Index(p.Inputs, input) != i {
			return fmt.Errorf("graph: input %d of the program is not a parameter of its own", i)
		}
	}
	updated := map[*Variable]bool{}
	for _, update := range p.Updates {
		if !update.Value.Type().Equal(update.Variable.Type) {
			return fmt.Errorf("graph: variable %q is %v, its update %v", update.Variable.Name, update.Variable.Type, update.Value.Type())
		}
		if updated[update.Variable] {
			return fmt.Errorf("graph: variable %q is updated twice", update.Variable.Name)
		}
		updated[update.Variable] = true
	}
	return nil
}

func (n *Node) verify(g *Graph) error {
	if n.graph != g || !n.Valid() {
		return fmt.Errorf("graph: a value of the program belongs to another graph or is invalid")
	}
	types := make([]Type, len(n.operands))
	for i, operand := range n.operands {
		if operand.id >= n.id {
			return fmt.Errorf("graph: %s uses a value made after it", n.operation.Name())
		}
		types[i] = operand.typ
	}
	typ, err := n.operation.Infer(types)
	if err != nil {
		return fmt.Errorf("graph: %s: %w", n.operation.Name(), err)
	}
	if !typ.Equal(n.typ) {
		return fmt.Errorf("graph: %s is marked %v, its rule says %v", n.operation.Name(), n.typ, typ)
	}
	return nil
}
