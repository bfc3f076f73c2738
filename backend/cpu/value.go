package cpu

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// value is a node of the program as the engine sees it: simplified, without
// duplicates, composites taken apart.
type value struct {
	id       int
	op       graph.Operation
	operands []*value
	typ      graph.Type
	scope    string

	users   []*value
	root    bool // an output or the new value of a variable
	lasting bool // the same from run to run while variables are
	unit    *unit
	memory  *memory
	slot    *slot // nil unless the value is written as a part of another
	rounded bool  // the memory holds bfloat16, in its first half
}

func (v *value) extent() extent { return extentOf(v.typ.Shape) }

// floats views the value's memory for a number of samples.
func (v *value) floats(samples int) []float32 { return v.memory.floats(v.extent().at(samples)) }

// constant returns the value's tensor if it is known.
func (v *value) constant() *tensor.Tensor {
	if c, ok := v.op.(graph.Constant); ok {
		return c.Value
	}
	return nil
}

// scalar returns the number that all elements of the value are, if known.
func (v *value) scalar() (float64, bool) {
	for {
		switch v.op.(type) {
		case graph.Broadcast, graph.Reshape:
			v = v.operands[0]
			continue
		}
		break
	}
	if c := v.constant(); c != nil && c.Len() == 1 {
		return c.Float64s()[0], true
	}
	return 0, false
}

func (v *value) is(number float64) bool {
	x, known := v.scalar()
	return known && x == number
}

// builder makes values out of nodes.
type builder struct {
	values []*value
	keys   map[string]*value
}

// add imports nodes, operands first. known holds the values of nodes that
// are already there and gets the others.
func (b *builder) add(nodes []*graph.Node, known map[*graph.Node]*value) error {
	for _, n := range nodes {
		if known[n] != nil {
			continue
		}
		operands := make([]*value, len(n.Operands()))
		for i, operand := range n.Operands() {
			operands[i] = known[operand]
		}
		v, err := b.make(n.Operation(), operands, n.Type(), n.Scope())
		if err != nil {
			return err
		}
		known[n] = v
	}
	return nil
}

func (b *builder) make(op graph.Operation, operands []*value, typ graph.Type, scope string) (*value, error) {
	if composite, ok := op.(graph.Composite); ok && !claimed(op, typ) {
		return b.decompose(composite, operands, scope)
	}
	if same := identity(op, operands, typ); same != nil {
		return same, nil
	}
	if rectified, six := capped(op, operands); rectified != nil {
		return b.make(graph.Elementwise{Function: graph.Minimum}, []*value{rectified, six}, typ, scope)
	}
	op, operands = unpadded(op, operands)
	if size, ok := op.(graph.DimensionSize); ok {
		known := operands[0].typ.Shape[size.Axis]
		op, operands = graph.DimensionSize{}, nil // of the batch, whoever is asked
		if known != graph.Batch {
			op = graph.Constant{Value: tensor.Scalar(float32(known))}
		}
	}
	op, err := fold(op, operands, typ)
	if err != nil {
		return nil, err
	}
	if _, known := op.(graph.Constant); known {
		operands = nil
	}
	key := keyOf(op, operands, typ)
	if _, given := op.(graph.Parameter); given {
		key = fmt.Sprintf("parameter %d", len(b.values)) // two may look the same
	}
	if v := b.keys[key]; v != nil {
		return v, nil
	}
	v := &value{id: len(b.values), op: op, operands: operands, typ: typ, scope: scope}
	b.values = append(b.values, v)
	b.keys[key] = v
	return v, nil
}

// claimed reports whether the engine computes a composite by itself.
func claimed(op graph.Operation, typ graph.Type) bool {
	if typ.DType != tensor.Float32 {
		return false
	}
	switch op.(type) {
	case graph.Softmax, graph.LogSoftmax, graph.SoftmaxCrossentropy:
		return true
	}
	return false
}

// decompose takes a composite apart in a graph of its own, so that the
// program's stays as it is.
func (b *builder) decompose(op graph.Composite, operands []*value, scope string) (*value, error) {
	g := graph.New()
	known := map[*graph.Node]*value{}
	nodes := make([]*graph.Node, len(operands))
	for i, operand := range operands {
		nodes[i] = g.Parameter(op.Name(), operand.typ.DType, operand.typ.Shape...)
		known[nodes[i]] = operand
	}
	leave := g.Enter(scope)
	result := op.Decompose(nodes)
	leave()
	if err := g.Err(); err != nil {
		return nil, fmt.Errorf("cpu: %s: %w", op.Name(), err)
	}
	if err := b.add(graph.Ordered(result), known); err != nil {
		return nil, err
	}
	return known[result], nil
}

// keyOf tells apart what computes different values.
func keyOf(op graph.Operation, operands []*value, typ graph.Type) string {
	ids := make([]int, len(operands))
	for i, operand := range operands {
		ids[i] = operand.id
	}
	if c, ok := op.(graph.Constant); ok {
		if c.Value.Len() == 1 {
			return fmt.Sprintf("scalar %v %x", typ, c.Value.Float64s()[0])
		}
		return fmt.Sprintf("constant %p", c.Value)
	}
	return fmt.Sprintf("%T%+v%v%v", op, op, ids, typ)
}

// foldable bounds the elements of a value that is computed at compile time.
const foldable = 1 << 12

// fold returns the constant that the operation amounts to, or itself.
func fold(op graph.Operation, operands []*value, typ graph.Type) (graph.Operation, error) {
	size := extentOf(typ.Shape)
	if len(operands) == 0 || size.batches > 0 || size.per > foldable {
		return op, nil
	}
	if _, isBroadcast := op.(graph.Broadcast); isBroadcast {
		return op, nil // cheaper to read than to store
	}
	arrays := make([]graph.Array, len(operands))
	for i, operand := range operands {
		c := operand.constant()
		if c == nil {
			return op, nil
		}
		arrays[i] = graph.Array{Shape: c.Shape(), Values: c.Float64s()}
	}
	result, err := op.Reference(arrays, typ)
	if err != nil {
		return nil, fmt.Errorf("cpu: %s of constants: %w", op.Name(), err)
	}
	t, err := tensor.New(typ.DType, typ.Shape...)
	if err != nil {
		return nil, fmt.Errorf("cpu: %s of constants: %w", op.Name(), err)
	}
	(&memory{base: baseOf(t)}).narrow(result.Values, typ.DType, 0)
	return graph.Constant{Value: t}, nil
}
