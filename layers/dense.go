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
	// KernelInitializer is Glorot uniform when nil.
	KernelInitializer initializers.Initializer
	// BiasInitializer is zeros when nil.
	BiasInitializer initializers.Initializer
	// KernelRegularizer and BiasRegularizer price the weights; nil for none.
	KernelRegularizer, BiasRegularizer regularizers.Regularizer
	// Name is numbered (dense, dense_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l Dense) Describe() Description {
	return Description{Class: "Dense", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"units": l.Units, "activation": activationConfig(l.Activation), "use_bias": !l.NoBias,
		"kernel_initializer": initializerConfig(l.KernelInitializer, initializers.GlorotUniform{}),
		"bias_initializer":   initializerConfig(l.BiasInitializer, initializers.Zeros{}),
		"kernel_regularizer": regularizerConfig(l.KernelRegularizer),
		"bias_regularizer":   regularizerConfig(l.BiasRegularizer),
	}}
}

func decodeDense(r *settings) Layer {
	return Dense{
		Units: r.Int("units", 0), Activation: r.activation("activation"), NoBias: !r.Bool("use_bias", true),
		KernelInitializer: r.initializer("kernel_initializer"), BiasInitializer: r.initializer("bias_initializer"),
		KernelRegularizer: r.regularizer("kernel_regularizer"), BiasRegularizer: r.regularizer("bias_regularizer"),
		Name: r.name(), InputShape: r.inputShape(),
	}
}

// Call multiplies the last dimension with the kernel.
func (l Dense) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	x := inputs[0]
	if l.Units < 1 {
		return nil, fmt.Errorf("Units is %d, expected at least 1", l.Units)
	}
	if x.Rank() < 2 {
		return nil, fmt.Errorf("input of shape %v given, expected (batch, ..., features)", x.Shape())
	}
	kernel := c.Weight("kernel", tensor.Shape{x.Extent(-1), l.Units}, initializerOr(l.KernelInitializer, initializers.GlorotUniform{}))
	c.Regularize("kernel", kernel, l.KernelRegularizer)
	y := x.MatMul(kernel)
	if !l.NoBias {
		bias := c.Weight("bias", tensor.Shape{l.Units}, initializerOr(l.BiasInitializer, initializers.Zeros{}))
		c.Regularize("bias", bias, l.BiasRegularizer)
		y = y.Add(bias)
	}
	return activate(l.Activation, y), nil
}
