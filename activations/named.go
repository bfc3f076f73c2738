package activations

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
)

// Named is one of Keras' activation functions with its default settings
// (keras.activations).
type Named string

// The activations. σ is the logistic function 1/(1+e⁻ˣ), Φ the distribution
// function of the standard normal distribution.
const (
	// Linear is x.
	Linear Named = "linear"
	// ReLU is max(x, 0).
	ReLU Named = "relu"
	// ReLU6 is min(max(x, 0), 6).
	ReLU6 Named = "relu6"
	// LeakyReLU is x, 0.2·x below 0. [Rectified] has other slopes.
	LeakyReLU Named = "leaky_relu"
	// ELU is x, eˣ-1 below 0. [ExponentialLinear] has other scales.
	ELU Named = "elu"
	// CELU is max(x, 0) + eᵐ-1 with m = min(x, 0).
	CELU Named = "celu"
	// SELU is 1.0507·(x, 1.6733·(eˣ-1) below 0), with the constants of
	// Klambauer et al. (2017), which keep mean 0 and variance 1.
	SELU Named = "selu"
	// GELU is x·Φ(x) (Hendrycks and Gimpel, 2016).
	GELU Named = "gelu"
	// GELUTanh is the approximation x/2·(1+tanh(√(2/π)·(x+0.044715·x³))) of
	// GELU: gelu(x, approximate=True). Keras has no name of its own for it.
	GELUTanh Named = "gelu_tanh"
	// SiLU is x·σ(x), also called swish.
	SiLU Named = "silu"
	// Swish is SiLU.
	Swish = SiLU
	// HardSiLU is x·HardSigmoid(x), also called hard swish.
	HardSiLU Named = "hard_silu"
	// HardSwish is HardSiLU.
	HardSwish = HardSiLU
	// Mish is x·tanh(Softplus(x)) (Misra, 2019).
	Mish Named = "mish"
	// Sigmoid is σ(x).
	Sigmoid Named = "sigmoid"
	// HardSigmoid is x/6 + 1/2, limited to [0, 1].
	HardSigmoid Named = "hard_sigmoid"
	// LogSigmoid is ln σ(x).
	LogSigmoid Named = "log_sigmoid"
	// SparseSigmoid is (x+1)/2, limited to [0, 1].
	SparseSigmoid Named = "sparse_sigmoid"
	// Softplus is ln(1+eˣ).
	Softplus Named = "softplus"
	// SparsePlus is (x+1)²/4 in [-1, 1], 0 below and x above.
	SparsePlus Named = "sparse_plus"
	// Squareplus is (x+√(x²+4))/2.
	Squareplus Named = "squareplus"
	// Softsign is x/(1+|x|).
	Softsign Named = "softsign"
	// Tanh is the hyperbolic tangent.
	Tanh Named = "tanh"
	// HardTanh is x limited to [-1, 1].
	HardTanh Named = "hard_tanh"
	// TanhShrink is x - tanh(x).
	TanhShrink Named = "tanh_shrink"
	// SoftShrink moves x by 0.5 towards 0, not beyond.
	SoftShrink Named = "soft_shrink"
	// HardShrink is x, 0 where |x| is at most 0.5.
	HardShrink Named = "hard_shrink"
	// Exponential is eˣ.
	Exponential Named = "exponential"
	// Softmax is eˣ/Σeˣ over the last dimension.
	Softmax Named = "softmax"
	// LogSoftmax is the logarithm of Softmax.
	LogSoftmax Named = "log_softmax"
	// Sparsemax is the distribution nearest to the row x (Martins and
	// Astudillo, 2016): over the last dimension, many of its values being 0.
	// Keras 3.15 computes another function, whose rows need not sum to 1.
	Sparsemax Named = "sparsemax"
	// GLU halves the last dimension into a and b: a·σ(b).
	GLU Named = "glu"
)

// All returns every named activation, in the order of the constants.
func All() []Named {
	return []Named{
		Linear, ReLU, ReLU6, LeakyReLU, ELU, CELU, SELU, GELU, GELUTanh, SiLU, HardSiLU, Mish, Sigmoid, HardSigmoid,
		LogSigmoid, SparseSigmoid, Softplus, SparsePlus, Squareplus, Softsign, Tanh, HardTanh, TanhShrink, SoftShrink,
		HardShrink, Exponential, Softmax, LogSoftmax, Sparsemax, GLU,
	}
}

// Name returns Keras' name.
func (n Named) Name() string { return string(n) }

// Apply returns the function of x.
func (n Named) Apply(x *graph.Node) *graph.Node {
	if function := n.function(); function != nil {
		return function(x)
	}
	return x.Graph().Fail(n.unknown())
}

func (n Named) unknown() error {
	return fmt.Errorf("activations: unknown activation %q, expected one of %v", string(n), All())
}

func (n Named) function() func(*graph.Node) *graph.Node {
	switch n {
	case Linear:
		return func(x *graph.Node) *graph.Node { return x }
	case ReLU:
		return (*graph.Node).ReLU
	case ReLU6:
		return relu6
	case LeakyReLU:
		return Rectified{Slope: 0.2}.Apply
	case ELU:
		return ExponentialLinear{}.Apply
	case CELU:
		return func(x *graph.Node) *graph.Node { return exponentialBelow(x, 1) }
	case SELU:
		return selu
	case GELU:
		return gelu
	case GELUTanh:
		return geluTanh
	case SiLU:
		return func(x *graph.Node) *graph.Node { return x.Mul(x.Sigmoid()) }
	case HardSiLU:
		return func(x *graph.Node) *graph.Node { return x.Mul(hardSigmoid(x)) }
	case Mish:
		return func(x *graph.Node) *graph.Node { return x.Mul(softplus(x).Tanh()) }
	case Exponential:
		return (*graph.Node).Exp
	case Softmax:
		return (*graph.Node).Softmax
	case LogSoftmax:
		return (*graph.Node).LogSoftmax
	case Sparsemax:
		return sparsemax
	case GLU:
		return glu
	}
	return n.bounded()
}

// bounded returns the functions that squash, saturate or shrink.
func (n Named) bounded() func(*graph.Node) *graph.Node {
	switch n {
	case Sigmoid:
		return (*graph.Node).Sigmoid
	case HardSigmoid:
		return hardSigmoid
	case LogSigmoid:
		return func(x *graph.Node) *graph.Node { return softplus(x.Neg()).Neg() }
	case SparseSigmoid:
		return sparseSigmoid
	case Softplus:
		return softplus
	case SparsePlus:
		return sparsePlus
	case Squareplus:
		return squareplus
	case Softsign:
		return func(x *graph.Node) *graph.Node { return x.Div(x.Abs().Shift(1)) }
	case Tanh:
		return (*graph.Node).Tanh
	case HardTanh:
		return func(x *graph.Node) *graph.Node { return x.Clip(-1, 1) }
	case TanhShrink:
		return func(x *graph.Node) *graph.Node { return x.Sub(x.Tanh()) }
	case SoftShrink:
		return softShrink
	case HardShrink:
		return hardShrink
	}
	return nil
}
