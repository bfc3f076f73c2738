package layers

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/regularizers"
	"github.com/lince-ml/lince/tensor"
)

// DepthwiseConv2D convolves every channel by itself
// (keras.layers.DepthwiseConv2D): (batch, height, width, channels) becomes
// (batch, rows, columns, channels·multiplier). The kernel has the shape
// (height, width, channels, multiplier).
type DepthwiseConv2D struct {
	// Kernel is the kernels' height and width; required. Square(3) is 3 by 3.
	Kernel [2]int
	// Strides are the steps down and to the right; 1 when left out.
	Strides [2]int
	// Padding at the border; Valid by default.
	Padding Padding
	// Dilation is the distance between the pixels that a kernel reads; 1
	// when left out.
	Dilation [2]int
	// DepthMultiplier is the number of results per channel; 1 when 0.
	DepthMultiplier int
	// Activation is applied to the result; nil is linear.
	Activation activations.Activation
	// NoBias leaves the bias out.
	NoBias bool
	// DepthwiseInitializer is Glorot uniform when nil, BiasInitializer zeros.
	DepthwiseInitializer, BiasInitializer initializers.Initializer
	// DepthwiseRegularizer, BiasRegularizer and ActivityRegularizer price
	// the weights and the result; nil for none.
	DepthwiseRegularizer, BiasRegularizer, ActivityRegularizer regularizers.Regularizer
	// Name is numbered (depthwise_conv2d, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l DepthwiseConv2D) Describe() Description {
	return Description{Class: "DepthwiseConv2D", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"kernel_size": pair(l.Kernel), "strides": pair(pairOr(l.Strides, Square(1))),
		"padding": l.Padding.String(), "data_format": channelsLast, "dilation_rate": pair(pairOr(l.Dilation, Square(1))),
		"depth_multiplier": orOne(l.DepthMultiplier), "activation": activationConfig(l.Activation), "use_bias": !l.NoBias,
		"depthwise_initializer": initializerConfig(kernelInitializer(l.DepthwiseInitializer)),
		"bias_initializer":      initializerConfig(zerosOr(l.BiasInitializer)),
		"depthwise_regularizer": regularizerConfig(l.DepthwiseRegularizer),
		"bias_regularizer":      regularizerConfig(l.BiasRegularizer),
		"activity_regularizer":  regularizerConfig(l.ActivityRegularizer),
	}}
}

func decodeDepthwiseConv2D(s *settings) Layer {
	return DepthwiseConv2D{
		Kernel: s.Pair("kernel_size", [2]int{}), Strides: s.Pair("strides", Square(1)),
		Padding: s.padding(), Dilation: s.Pair("dilation_rate", Square(1)), DepthMultiplier: s.Int("depth_multiplier", 1),
		Activation: s.activation("activation"), NoBias: !s.Bool("use_bias", true),
		DepthwiseInitializer: s.initializer("depthwise_initializer"), BiasInitializer: s.initializer("bias_initializer"),
		DepthwiseRegularizer: s.regularizer("depthwise_regularizer"), BiasRegularizer: s.regularizer("bias_regularizer"),
		ActivityRegularizer: s.regularizer("activity_regularizer"),
		Name:                s.name(), InputShape: s.inputShape(),
	}
}

// Call convolves the channels.
func (l DepthwiseConv2D) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return nil, err
	}
	d := depthwise{"kernel", window{l.Kernel, l.Strides, l.Dilation, l.Padding}, l.DepthMultiplier, l.DepthwiseInitializer, l.DepthwiseRegularizer}
	y, err := d.apply(c, inputs[0])
	if err != nil {
		return nil, err
	}
	return finish{l.NoBias, l.BiasInitializer, l.BiasRegularizer, l.Activation, l.ActivityRegularizer}.apply(c, y), nil
}

// SeparableConv2D convolves every channel by itself and then mixes them by a
// convolution of single pixels (keras.layers.SeparableConv2D; Chollet, 2017).
// Its weights are the depthwise kernel (height, width, channels, multiplier)
// and the pointwise kernel (1, 1, channels·multiplier, filters).
type SeparableConv2D struct {
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
	// DepthMultiplier is the number of results per channel before the
	// mixing; 1 when 0.
	DepthMultiplier int
	// Activation is applied to the result; nil is linear.
	Activation activations.Activation
	// NoBias leaves the bias out.
	NoBias bool
	// DepthwiseInitializer and PointwiseInitializer are Glorot uniform when
	// nil, BiasInitializer zeros.
	DepthwiseInitializer, PointwiseInitializer, BiasInitializer initializers.Initializer
	// The regularizers price the weights and the result; nil for none.
	DepthwiseRegularizer, PointwiseRegularizer, BiasRegularizer, ActivityRegularizer regularizers.Regularizer
	// Name is numbered (separable_conv2d, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l SeparableConv2D) Describe() Description {
	return Description{Class: "SeparableConv2D", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"filters": l.Filters, "kernel_size": pair(l.Kernel), "strides": pair(pairOr(l.Strides, Square(1))),
		"padding": l.Padding.String(), "data_format": channelsLast, "dilation_rate": pair(pairOr(l.Dilation, Square(1))),
		"depth_multiplier": orOne(l.DepthMultiplier), "activation": activationConfig(l.Activation), "use_bias": !l.NoBias,
		"depthwise_initializer": initializerConfig(kernelInitializer(l.DepthwiseInitializer)),
		"pointwise_initializer": initializerConfig(kernelInitializer(l.PointwiseInitializer)),
		"bias_initializer":      initializerConfig(zerosOr(l.BiasInitializer)),
		"depthwise_regularizer": regularizerConfig(l.DepthwiseRegularizer),
		"pointwise_regularizer": regularizerConfig(l.PointwiseRegularizer),
		"bias_regularizer":      regularizerConfig(l.BiasRegularizer),
		"activity_regularizer":  regularizerConfig(l.ActivityRegularizer),
	}}
}

func decodeSeparableConv2D(s *settings) Layer {
	return SeparableConv2D{
		Filters: s.Int("filters", 0), Kernel: s.Pair("kernel_size", [2]int{}), Strides: s.Pair("strides", Square(1)),
		Padding: s.padding(), Dilation: s.Pair("dilation_rate", Square(1)), DepthMultiplier: s.Int("depth_multiplier", 1),
		Activation: s.activation("activation"), NoBias: !s.Bool("use_bias", true),
		DepthwiseInitializer: s.initializer("depthwise_initializer"), PointwiseInitializer: s.initializer("pointwise_initializer"),
		BiasInitializer:      s.initializer("bias_initializer"),
		DepthwiseRegularizer: s.regularizer("depthwise_regularizer"), PointwiseRegularizer: s.regularizer("pointwise_regularizer"),
		BiasRegularizer: s.regularizer("bias_regularizer"), ActivityRegularizer: s.regularizer("activity_regularizer"),
		Name: s.name(), InputShape: s.inputShape(),
	}
}

// Call convolves the channels and mixes them.
func (l SeparableConv2D) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return nil, err
	}
	if l.Filters < 1 {
		return nil, unfit("Filters", l.Filters, "at least 1")
	}
	d := depthwise{"depthwise_kernel", window{l.Kernel, l.Strides, l.Dilation, l.Padding}, l.DepthMultiplier, l.DepthwiseInitializer, l.DepthwiseRegularizer}
	y, err := d.apply(c, inputs[0])
	if err != nil {
		return nil, err
	}
	mixing := weigh(c, "pointwise_kernel", tensor.Shape{1, 1, y.Extent(3), l.Filters}, kernelInitializer(l.PointwiseInitializer), l.PointwiseRegularizer)
	single := graph.Window{Size: Square(1), Stride: Square(1), Dilation: Square(1)}
	y = graph.Convolve(graph.Convolution{Window: single, Groups: 1}, y, mixing)
	return finish{l.NoBias, l.BiasInitializer, l.BiasRegularizer, l.Activation, l.ActivityRegularizer}.apply(c, y), nil
}

// depthwise is a convolution in as many groups as there are channels.
type depthwise struct {
	weight      string
	window      window
	multiplier  int
	initializer initializers.Initializer
	regularizer regularizers.Regularizer
}

func (d depthwise) apply(c *Context, x *graph.Node) (*graph.Node, error) {
	multiplier, channels := orOne(d.multiplier), x.Extent(3)
	if multiplier < 0 {
		return nil, unfit("DepthMultiplier", multiplier, "at least 1")
	}
	w, err := d.window.over(x, "Kernel")
	if err != nil {
		return nil, err
	}
	shape := tensor.Shape{w.Size[0], w.Size[1], channels, multiplier}
	kernel := weigh(c, d.weight, shape, kernelInitializer(d.initializer), d.regularizer)
	kernel = kernel.Reshape(w.Size[0], w.Size[1], 1, channels*multiplier)
	return graph.Convolve(graph.Convolution{Window: w, Groups: channels}, x, kernel), nil
}

func orOne(number int) int {
	if number == 0 {
		return 1
	}
	return number
}
