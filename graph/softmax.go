package graph

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/tensor"
)

// Softmax turns the last dimension into a probability distribution,
// exp(x) / Σ exp(x), computed with the largest x subtracted.
type Softmax struct{ primitive }

// Softmax returns exp(n) / Σ exp(n) along the last dimension.
func (n *Node) Softmax() *Node { return Apply(Softmax{}, n) }

func (Softmax) Name() string { return "softmax" }

func (Softmax) Infer(operands []Type) (Type, error) { return overLast(operands) }

func overLast(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	if len(operands[0].Shape) == 0 {
		return Type{}, fmt.Errorf("a scalar has no last dimension")
	}
	return operands[0], expectFloat(operands[0])
}

// Gradient is y·(g - Σ g·y).
func (Softmax) Gradient(n, upstream *Node) []*Node {
	last := n.Rank() - 1
	return []*Node{n.Mul(upstream.Sub(upstream.Mul(n).ReduceSum(last).ExpandDims(last)))}
}

func (Softmax) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	eachLast(result.Shape, func(from, to int) {
		logSoftmax(operands[0].Values[from:to], out.Values[from:to])
		for i, x := range out.Values[from:to] {
			out.Values[from+i] = math.Exp(x)
		}
	})
	return out, nil
}

func (Softmax) Decompose(operands []*Node) *Node {
	x := operands[0]
	last := x.Rank() - 1
	exponentials := x.Sub(x.ReduceMax(last).ExpandDims(last)).Exp()
	return exponentials.Div(exponentials.ReduceSum(last).ExpandDims(last))
}

// eachLast visits the range of every row along the last dimension.
func eachLast(shape tensor.Shape, visit func(from, to int)) {
	count, _ := shape.Elements()
	width := shape[len(shape)-1]
	for from := 0; from < count; from += width {
		visit(from, from+width)
	}
}

func logSoftmax(x, out []float64) {
	largest := math.Inf(-1)
	for _, v := range x {
		largest = max(largest, v)
	}
	var sum float64
	for _, v := range x {
		sum += math.Exp(v - largest)
	}
	for i, v := range x {
		out[i] = v - largest - math.Log(sum)
	}
}

// LogSoftmax is the logarithm of Softmax without its loss of precision.
type LogSoftmax struct{ primitive }

// LogSoftmax returns n - ln Σ exp(n) along the last dimension.
func (n *Node) LogSoftmax() *Node { return Apply(LogSoftmax{}, n) }

func (LogSoftmax) Name() string { return "log_softmax" }

func (LogSoftmax) Infer(operands []Type) (Type, error) { return overLast(operands) }

// Gradient is g - exp(y)·Σ g.
func (LogSoftmax) Gradient(n, upstream *Node) []*Node {
	last := n.Rank() - 1
	return []*Node{upstream.Sub(n.Exp().Mul(upstream.ReduceSum(last).ExpandDims(last)))}
}

func (LogSoftmax) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	eachLast(result.Shape, func(from, to int) { logSoftmax(operands[0].Values[from:to], out.Values[from:to]) })
	return out, nil
}

func (LogSoftmax) Decompose(operands []*Node) *Node {
	x := operands[0]
	last := x.Rank() - 1
	shifted := x.Sub(x.ReduceMax(last).ExpandDims(last))
	return shifted.Sub(shifted.Exp().ReduceSum(last).Log().ExpandDims(last))
}

// SoftmaxCrossentropy is -Σ t·ln softmax(x) along the last dimension, of
// logits x (first operand) and target distributions t (second).
type SoftmaxCrossentropy struct{ primitive }

// SoftmaxCrossentropy returns the crossentropy of the logits n with target
// distributions along the last dimension, which vanishes.
func (n *Node) SoftmaxCrossentropy(targets *Node) *Node {
	return Apply(SoftmaxCrossentropy{}, n, targets)
}

func (SoftmaxCrossentropy) Name() string { return "softmax_crossentropy" }

func (SoftmaxCrossentropy) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 2); err != nil {
		return Type{}, err
	}
	logits, targets := operands[0], operands[1]
	if len(logits.Shape) == 0 || !logits.Equal(targets) {
		return Type{}, fmt.Errorf("expected logits and targets of one type with a last dimension of classes")
	}
	return Type{logits.DType, logits.Shape[:len(logits.Shape)-1]}, expectFloat(logits)
}

// Gradient with respect to the logits is g·(softmax(x)·Σt - t).
func (SoftmaxCrossentropy) Gradient(n, upstream *Node) []*Node {
	x, t := n.operands[0], n.operands[1]
	last := x.Rank() - 1
	g := upstream.ExpandDims(last)
	mass := t.ReduceSum(last).ExpandDims(last)
	return []*Node{g.Mul(x.Softmax().Mul(mass).Sub(t)), g.Mul(x.LogSoftmax()).Neg()}
}

func (SoftmaxCrossentropy) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	x, t := operands[0], operands[1].Values
	row := make([]float64, x.Shape[len(x.Shape)-1])
	eachLast(x.Shape, func(from, to int) {
		logSoftmax(x.Values[from:to], row)
		for i, logarithm := range row {
			out.Values[from/len(row)] -= t[from+i] * logarithm
		}
	})
	return out, nil
}

func (SoftmaxCrossentropy) Decompose(operands []*Node) *Node {
	x, t := operands[0], operands[1]
	return t.Mul(x.LogSoftmax()).ReduceSum(x.Rank() - 1).Neg()
}

// SigmoidCrossentropy is the binary crossentropy of logits x (first operand)
// and targets t (second), element by element:
//
//	max(x, 0) - x·t + ln(1 + exp(-|x|))
type SigmoidCrossentropy struct{ primitive }

// SigmoidCrossentropy returns the elementwise binary crossentropy of the
// logits n with targets of the same shape.
func (n *Node) SigmoidCrossentropy(targets *Node) *Node {
	return Apply(SigmoidCrossentropy{}, n, targets)
}

func (SigmoidCrossentropy) Name() string { return "sigmoid_crossentropy" }

func (SigmoidCrossentropy) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 2); err != nil {
		return Type{}, err
	}
	if !operands[0].Equal(operands[1]) {
		return Type{}, fmt.Errorf("expected logits and targets of one type")
	}
	return operands[0], expectFloat(operands[0])
}

// Gradient with respect to the logits is g·(sigmoid(x) - t).
func (SigmoidCrossentropy) Gradient(n, upstream *Node) []*Node {
	x, t := n.operands[0], n.operands[1]
	return []*Node{upstream.Mul(x.Sigmoid().Sub(t)), upstream.Mul(x).Neg()}
}

func (SigmoidCrossentropy) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	for i, x := range operands[0].Values {
		out.Values[i] = larger(x, 0) - x*operands[1].Values[i] + math.Log1p(math.Exp(-math.Abs(x)))
	}
	return out, nil
}

func (SigmoidCrossentropy) Decompose(operands []*Node) *Node {
	x, t := operands[0], operands[1]
	return x.ReLU().Sub(x.Mul(t)).Add(x.Abs().Neg().Exp().Log1p())
}
