package layers

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/regularizers"
	"github.com/lince-ml/lince/tensor"
)

// Conv2D slides kernels over pictures (keras.layers.Conv2D): from x (batch,
// height, width, channels) it makes (batch, rows, columns, filters),
//
//	y[n,i,j,f] = activation(Σ x[n, i·s+k·d, j·s+l·d, c] · kernel[k,l,c,f] + bias[f])
//
// with strides s and dilation d. The kernel has the shape (height, width,
// channels/groups, filters).
type Conv2D struct {
	// Filters is the number of channels of the result; required.
	Filters int
	// Kernel is the kernels' height and width; required. Square(3) is 3 by 3.
	Kernel [2]int
	// Strides are the steps down and to the right; 1 when left out.
	Strides [2]int
	// Padding at the border; Valid by default.
	Padding Padding
	// Dilation is the distance between the pixels that a kernel reads; 1
	// when left out.
	Dilation [2]int
	// Groups divides channels and filters into parts that see only one
	// another; 1 when 0.
	Groups int
	// Activation is applied to the result; nil is linear.
	Activation activations.Activation
	// NoBias leaves the bias out.
	NoBias bool
	// KernelInitializer is Glorot uniform when nil, BiasInitializer zeros.
	KernelInitializer, BiasInitializer initializers.Initializer
	// KernelRegularizer, BiasRegularizer and ActivityRegularizer price the
	// weights and the result; nil for none.
	KernelRegularizer, BiasRegularizer, ActivityRegularizer regularizers.Regularizer
	// Name is numbered (conv2d, conv2d_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l Conv2D) Describe() Description {
	return Description{Class: "Conv2D", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"filters": l.Filters, "kernel_size": pair(l.Kernel), "strides": pair(pairOr(l.Strides, Square(1))),
		"padding": l.Padding.String(), "data_format": channelsLast, "dilation_rate": pair(pairOr(l.Dilation, Square(1))),
		"groups": orOne(l.Groups), "activation": activationConfig(l.Activation), "use_bias": !l.NoBias,
		"kernel_initializer":   initializerConfig(kernelInitializer(l.KernelInitializer)),
		"bias_initializer":     initializerConfig(zerosOr(l.BiasInitializer)),
		"kernel_regularizer":   regularizerConfig(l.KernelRegularizer),
		"bias_regularizer":     regularizerConfig(l.BiasRegularizer),
		"activity_regularizer": regularizerConfig(l.ActivityRegularizer),
	}}
}

func decodeConv2D(s *settings) Layer {
	return Conv2D{
		Filters: s.Int("filters", 0), Kernel: s.Pair("kernel_size", [2]int{}), Strides: s.Pair("strides", Square(1)),
		Padding: s.padding(), Dilation: s.Pair("dilation_rate", Square(1)), Groups: s.Int("groups", 1),
		Activation: s.activation("activation"), NoBias: !s.Bool("use_bias", true),
		KernelInitializer: s.initializer("kernel_initializer"), BiasInitializer: s.initializer("bias_initializer"),
		KernelRegularizer: s.regularizer("kernel_regularizer"), BiasRegularizer: s.regularizer("bias_regularizer"),
		ActivityRegularizer: s.regularizer("activity_regularizer"),
		Name:                s.name(), InputShape: s.inputShape(),
	}
}

// Call convolves the pictures with the kernels.
func (l Conv2D) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return nil, err
	}
	x, groups := inputs[0], orOne(l.Groups)
	channels := x.Extent(3)
	switch {
	case l.Filters < 1:
		return nil, unfit("Filters", l.Filters, "at least 1")
	case groups < 0 || channels%groups != 0 || l.Filters%groups != 0:
		return nil, unfit("Groups", groups, "a number that divides the %d channels and the %d filters", channels, l.Filters)
	}
	w, err := window{l.Kernel, l.Strides, l.Dilation, l.Padding}.over(x, "Kernel")
	if err != nil {
		return nil, err
	}
	shape := tensor.Shape{l.Kernel[0], l.Kernel[1], channels / groups, l.Filters}
	kernel := weigh(c, "kernel", shape, kernelInitializer(l.KernelInitializer), l.KernelRegularizer)
	y := graph.Convolve(graph.Convolution{Window: w, Groups: groups}, x, kernel)
	return finish{l.NoBias, l.BiasInitializer, l.BiasRegularizer, l.Activation, l.ActivityRegularizer}.apply(c, y), nil
}
