package blocks

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
)

// MobileV3 is the inverted residual block of MobileNetV3 (Howard et al.,
// 2019): InvertedResidual with a kernel and an activation to choose, and with
// a squeeze and excitation that ends in a hard sigmoid:
//
//	y = x · h(W₂·ReLU(W₁·mean(x))),  h(x) = ReLU6(x + 3) / 6
//
// (batch, height, width, channels) becomes (batch, rows, columns, Filters).
type MobileV3 struct {
	// Filters is the number of channels of the result; required.
	Filters int
	// Expansion is how many times wider the block is inside, rounded to a
	// multiple of 8 channels; 0 leaves the first convolution out.
	Expansion float64
	// Kernel is the height and width of the convolution in the middle; 3 when 0.
	Kernel int
	// Stride is the step of that convolution; 1 when 0.
	Stride int
	// Squeeze is the width of the excitation as a share of the channels
	// inside; 0 leaves it out.
	Squeeze float64
	// HardSwish takes hard swish in place of ReLU.
	HardSwish bool
	// Name begins the layers' names: Name_expand, Name_expand_bn, ...
	// Name_add. The activations have none.
	Name string
}

// Apply appends the block to x.
func (b MobileV3) Apply(x layers.Value) layers.Value {
	y, kernel, stride, inside := x, 3, max(b.Stride, 1), Channels(x)
	if b.Kernel > 0 {
		kernel = b.Kernel
	}
	if b.Expansion > 0 {
		inside = Divisible(float64(inside)*b.Expansion, 8)
		y = b.activated(b.normalized(pointwise(inside, part(b.Name, "_expand")), "_expand", y))
	}
	depthwise := layers.DepthwiseConv2D{
		Kernel: layers.Square(kernel), Strides: layers.Square(stride), Padding: layers.Same, NoBias: true, Name: part(b.Name, "_depthwise"),
	}
	if stride > 1 {
		y = layers.Apply(layers.ZeroPadding2D{Padding: CorrectPad(y, kernel), Name: part(b.Name, "_depthwise_pad")}, y)
		depthwise.Padding = layers.Valid
	}
	y = b.activated(b.normalized(depthwise, "_depthwise", y))
	if b.Squeeze > 0 {
		y = b.excited(y, Divisible(float64(inside)*b.Squeeze, 8))
	}
	y = b.normalized(pointwise(b.Filters, part(b.Name, "_project")), "_project", y)
	if stride == 1 && Channels(x) == b.Filters {
		y = layers.Apply(layers.Add{Name: part(b.Name, "_add")}, x, y)
	}
	return y
}

// excited scales every channel by what follows from the means of all.
func (b MobileV3) excited(x layers.Value, squeezed int) layers.Value {
	one := func(filters int, suffix string) layers.Conv2D {
		return layers.Conv2D{Filters: filters, Kernel: layers.Square(1), Padding: layers.Same, Name: part(b.Name, suffix)}
	}
	y := layers.Apply(layers.GlobalAveragePooling2D{KeepDims: true, Name: part(b.Name, "_squeeze_excite_avg_pool")}, x)
	y = layers.Apply(one(squeezed, "_squeeze_excite_conv"), y)
	y = layers.Apply(layers.ReLU{Name: part(b.Name, "_squeeze_excite_relu")}, y)
	y = layers.Apply(one(Channels(x), "_squeeze_excite_conv_1"), y)
	y = layers.Apply(relu6(""), layers.Apply(layers.Operation{Number: new(3.0)}, y))
	y = layers.Apply(layers.Operation{Of: layers.Times, Number: new(1.0 / 6)}, y)
	return layers.Apply(layers.Multiply{Name: part(b.Name, "_squeeze_excite_mul")}, x, y)
}

func (b MobileV3) normalized(convolution layers.Layer, of string, x layers.Value) layers.Value {
	return layers.Apply(mobileNorm(part(b.Name, of+"_bn")), layers.Apply(convolution, x))
}

func (b MobileV3) activated(x layers.Value) layers.Value {
	if b.HardSwish {
		return layers.Apply(layers.Activation{Of: activations.HardSwish}, x)
	}
	return layers.Apply(layers.ReLU{}, x)
}
