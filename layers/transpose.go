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

// Conv2DTranspose is the convolution's way back (keras.layers.Conv2DTranspose):
// the linear map by which the gradient of a Conv2D with the same window flows
// to its pictures. (batch, height, width, channels) becomes (batch, rows,
// columns, filters), where along each dimension, with stride s and a kernel
// reaching over r = (size-1)·dilation + 1 pixels,
//
//	rows = s·(height-1) + r + OutputPadding        with Valid
//	rows = s·(height-1) + r mod 2 + OutputPadding  with Same
//
// OutputPadding left out is max(s-r, 0) with Valid, and what gives s·height
// rows with Same. The kernel has the shape (height, width, filters, channels).
type Conv2DTranspose struct {
	// Filters is the number of channels of the result; required.
	Filters int
	// Kernel is the kernels' height and width; required. Square(3) is 3 by 3.
	Kernel [2]int
	// Strides are the steps down and to the right in the result; 1 when left out.
	Strides [2]int
	// Padding at the border; Valid by default.
	Padding Padding
	// OutputPadding adds rows and columns to the result, fewer than the
	// stride; nil leaves it out.
	OutputPadding *[2]int
	// Dilation is the distance between the pixels that a kernel writes; 1
	// when left out.
	Dilation [2]int
	// Activation is applied to the result; nil is linear.
	Activation activations.Activation
	// NoBias leaves the bias out.
	NoBias bool
	// KernelInitializer is Glorot uniform when nil, BiasInitializer zeros.
	KernelInitializer, BiasInitializer initializers.Initializer
	// KernelRegularizer, BiasRegularizer and ActivityRegularizer price the
	// weights and the result; nil for none.
	KernelRegularizer, BiasRegularizer, ActivityRegularizer regularizers.Regularizer
	// Name is numbered (conv2d_transpose, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l Conv2DTranspose) Describe() Description {
	var outputPadding any
	if l.OutputPadding != nil {
		outputPadding = pair(*l.OutputPadding)
	}
	return Description{Class: "Conv2DTranspose", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"filters": l.Filters, "kernel_size": pair(l.Kernel), "strides": pair(pairOr(l.Strides, Square(1))),
		"padding": l.Padding.String(), "output_padding": outputPadding, "data_format": channelsLast,
		"dilation_rate": pair(pairOr(l.Dilation, Square(1))), "activation": activationConfig(l.Activation), "use_bias": !l.NoBias,
		"kernel_initializer":   initializerConfig(kernelInitializer(l.KernelInitializer)),
		"bias_initializer":     initializerConfig(zerosOr(l.BiasInitializer)),
		"kernel_regularizer":   regularizerConfig(l.KernelRegularizer),
		"bias_regularizer":     regularizerConfig(l.BiasRegularizer),
		"activity_regularizer": regularizerConfig(l.ActivityRegularizer),
	}}
}

func decodeConv2DTranspose(s *settings) Layer {
	l := Conv2DTranspose{
		Filters: s.Int("filters", 0), Kernel: s.Pair("kernel_size", [2]int{}), Strides: s.Pair("strides", Square(1)),
		Padding: s.padding(), Dilation: s.Pair("dilation_rate", Square(1)),
		Activation: s.activation("activation"), NoBias: !s.Bool("use_bias", true),
		KernelInitializer: s.initializer("kernel_initializer"), BiasInitializer: s.initializer("bias_initializer"),
		KernelRegularizer: s.regularizer("kernel_regularizer"), BiasRegularizer: s.regularizer("bias_regularizer"),
		ActivityRegularizer: s.regularizer("activity_regularizer"),
		Name:                s.name(), InputShape: s.inputShape(),
	}
	if s.Has("output_padding") {
		l.OutputPadding = new(s.Pair("output_padding", [2]int{}))
	}
	return l
}

// Call spreads every pixel by the kernels.
func (l Conv2DTranspose) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return nil, err
	}
	if l.Filters < 1 {
		return nil, unfit("Filters", l.Filters, "at least 1")
	}
	x := inputs[0]
	w, extents, err := l.window(x)
	if err != nil {
		return nil, err
	}
	shape := tensor.Shape{l.Kernel[0], l.Kernel[1], l.Filters, x.Extent(3)}
	kernel := weigh(c, "kernel", shape, kernelInitializer(l.KernelInitializer), l.KernelRegularizer)
	forward := graph.Convolution{Window: w, Groups: 1}
	y := graph.Apply(graph.ConvolutionInput{Convolution: forward, Height: extents[0], Width: extents[1]}, x, kernel)
	return finish{l.NoBias, l.BiasInitializer, l.BiasRegularizer, l.Activation, l.ActivityRegularizer}.apply(c, y), nil
}

// window returns the window of the convolution whose way back this is,
// together with the height and width of the result.
func (l Conv2DTranspose) window(x *graph.Node) (w graph.Window, extents [2]int, err error) {
	w = graph.Window{Size: l.Kernel, Stride: pairOr(l.Strides, Square(1)), Dilation: pairOr(l.Dilation, Square(1))}
	if err := (window{l.Kernel, l.Strides, l.Dilation, l.Padding}).check(w, "Kernel"); err != nil {
		return w, extents, err
	}
	for i := range 2 {
		extent, reach := x.Extent(i+1), (w.Size[i]-1)*w.Dilation[i]+1
		if extent < 0 {
			return w, extents, fmt.Errorf("pictures of shape %v given, expected a known height and width: give the model an InputShape", x.Shape())
		}
		if l.OutputPadding != nil && (l.OutputPadding[i] < 0 || l.OutputPadding[i] >= w.Stride[i]) {
			return w, extents, unfit("OutputPadding", *l.OutputPadding, "numbers from 0 to below the strides %v", w.Stride)
		}
		extents[i] = l.extent(i, extent, reach, w.Stride[i])
		if l.Padding == Same {
			w.Padding[i] = graph.SamePadding(extents[i], w.Size[i], w.Stride[i], w.Dilation[i])
		}
	}
	return w, extents, nil
}

func (l Conv2DTranspose) extent(dimension, extent, reach, stride int) int {
	switch given := l.OutputPadding; {
	case given == nil && l.Padding == Same:
		return stride * extent
	case given == nil:
		return stride*(extent-1) + max(reach, stride)
	case l.Padding == Same:
		return stride*(extent-1) + reach%2 + given[dimension]
	default:
		return stride*(extent-1) + reach + given[dimension]
	}
}
