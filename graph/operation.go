package graph

import (
	"fmt"

	"github.com/lince-ml/lince/tensor"
)

// Operation is one of the closed set that this package defines; its concrete
// type's fields are the attributes. Backends switch over the concrete types.
type Operation interface {
	// Name is the operation's name, as StableHLO spells it where it has one.
	Name() string
	// Infer checks the operands' types and returns the result's. Apply
	// checks besides that the result's size is one that memory could hold.
	Infer(operands []Type) (Type, error)
	// Gradient returns, for each operand of n, the gradient of a scalar
	// with respect to it, given the gradient with respect to n; nil where
	// none flows.
	Gradient(n, upstream *Node) []*Node
	// Reference computes the operation by its definition. Operands are
	// concrete, result is the inferred type with its Batch resolved. It is
	// the oracle against which backends are tested, never a fast path.
	Reference(operands []Array, result Type) (Array, error)

	closed()
}

// Composite is an operation that keeps its name as a node although primitives
// express it, so that backends find it again. A backend computes it by itself
// or takes the decomposition.
type Composite interface {
	Operation
	// Decompose returns the same value in terms of more primitive nodes.
	Decompose(operands []*Node) *Node
}

// Array is a concrete value of the reference computation: float64, row-major,
// whatever the type of the value it stands for. Booleans are 0 and 1.
type Array struct {
	Shape  tensor.Shape
	Values []float64
}

// maxReference is how many elements a reference computation may make: 8 GiB.
const maxReference = 1 << 30

// NewArray returns an array of zeros, or an error for a shape of more than
// 2³⁰ elements, which is far beyond what the reference is for.
func NewArray(shape tensor.Shape) (Array, error) {
	count, err := shape.Elements()
	if err != nil {
		return Array{}, err
	}
	if count > maxReference {
		return Array{}, fmt.Errorf("graph: %d elements of shape %v are too many for the reference computation", count, shape)
	}
	return Array{Shape: shape, Values: make([]float64, count)}, nil
}

// primitive makes a type an operation of the closed set.
type primitive struct{}

func (primitive) closed() {}

// source is a primitive without operands: nothing flows through it.
type source struct{ primitive }

func (source) Gradient(_, _ *Node) []*Node { return nil }

func (source) inferNone(operands []Type, result Type) (Type, error) {
	return result, expect(operands, 0)
}

// The bounds of what a program may describe. Sums and products of a few
// extents and attributes within maxExtent do not overflow.
const (
	maxExtent   = 1 << 31
	maxElements = 1 << 48
)

// checkShape refuses shapes that could never be in memory. An extent of 0 is
// no excuse for the others: a reduction may take it away.
func checkShape(shape tensor.Shape) error {
	known := make(tensor.Shape, len(shape))
	for i, extent := range shape {
		if extent < 0 && extent != Batch {
			return fmt.Errorf("shape %v would have the negative extent %d at dimension %d", []int(shape), extent, i)
		}
		if extent > maxExtent {
			return fmt.Errorf("shape %v has the extent %d at dimension %d, at most %d is possible", shape, extent, i, maxExtent)
		}
		known[i] = max(extent, 1)
	}
	count, err := known.Elements()
	if err == nil && count > maxElements {
		err = fmt.Errorf("shape %v has %d elements, more than memory holds", known, count)
	}
	return err
}

func expect(operands []Type, count int) error {
	if len(operands) != count {
		return fmt.Errorf("%d operand(s) given, expected %d", len(operands), count)
	}
	return nil
}

func expectFloat(operands ...Type) error {
	for i, operand := range operands {
		if !operand.DType.IsFloat() {
			return fmt.Errorf("operand %d is %v, expected floating-point numbers; convert it first", i, operand.DType)
		}
		if operand.DType != operands[0].DType {
			return fmt.Errorf("operand %d is %v beside %v; convert one of them", i, operand.DType, operands[0].DType)
		}
	}
	return nil
}

// strides returns the distance in elements between neighbours along each
// dimension of a row-major array.
func strides(shape tensor.Shape) []int {
	steps := make([]int, len(shape))
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		steps[i] = step
		step *= shape[i]
	}
	return steps
}

// each calls visit with every index of a shape in row-major order together
// with its position.
func each(shape tensor.Shape, visit func(position int, index []int)) {
	count, err := shape.Elements()
	if err != nil || count == 0 {
		return
	}
	index := make([]int, len(shape))
	for position := range count {
		visit(position, index)
		for axis := len(shape) - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < shape[axis] {
				break
			}
			index[axis] = 0
		}
	}
}

func offset(steps, index []int) int {
	at := 0
	for i, step := range steps {
		at += step * index[i]
	}
	return at
}
