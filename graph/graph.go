package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lince-ml/lince/tensor"
)

// Batch is the extent of a dimension that is the number of samples of a run.
const Batch = -1

// Type is what a value is made of: the type of its elements and its shape,
// in which Batch stands for the number of samples.
type Type struct {
	DType tensor.DType
	Shape tensor.Shape
}

// String returns the type as float32(None, 150, 150, 3).
func (t Type) String() string { return t.DType.String() + t.Shape.String() }

// Equal reports whether both types are the same.
func (t Type) Equal(other Type) bool { return t.DType == other.DType && t.Shape.Equal(other.Shape) }

// Resolve returns the shape with Batch replaced by the number of samples.
func Resolve(shape tensor.Shape, samples int) tensor.Shape {
	concrete := shape.Clone()
	for i, extent := range concrete {
		if extent == Batch {
			concrete[i] = samples
		}
	}
	return concrete
}

// Variable declares state that outlives a run: a weight, an optimiser's slot,
// a batch norm's statistic. It has no value; backends keep one for it.
// Variables are the same if their pointers are.
type Variable struct {
	// Name is the path that tells it from others: conv2d/kernel.
	Name string
	// Type has no Batch in its shape.
	Type Type
}

// Graph is a collection of values that belong together. It is not safe for
// concurrent use while it is being built.
type Graph struct {
	nodes   []*Node
	reads   map[*Variable]*Node
	scope   []string
	err     error
	invalid *Node
}

// New returns an empty graph.
func New() *Graph {
	g := &Graph{reads: map[*Variable]*Node{}}
	g.invalid = &Node{graph: g, id: -1}
	return g
}

// Err returns the first error that building the graph met, nil if none.
func (g *Graph) Err() error { return g.err }

// Fail records an error found outside the graph's own rules, for instance by
// a layer, and returns an invalid node.
func (g *Graph) Fail(err error) *Node {
	if g == nil { // of a node that no graph made
		g = New()
	}
	if g.err == nil {
		if len(g.scope) > 0 {
			err = fmt.Errorf("%s: %w", strings.Join(g.scope, "/"), err)
		}
		g.err = err
	}
	return g.invalid
}

// Enter opens a scope (a layer's name) that errors and profiles will name,
// and returns the function that closes it.
func (g *Graph) Enter(scope string) (leave func()) {
	g.scope = append(g.scope, scope)
	depth := len(g.scope) - 1
	return func() { g.scope = g.scope[:min(depth, len(g.scope))] }
}

// Node is a value of a graph: the result of an operation on other values.
type Node struct {
	graph     *Graph
	id        int
	operation Operation
	operands  []*Node
	typ       Type
	scope     string
}

// Graph returns the graph that the node belongs to.
func (n *Node) Graph() *Graph { return n.graph }

// ID returns the node's place in the order of making; operands have smaller
// ones than their users. It is negative for an invalid node.
func (n *Node) ID() int { return n.id }

// Valid reports whether the node stands for a value; see Graph.Err.
func (n *Node) Valid() bool { return n != nil && n.operation != nil }

// Operation returns what computes the value, nil for an invalid node.
func (n *Node) Operation() Operation { return n.operation }

// Operands returns the values the operation is applied to; not to be changed.
func (n *Node) Operands() []*Node { return n.operands }

// Type returns the value's element type and shape.
func (n *Node) Type() Type { return n.typ }

// Shape returns the value's extents, Batch among them; not to be changed.
func (n *Node) Shape() tensor.Shape { return n.typ.Shape }

// Rank returns the number of dimensions.
func (n *Node) Rank() int { return len(n.typ.Shape) }

// Extent returns the extent of a dimension, counted from the end when axis is
// negative, and 0 when there is no such dimension.
func (n *Node) Extent(axis int) int {
	if axis < 0 {
		axis += n.Rank()
	}
	if axis < 0 || axis >= n.Rank() {
		return 0
	}
	return n.typ.Shape[axis]
}

// DType returns the type of the value's elements.
func (n *Node) DType() tensor.DType { return n.typ.DType }

// Scope returns the scopes open when the node was made, outermost first,
// separated by slashes: the path of its layer.
func (n *Node) Scope() string { return n.scope }

// Apply makes the node of an operation. Operands must belong to one graph and
// satisfy the operation's rule; otherwise the graph fails and the result is
// invalid.
func Apply(operation Operation, operands ...*Node) *Node {
	for _, operand := range operands {
		if operand != nil && operand.graph != nil {
			return operand.graph.apply(operation, operands)
		}
	}
	return New().Fail(fmt.Errorf("graph: %s has no operands; make it by a method of Graph", operation.Name()))
}

func (g *Graph) apply(operation Operation, operands []*Node) *Node {
	types := make([]Type, len(operands))
	for i, operand := range operands {
		if err := g.accept(operand); err != nil {
			return g.Fail(fmt.Errorf("graph: operand %d of %s: %w", i, operation.Name(), err))
		}
		types[i] = operand.typ
	}
	typ, err := infer(operation, types)
	if err != nil {
		return g.Fail(fmt.Errorf("graph: %s of %v: %w", operation.Name(), types, err))
	}
	typ.Shape = slices.Clip(typ.Shape) // so that appending to it copies
	n := &Node{
		graph: g, id: len(g.nodes), operation: operation, operands: slices.Clone(operands),
		typ: typ, scope: strings.Join(g.scope, "/"),
	}
	g.nodes = append(g.nodes, n)
	return n
}

// accept tells why a node cannot be an operand in the graph. What makes a node
// invalid is known to its own graph, the first cause.
func (g *Graph) accept(operand *Node) error {
	switch {
	case operand == nil || operand.graph == nil:
		return fmt.Errorf("it is a node that no graph made")
	case !operand.Valid():
		return operand.graph.err
	case operand.graph != g:
		return fmt.Errorf("it belongs to another graph")
	}
	return nil
}

// infer is the operation's rule, and that its result could be in memory.
func infer(operation Operation, operands []Type) (Type, error) {
	typ, err := operation.Infer(operands)
	if err != nil {
		return Type{}, err
	}
	if typ.DType.Size() == 0 {
		return Type{}, fmt.Errorf("there is no element type %v", typ.DType)
	}
	return typ, checkShape(typ.Shape)
}
