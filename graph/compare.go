package graph

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/tensor"
)

// Direction is the relation that Compare tests.
type Direction uint8

// The relations. With NaN only NotEqual holds.
const (
	Equal Direction = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
)

// String returns StableHLO's spelling: EQ, NE, LT, LE, GT, GE.
func (d Direction) String() string {
	names := [...]string{"EQ", "NE", "LT", "LE", "GT", "GE"}
	if int(d) >= len(names) {
		return fmt.Sprintf("direction(%d)", uint8(d))
	}
	return names[d]
}

// Holds tells whether the relation holds between two numbers.
func (d Direction) Holds(x, y float64) bool {
	switch d {
	case Equal:
		return x == y
	case NotEqual:
		return x != y
	case Less:
		return x < y
	case LessEqual:
		return x <= y
	case Greater:
		return x > y
	}
	return x >= y
}

// Comparison tests a relation between every two elements.
type Comparison struct {
	primitive
	Direction Direction
}

// Compare returns where n stands in the relation to other, broadcasting as
// arithmetic does.
func (n *Node) Compare(d Direction, other *Node) *Node {
	x, y := Align(n, other)
	return Apply(Comparison{Direction: d}, x, y)
}

func (Comparison) Name() string { return "compare" }

func (c Comparison) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 2); err != nil {
		return Type{}, err
	}
	if c.Direction > GreaterEqual {
		return Type{}, fmt.Errorf("there is no %v", c.Direction)
	}
	if !operands[0].Equal(operands[1]) {
		return Type{}, fmt.Errorf("operands differ; broadcast or convert one of them")
	}
	return Type{tensor.Bool, operands[0].Shape}, nil
}

func (Comparison) Gradient(_, _ *Node) []*Node { return []*Node{nil, nil} }

func (c Comparison) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	for i := range out.Values {
		out.Values[i] = truth(c.Direction.Holds(operands[0].Values[i], operands[1].Values[i]))
	}
	return out, nil
}

// Selection takes each element from one of two values.
type Selection struct{ primitive }

// Select returns onTrue where the condition holds and onFalse elsewhere. All
// three are broadcast to one shape.
func Select(condition, onTrue, onFalse *Node) *Node {
	onTrue, onFalse = Align(onTrue, onFalse)
	condition, onTrue = Align(condition, onTrue)
	condition, onFalse = Align(condition, onFalse)
	return Apply(Selection{}, condition, onTrue, onFalse)
}

func (Selection) Name() string { return "select" }

func (Selection) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 3); err != nil {
		return Type{}, err
	}
	condition, onTrue, onFalse := operands[0], operands[1], operands[2]
	if condition.DType != tensor.Bool {
		return Type{}, fmt.Errorf("the condition is %v, expected bool; compare something", condition.DType)
	}
	if !onTrue.Equal(onFalse) || !condition.Shape.Equal(onTrue.Shape) {
		return Type{}, fmt.Errorf("operands differ; broadcast or convert one of them")
	}
	return onTrue, nil
}

func (Selection) Gradient(n, upstream *Node) []*Node {
	dTrue, dFalse := route(n.operands[0], upstream)
	return []*Node{nil, dTrue, dFalse}
}

func (Selection) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	for i, condition := range operands[0].Values {
		out.Values[i] = operands[2].Values[i]
		if condition != 0 {
			out.Values[i] = operands[1].Values[i]
		}
	}
	return out, nil
}

// Conversion changes the type of the elements. Floats become integers by
// dropping the fraction, stopping at the ends of the integer's type; NaN
// becomes 0. Integers of another integer type must fit into it. Anything but
// 0 becomes true.
type Conversion struct {
	primitive
	To tensor.DType
}

// Convert returns n with elements of another type.
func (n *Node) Convert(to tensor.DType) *Node {
	if n.Valid() && n.DType() == to {
		return n
	}
	return Apply(Conversion{To: to}, n)
}

func (Conversion) Name() string { return "convert" }

func (c Conversion) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	if c.To.Size() == 0 {
		return Type{}, fmt.Errorf("there is no element type %v", c.To)
	}
	return Type{c.To, operands[0].Shape}, nil
}

func (Conversion) Gradient(n, upstream *Node) []*Node {
	from := n.operands[0].DType()
	if !from.IsFloat() || !n.DType().IsFloat() {
		return []*Node{nil}
	}
	return []*Node{upstream.Convert(from)}
}

func (c Conversion) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	low, high := integerRange(c.To)
	for i, x := range operands[0].Values {
		switch {
		case c.To == tensor.Bool:
			x = truth(x != 0)
		case c.To.IsFloat():
		case math.IsNaN(x):
			x = 0
		default:
			x = math.Trunc(min(max(x, low), high)) + 0 // integers have no -0
		}
		out.Values[i] = x
	}
	return out, nil
}

// integerRange returns the ends of an integer type, of 64 bits as near as
// float64 comes.
func integerRange(dtype tensor.DType) (low, high float64) {
	bits := 8 * dtype.Size()
	switch dtype {
	case tensor.Uint8, tensor.Uint16, tensor.Uint32, tensor.Uint64:
		return 0, math.Ldexp(1, bits) - 1
	}
	return -math.Ldexp(1, bits-1), math.Ldexp(1, bits-1) - 1
}
