package graph

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/tensor"
)

// Function names what an Elementwise operation computes.
type Function uint8

// The functions of one and of two operands. Sigmoid is the logistic function
// 1/(1+e⁻ˣ), Round goes to the nearest integer with ties to even, Remainder
// has the sign of the dividend.
const (
	Negative Function = iota
	Absolute
	Sign
	Exponential
	Expm1
	Logarithm
	Log1p
	SquareRoot
	ReciprocalSquareRoot
	Sigmoid
	Tanh
	Sine
	Cosine
	Erf
	Floor
	Ceiling
	Round
	ReLU
	Not
	IsFinite

	Add
	Subtract
	Multiply
	Divide
	Power
	Maximum
	Minimum
	Remainder
	And
	Or
)

// definition is all there is to know of a function.
type definition struct {
	name     string
	binary   bool
	domain   domain
	value    func(x, y float64) float64
	gradient func(n, upstream *Node) []*Node
}

// domain says which element types a function takes.
type domain uint8

const (
	numbers domain = iota
	floats
	booleans
	predicate // floats to booleans
)

// definition is a method and no table, because gradients build nodes and so
// need definitions themselves.
func (f Function) definition() definition {
	if f >= Add {
		return f.binaryDefinition()
	}
	switch f {
	case Negative:
		return unary("negate", numbers, func(x float64) float64 { return -x },
			func(_, _, g *Node) *Node { return g.Neg() })
	case Absolute:
		return unary("abs", numbers, math.Abs, func(x, _, g *Node) *Node { return g.Mul(x.Sign()) })
	case Sign:
		return unary("sign", numbers, sign, nil)
	case Exponential:
		return unary("exponential", floats, math.Exp, func(_, y, g *Node) *Node { return g.Mul(y) })
	case Expm1:
		return unary("exponential_minus_one", floats, math.Expm1,
			func(_, y, g *Node) *Node { return g.Mul(y.Add(y.Like(1))) })
	case Logarithm:
		return unary("log", floats, math.Log, func(x, _, g *Node) *Node { return g.Div(x) })
	case Log1p:
		return unary("log_plus_one", floats, math.Log1p,
			func(x, _, g *Node) *Node { return g.Div(x.Add(x.Like(1))) })
	case SquareRoot:
		return unary("sqrt", floats, math.Sqrt, func(_, y, g *Node) *Node { return g.Mul(y.Like(0.5)).Div(y) })
	case ReciprocalSquareRoot:
		return unary("rsqrt", floats, func(x float64) float64 { return 1 / math.Sqrt(x) },
			func(x, y, g *Node) *Node { return g.Mul(y.Like(-0.5)).Mul(y).Div(x) })
	case Sigmoid:
		return unary("logistic", floats, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
			func(_, y, g *Node) *Node { return g.Mul(y).Mul(y.Like(1).Sub(y)) })
	case Tanh:
		return unary("tanh", floats, math.Tanh, func(_, y, g *Node) *Node { return g.Mul(y.Like(1).Sub(y.Mul(y))) })
	case Sine:
		return unary("sine", floats, math.Sin, func(x, _, g *Node) *Node { return g.Mul(x.Cos()) })
	case Cosine:
		return unary("cosine", floats, math.Cos, func(x, _, g *Node) *Node { return g.Mul(x.Sin().Neg()) })
	case Erf:
		return unary("erf", floats, math.Erf, func(x, _, g *Node) *Node {
			return g.Mul(x.Mul(x).Neg().Exp()).Mul(x.Like(2 / math.SqrtPi))
		})
	case Floor:
		return unary("floor", floats, math.Floor, nil)
	case Ceiling:
		return unary("ceil", floats, math.Ceil, nil)
	case Round:
		return unary("round_nearest_even", floats, math.RoundToEven, nil)
	case ReLU:
		return unary("relu", numbers, func(x float64) float64 { return larger(x, 0) },
			func(_, y, g *Node) *Node { return Select(y.Compare(Greater, y.Like(0)), g, y.Like(0)) })
	case Not:
		return unary("not", booleans, func(x float64) float64 { return 1 - x }, nil)
	case IsFinite:
		return unary("is_finite", predicate, func(x float64) float64 { return truth(!math.IsInf(x, 0) && !math.IsNaN(x)) }, nil)
	}
	return definition{}
}

func (f Function) binaryDefinition() definition {
	switch f {
	case Add:
		return binary("add", numbers, func(x, y float64) float64 { return x + y },
			func(_, _, _, g *Node) (*Node, *Node) { return g, g })
	case Subtract:
		return binary("subtract", numbers, func(x, y float64) float64 { return x - y },
			func(_, _, _, g *Node) (*Node, *Node) { return g, g.Neg() })
	case Multiply:
		return binary("multiply", numbers, func(x, y float64) float64 { return x * y },
			func(x, y, _, g *Node) (*Node, *Node) { return g.Mul(y), g.Mul(x) })
	case Divide:
		return binary("divide", floats, func(x, y float64) float64 { return x / y },
			func(_, y, z, g *Node) (*Node, *Node) { return g.Div(y), g.Mul(z).Div(y).Neg() })
	case Power:
		return binary("power", floats, math.Pow, powerGradient)
	case Maximum:
		return binary("maximum", numbers, larger, func(x, y, _, g *Node) (*Node, *Node) {
			return route(x.Compare(GreaterEqual, y), g)
		})
	case Minimum:
		return binary("minimum", numbers, smaller, func(x, y, _, g *Node) (*Node, *Node) {
			return route(x.Compare(LessEqual, y), g)
		})
	case Remainder:
		return binary("remainder", numbers, math.Mod,
			func(x, y, _, g *Node) (*Node, *Node) { return g, g.Mul(truncate(x.Div(y))).Neg() })
	case And:
		return binary("and", booleans, func(x, y float64) float64 { return x * y }, nil)
	case Or:
		return binary("or", booleans, func(x, y float64) float64 { return max(x, y) }, nil)
	}
	return definition{}
}

func unary(name string, d domain, value func(float64) float64, gradient func(x, y, g *Node) *Node) definition {
	def := definition{name: name, domain: d, value: func(x, _ float64) float64 { return value(x) }}
	def.gradient = func(n, upstream *Node) []*Node {
		if gradient == nil {
			return []*Node{nil}
		}
		return []*Node{gradient(n.operands[0], n, upstream)}
	}
	return def
}

func binary(name string, d domain, value func(x, y float64) float64, gradient func(x, y, z, g *Node) (*Node, *Node)) definition {
	def := definition{name: name, binary: true, domain: d, value: value}
	def.gradient = func(n, upstream *Node) []*Node {
		if gradient == nil {
			return []*Node{nil, nil}
		}
		dx, dy := gradient(n.operands[0], n.operands[1], n, upstream)
		return []*Node{dx, dy}
	}
	return def
}

// powerGradient is (g·y·xʸ⁻¹, g·ln(x)·xʸ), with ln taken as 0 where x is not
// positive, as TensorFlow does.
func powerGradient(x, y, z, g *Node) (*Node, *Node) {
	zero := x.Like(0)
	positive := x.Compare(Greater, zero)
	logarithm := Select(positive, Select(positive, x, x.Like(1)).Log(), zero)
	return g.Mul(y).Mul(x.Pow(y.Sub(y.Like(1)))), g.Mul(z).Mul(logarithm)
}

// route sends the gradient to the first operand where it was chosen, else to the second.
func route(first, g *Node) (dx, dy *Node) {
	zero := g.Like(0)
	return Select(first, g, zero), Select(first, zero, g)
}

func truncate(x *Node) *Node { return x.Sign().Mul(x.Abs().Floor()) }

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x // keeps zero and NaN
}

// larger and smaller let NaN through, which the built-in max and min do too,
// and which ReLU must so that a training gone wrong is noticed.
func larger(x, y float64) float64  { return max(x, y) }
func smaller(x, y float64) float64 { return min(x, y) }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Elementwise applies a function to every element, or to every pair of
// elements of two operands of equal shape. What whole numbers give must fit
// into their type.
type Elementwise struct {
	primitive
	Function Function
}

func (e Elementwise) Name() string { return e.Function.String() }

// String returns StableHLO's name of the function, "relu" for ReLU.
func (f Function) String() string {
	if name := f.definition().name; name != "" {
		return name
	}
	return fmt.Sprintf("function(%d)", uint8(f))
}

// Binary reports whether the function takes two operands.
func (f Function) Binary() bool { return f.definition().binary }

func (e Elementwise) Infer(operands []Type) (Type, error) {
	def := e.Function.definition()
	if def.value == nil {
		return Type{}, fmt.Errorf("there is no such function")
	}
	count := 1
	if def.binary {
		count = 2
	}
	if err := expect(operands, count); err != nil {
		return Type{}, err
	}
	for _, operand := range operands[1:] {
		if !operand.Equal(operands[0]) {
			return Type{}, fmt.Errorf("operands differ; broadcast or convert one of them")
		}
	}
	return def.domain.result(operands[0])
}

func (d domain) result(operand Type) (Type, error) {
	isFloat, isBool := operand.DType.IsFloat(), operand.DType == tensor.Bool
	var expected string
	switch {
	case d == numbers && isBool:
		expected = "numbers"
	case d == booleans && !isBool:
		expected = "booleans; compare something"
	case (d == floats || d == predicate) && !isFloat:
		expected = "floating-point numbers; convert it first"
	case d == predicate:
		return Type{tensor.Bool, operand.Shape}, nil
	default:
		return operand, nil
	}
	return Type{}, fmt.Errorf("the elements are %v, expected %s", operand.DType, expected)
}

func (e Elementwise) Gradient(n, upstream *Node) []*Node {
	return e.Function.definition().gradient(n, upstream)
}

func (e Elementwise) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	def := e.Function.definition()
	x := operands[0].Values
	y := operands[len(operands)-1].Values
	for i := range out.Values {
		out.Values[i] = def.value(x[i], y[i])
	}
	return out, nil
}
