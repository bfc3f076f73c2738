package activations

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/graph"
)

// The formulas below are written so that neither they nor their gradients
// overflow, and so that the gradient at a kink is TensorFlow's.

// exponentialBelow is max(x, 0) + alpha·(eᵐ-1) with m = min(x, 0).
func exponentialBelow(x *graph.Node, alpha float64) *graph.Node {
	return x.ReLU().Add(x.Min(x.Like(0)).Expm1().Scale(alpha))
}

func selu(x *graph.Node) *graph.Node {
	const alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
	below := x.Min(x.Like(0)).Expm1().Scale(scale * alpha)
	return graph.Select(x.Compare(graph.Less, x.Like(0)), below, x.Scale(scale))
}

// relu6 is flat from 6 on: there, unlike with a minimum, no gradient flows.
func relu6(x *graph.Node) *graph.Node {
	six := x.Like(6)
	return graph.Select(x.Compare(graph.GreaterEqual, six), six, x.ReLU())
}

func hardSigmoid(x *graph.Node) *graph.Node { return relu6(x.Shift(3)).Scale(1.0 / 6) }

func gelu(x *graph.Node) *graph.Node {
	return x.Scale(0.5).Mul(x.Scale(1 / math.Sqrt2).Erf().Shift(1))
}

func geluTanh(x *graph.Node) *graph.Node {
	inner := x.Add(x.Mul(x).Mul(x).Scale(0.044715)).Scale(math.Sqrt(2 / math.Pi))
	return x.Scale(0.5).Mul(inner.Tanh().Shift(1))
}

// squareplus is (x+|x|)/2 + 2/(√(x²+4)+|x|): the same without a difference of
// large numbers.
func squareplus(x *graph.Node) *graph.Node {
	size := x.Abs()
	rest := x.Like(2).Div(x.Square().Shift(4).Sqrt().Add(size))
	return x.Add(size).Scale(0.5).Add(rest)
}

// softplus is (x+|x|)/2 + ln(1+e⁻ˡˣˡ), which is max(x, 0) + ... with the slope
// 1/2 at 0.
func softplus(x *graph.Node) *graph.Node {
	size := x.Abs()
	return x.Add(size).Scale(0.5).Add(size.Neg().Exp().Log1p())
}

func sparseSigmoid(x *graph.Node) *graph.Node {
	zero, one := x.Like(0), x.Like(1)
	middle := graph.Select(x.Compare(graph.GreaterEqual, one), one, x.Shift(1).Scale(0.5))
	return graph.Select(x.Compare(graph.LessEqual, x.Like(-1)), zero, middle)
}

func sparsePlus(x *graph.Node) *graph.Node {
	middle := graph.Select(x.Compare(graph.Less, x.Like(1)), x.Clip(-1, 1).Shift(1).Square().Scale(0.25), x)
	return graph.Select(x.Compare(graph.LessEqual, x.Like(-1)), x.Like(0), middle)
}

func softShrink(x *graph.Node) *graph.Node { return x.Sub(x.Clip(-0.5, 0.5)) }

func hardShrink(x *graph.Node) *graph.Node {
	return graph.Select(x.Abs().Compare(graph.LessEqual, x.Like(0.5)), x.Like(0), x)
}

func glu(x *graph.Node) *graph.Node {
	width := x.Extent(-1)
	if width%2 != 0 {
		return x.Graph().Fail(fmt.Errorf("activations: glu halves the last dimension of %v, which is odd", x.Shape()))
	}
	last := x.Rank() - 1
	return x.SliceAxis(last, 0, width/2).Mul(x.SliceAxis(last, width/2, width).Sigmoid())
}

// sparsemax is max(x-τ, 0) with τ such that the row sums to 1. An element is
// in the support if 1 + k·x exceeds s, where k and s are the number and the
// sum of the elements not below it: comparing all pairs needs no sorting.
func sparsemax(x *graph.Node) *graph.Node {
	last := x.Rank() - 1
	x = x.Sub(x.ReduceMax(last).ExpandDims(last))
	one, other := x.ExpandDims(last+1), x.ExpandDims(last)
	above := other.Compare(graph.GreaterEqual, one).Convert(x.DType())
	count := above.ReduceSum(last + 1)
	sum := above.Mul(other).ReduceSum(last + 1)
	support := count.Mul(x).Shift(1).Compare(graph.Greater, sum).Convert(x.DType())
	threshold := support.Mul(x).ReduceSum(last).Shift(-1).Div(support.ReduceSum(last))
	return x.Sub(threshold.ExpandDims(last)).ReLU()
}
