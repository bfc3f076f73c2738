package layers

import (
	"fmt"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/regularizers"
	"github.com/lince-ml/lince/tensor"
)

// Dense connects every input feature to every unit: activation(x·kernel + bias),
// over the last dimension of x (keras.layers.Dense). The kernel has the shape
// (features, units).
type Dense struct {
	// Units is the number of outputs; required.
	Units int
	// Activation is applied to the result; nil is linear.
	Activation activations.Activation
	// NoBias leaves the bias out.
	NoBias bool
	// KernelInitializer is Glorot uniform when nil, BiasInitializer zeros.
	KernelInitializer, BiasInitializer initializers.Initializer
	// KernelRegularizer, BiasRegularizer and ActivityRegularizer price the
	// weights and the result; nil for none.
	KernelRegularizer, BiasRegularizer, ActivityRegularizer regularizers.Regularizer
	// Name is numbered (dense, dense_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l Dense) Describe() Description {
	return Description{Class: "Dense", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"units": l.Units, "activation": activationConfig(l.Activation), "use_bias": !l.NoBias,
		"kernel_initializer":   initializerConfig(kernelInitializer(l.KernelInitializer)),
		"bias_initializer":     initializerConfig(zerosOr(l.BiasInitializer)),
		"kernel_regularizer":   regularizerConfig(l.KernelRegularizer),
		"bias_regularizer":     regularizerConfig(l.BiasRegularizer),
		"activity_regularizer": regularizerConfig(l.ActivityRegularizer),
	}}
}

func decodeDense(s *settings) Layer {
	return Dense{
		Units: s.Int("units", 0), Activation: s.activation("activation"), NoBias: !s.Bool("use_bias", true),
		KernelInitializer: s.initializer("kernel_initializer"), BiasInitializer: s.initializer("bias_initializer"),
		KernelRegularizer: s.regularizer("kernel_regularizer"), BiasRegularizer: s.regularizer("bias_regularizer"),
		ActivityRegularizer: s.regularizer("activity_regularizer"),
		Name:                s.name(), InputShape: s.inputShape(),
	}
}

// Call multiplies the last dimension with the kernel.
func (l Dense) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	x := inputs[0]
	if l.Units < 1 {
		return nil, unfit("Units", l.Units, "at least 1")
	}
	if x.Rank() < 2 {
		return nil, fmt.Errorf("input of shape %v given, expected (batch, ..., features)", x.Shape())
	}
	kernel := weigh(c, "kernel", tensor.Shape{x.Extent(-1), l.Units}, kernelInitializer(l.KernelInitializer), l.KernelRegularizer)
	y := x.MatMul(kernel)
	return finish{l.NoBias, l.BiasInitializer, l.BiasRegularizer, l.Activation, l.ActivityRegularizer}.apply(c, y), nil
}
