package graph

import (
	"fmt"

	"github.com/lince-ml/lince/tensor"
)

// The arithmetic below reads as formulas do. Two operands whose shapes differ
// are broadcast as NumPy does: aligned at the last dimension, where extents
// of 1 and missing ones stretch.

func (n *Node) unary(f Function) *Node { return Apply(Elementwise{Function: f}, n) }

func (n *Node) binary(f Function, other *Node) *Node {
	x, y := Align(n, other)
	return Apply(Elementwise{Function: f}, x, y)
}

// Neg returns -n.
func (n *Node) Neg() *Node { return n.unary(Negative) }

// Abs returns |n|.
func (n *Node) Abs() *Node { return n.unary(Absolute) }

// Sign returns -1, 0 or 1.
func (n *Node) Sign() *Node { return n.unary(Sign) }

// Exp returns eⁿ.
func (n *Node) Exp() *Node { return n.unary(Exponential) }

// Expm1 returns eⁿ-1, exact near 0.
func (n *Node) Expm1() *Node { return n.unary(Expm1) }

// Log returns the natural logarithm.
func (n *Node) Log() *Node { return n.unary(Logarithm) }

// Log1p returns ln(1+n), exact near 0.
func (n *Node) Log1p() *Node { return n.unary(Log1p) }

// Sqrt returns the square root.
func (n *Node) Sqrt() *Node { return n.unary(SquareRoot) }

// Rsqrt returns 1/√n.
func (n *Node) Rsqrt() *Node { return n.unary(ReciprocalSquareRoot) }

// Sigmoid returns 1/(1+e⁻ⁿ).
func (n *Node) Sigmoid() *Node { return n.unary(Sigmoid) }

// Tanh returns the hyperbolic tangent.
func (n *Node) Tanh() *Node { return n.unary(Tanh) }

// Sin returns the sine.
func (n *Node) Sin() *Node { return n.unary(Sine) }

// Cos returns the cosine.
func (n *Node) Cos() *Node { return n.unary(Cosine) }

// Erf returns the error function.
func (n *Node) Erf() *Node { return n.unary(Erf) }

// Floor returns the largest integer not above n.
func (n *Node) Floor() *Node { return n.unary(Floor) }

// Ceil returns the smallest integer not below n.
func (n *Node) Ceil() *Node { return n.unary(Ceiling) }

// Round returns the nearest integer, the even one of two.
func (n *Node) Round() *Node { return n.unary(Round) }

// ReLU returns max(n, 0).
func (n *Node) ReLU() *Node { return n.unary(ReLU) }

// Not negates a boolean.
func (n *Node) Not() *Node { return n.unary(Not) }

// IsFinite tells what is neither infinite nor NaN.
func (n *Node) IsFinite() *Node { return n.unary(IsFinite) }

// Add returns n + other.
func (n *Node) Add(other *Node) *Node { return n.binary(Add, other) }

// Sub returns n - other.
func (n *Node) Sub(other *Node) *Node { return n.binary(Subtract, other) }

// Mul returns n · other.
func (n *Node) Mul(other *Node) *Node { return n.binary(Multiply, other) }

// Div returns n / other.
func (n *Node) Div(other *Node) *Node { return n.binary(Divide, other) }

// Pow returns n to the power of other.
func (n *Node) Pow(other *Node) *Node { return n.binary(Power, other) }

// Max returns the larger of both, NaN if one is.
func (n *Node) Max(other *Node) *Node { return n.binary(Maximum, other) }

// Min returns the smaller of both, NaN if one is.
func (n *Node) Min(other *Node) *Node { return n.binary(Minimum, other) }

// Rem returns the remainder of n / other with the sign of n.
func (n *Node) Rem(other *Node) *Node { return n.binary(Remainder, other) }

// And returns whether both are true.
func (n *Node) And(other *Node) *Node { return n.binary(And, other) }

// Or returns whether one is true.
func (n *Node) Or(other *Node) *Node { return n.binary(Or, other) }

// Scale returns n · factor.
func (n *Node) Scale(factor float64) *Node { return n.Mul(n.Like(factor)) }

// Shift returns n + term.
func (n *Node) Shift(term float64) *Node { return n.Add(n.Like(term)) }

// Square returns n · n.
func (n *Node) Square() *Node { return n.Mul(n) }

// Clip returns n limited to [low, high].
func (n *Node) Clip(low, high float64) *Node { return n.Max(n.Like(low)).Min(n.Like(high)) }

// Align broadcasts two values to one shape as NumPy does.
func Align(x, y *Node) (*Node, *Node) {
	if !x.Valid() || !y.Valid() || x.Shape().Equal(y.Shape()) {
		return x, y
	}
	shape, err := commonShape(x.Shape(), y.Shape())
	if err != nil {
		bad := x.graph.Fail(err)
		return bad, bad
	}
	return x.BroadcastTo(shape...), y.BroadcastTo(shape...)
}

func commonShape(x, y tensor.Shape) (tensor.Shape, error) {
	if len(x) < len(y) {
		x, y = y, x
	}
	shape := x.Clone()
	for i, extent := range y {
		at := i + len(x) - len(y)
		switch {
		case shape[at] == extent || extent == 1:
		case shape[at] == 1:
			shape[at] = extent
		default:
			return nil, fmt.Errorf("graph: shapes %v and %v do not go together: their extents differ at dimension %d of %v", x, y, at, x)
		}
	}
	return shape, nil
}
