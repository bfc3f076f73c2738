package graph

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/tensor"
)

// BatchNormalization normalises every channel (the last dimension) of x by a
// mean and a variance, then scales and shifts it (Ioffe and Szegedy, 2015):
//
//	y = (x - mean) / √(variance + Epsilon) · gamma + beta
//
// Operands are x, gamma, beta, mean, variance; all but x have the shape
// (channels).
//
// With Batch set, mean and variance must be those of x over all other
// dimensions; the gradient with respect to x then includes their dependence
// on x, and none flows to them. Otherwise they are values of their own.
type BatchNormalization struct {
	primitive
	Epsilon float64
	Batch   bool
}

// Normalize applies batch normalisation with the given statistics; see the type.
func (n *Node) Normalize(b BatchNormalization, gamma, beta, mean, variance *Node) *Node {
	return Apply(b, n, gamma, beta, mean, variance)
}

func (BatchNormalization) Name() string { return "batch_norm" }

func (b BatchNormalization) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 5); err != nil {
		return Type{}, err
	}
	return channelwise(b.Epsilon, operands[0], operands[1:])
}

func channelwise(epsilon float64, x Type, channels []Type) (Type, error) {
	if len(x.Shape) < 2 || x.Shape[len(x.Shape)-1] < 0 {
		return Type{}, fmt.Errorf("expected at least two dimensions, the last one a known number of channels")
	}
	if err := expectFloat(x); err != nil {
		return Type{}, err
	}
	expected := Type{x.DType, tensor.Shape{x.Shape[len(x.Shape)-1]}}
	for _, operand := range channels {
		if !operand.Equal(expected) {
			return Type{}, fmt.Errorf("one number per channel is %v, got %v", expected, operand)
		}
	}
	if !(epsilon >= 0) {
		return Type{}, fmt.Errorf("epsilon is %v, expected a number not below 0", epsilon)
	}
	return x, nil
}

func (b BatchNormalization) Gradient(n, upstream *Node) []*Node {
	if !b.Batch {
		return throughDecomposition(n, upstream)
	}
	x, gamma, mean, variance := n.operands[0], n.operands[1], n.operands[3], n.operands[4]
	others := x.AllAxes()[:x.Rank()-1]
	dBeta := upstream.ReduceSum(others...)
	centred := x.Sub(mean)
	dGamma := upstream.Mul(centred).ReduceSum(others...).Mul(variance.Shift(b.Epsilon).Rsqrt())
	dx := Apply(BatchNormalizationGradient{Epsilon: b.Epsilon}, upstream, x, gamma, mean, variance, dGamma, dBeta)
	return []*Node{dx, dGamma, dBeta, nil, nil}
}

func (b BatchNormalization) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	x := operands[0].Values
	gamma, beta, mean, variance := operands[1].Values, operands[2].Values, operands[3].Values, operands[4].Values
	for i := range x {
		c := i % len(gamma)
		out.Values[i] = (x[i]-mean[c])/math.Sqrt(variance[c]+b.Epsilon)*gamma[c] + beta[c]
	}
	return out, nil
}

func (b BatchNormalization) Decompose(operands []*Node) *Node {
	x, gamma, beta, mean, variance := operands[0], operands[1], operands[2], operands[3], operands[4]
	scale := variance.Shift(b.Epsilon).Rsqrt().Mul(gamma)
	return x.Mul(scale).Add(beta.Sub(mean.Mul(scale)))
}

// BatchNormalizationGradient is the gradient of a batch normalisation with
// the batch's own statistics with respect to x. Operands are the upstream
// gradient g, x, gamma, mean, variance, and the gradients of gamma and beta:
//
//	dx = gamma / √(variance + Epsilon) · (g - (dbeta + x̂·dgamma) / m)
//
// where m is the number of elements per channel and x̂ the normalised x.
type BatchNormalizationGradient struct {
	primitive
	Epsilon float64
}

func (BatchNormalizationGradient) Name() string { return "batch_norm_grad" }

func (b BatchNormalizationGradient) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 7); err != nil {
		return Type{}, err
	}
	if !operands[0].Equal(operands[1]) {
		return Type{}, fmt.Errorf("the gradient and x differ")
	}
	return channelwise(b.Epsilon, operands[1], operands[2:])
}

func (b BatchNormalizationGradient) Gradient(n, upstream *Node) []*Node {
	return throughDecomposition(n, upstream)
}

func (b BatchNormalizationGradient) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	g, x := operands[0].Values, operands[1].Values
	gamma, mean, variance := operands[2].Values, operands[3].Values, operands[4].Values
	dGamma, dBeta := operands[5].Values, operands[6].Values
	perChannel := float64(len(x)) / float64(max(len(gamma), 1))
	for i := range x {
		c := i % len(gamma)
		inverse := 1 / math.Sqrt(variance[c]+b.Epsilon)
		normalised := (x[i] - mean[c]) * inverse
		out.Values[i] = gamma[c] * inverse * (g[i] - (dBeta[c]+normalised*dGamma[c])/perChannel)
	}
	return out, nil
}

func (b BatchNormalizationGradient) Decompose(operands []*Node) *Node {
	g, x, gamma, mean, variance := operands[0], operands[1], operands[2], operands[3], operands[4]
	dGamma, dBeta := operands[5], operands[6]
	others := x.AllAxes()[:x.Rank()-1]
	inverse := variance.Shift(b.Epsilon).Rsqrt()
	share := x.Like(1).Div(x.CountAlong(others...))
	centred := x.Sub(mean).Mul(inverse.Mul(dGamma).Mul(share))
	return g.Sub(dBeta.Mul(share)).Sub(centred).Mul(gamma.Mul(inverse))
}
