package blocks

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
)

// fanOut is how EfficientNets' kernels begin.
func fanOut() initializers.Initializer {
	return initializers.VarianceScaling{Scale: 2, Mode: initializers.FanOut}
}

// MBConv is the inverted residual block of EfficientNet (Tan and Le, 2019): a
// convolution of 1×1 that widens the channels, one on each of them by itself,
// squeeze and excitation, and one of 1×1 that narrows them again. Where
// nothing changes the shape, the input is added. Batch normalisations follow
// the convolutions, SiLU all but the last. (batch, height, width, channels)
// becomes (batch, rows, columns, Filters).
type MBConv struct {
	// Filters is the number of channels of the result; required.
	Filters int
	// Expansion is how many times wider the block is inside; the first
	// convolution is left out below 2.
	Expansion int
	// Kernel is the height and width of the convolution in the middle; 3 when 0.
	Kernel int
	// Stride is the step of that convolution; 1 when 0.
	Stride int
	// Squeeze is the width of the excitation as a share of the block's
	// input channels; 0 leaves it out.
	Squeeze float64
	// DropRate is the share of samples whose block is left out in training.
	DropRate float64
	// Momentum of the batch normalisations; 0.99 when nil.
	Momentum *float64
	// V2 builds the block as EfficientNetV2 does: padded at the bottom
	// and the right in steps of 2, and with _dwconv2 in place of _dwconv.
	V2 bool
	// Name begins the layers' names: Name_expand_conv, Name_expand_bn, ...
	// Name_add.
	Name string
}

// Apply appends the block to x.
func (b MBConv) Apply(x layers.Value) layers.Value {
	p := parts{b.Name, b.Momentum}
	channels, kernel, stride := Channels(x), 3, max(b.Stride, 1)
	if b.Kernel > 0 {
		kernel = b.Kernel
	}
	y := x
	if b.Expansion > 1 {
		y = p.activated(p.convolved(y, b.Expansion*channels, 1, 1, "_expand_conv", "_expand_bn"), "_expand_activation")
	}
	depthwise := layers.DepthwiseConv2D{
		Kernel: layers.Square(kernel), Strides: layers.Square(stride), Padding: layers.Same, NoBias: true,
		DepthwiseInitializer: fanOut(), Name: part(b.Name, "_dwconv"),
	}
	switch {
	case b.V2:
		depthwise.Name = part(b.Name, "_dwconv2")
	case stride > 1:
		y = layers.Apply(layers.ZeroPadding2D{Padding: CorrectPad(y, kernel), Name: part(b.Name, "_dwconv_pad")}, y)
		depthwise.Padding = layers.Valid
	}
	y = p.activated(p.normalized(layers.Apply(depthwise, y), "_bn"), "_activation")
	if b.Squeeze > 0 {
		y = SqueezeExcite{Filters: int(float64(channels) * b.Squeeze), Name: b.Name}.Apply(y)
	}
	y = p.convolved(y, b.Filters, 1, 1, "_project_conv", "_project_bn")
	if stride == 1 && channels == b.Filters {
		y = p.added(x, y, b.DropRate)
	}
	return y
}

// FusedMBConv is MBConv with one convolution in place of the first two (Tan
// and Le, EfficientNetV2, 2021), which is faster where channels are few. With
// an Expansion below 2 there is a single convolution.
type FusedMBConv struct {
	// Filters is the number of channels of the result; required.
	Filters int
	// Expansion is how many times wider the block is inside.
	Expansion int
	// Stride is the step of the 3×3 convolution; 1 when 0.
	Stride int
	// DropRate is the share of samples whose block is left out in training.
	DropRate float64
	// Momentum of the batch normalisations; 0.99 when nil.
	Momentum *float64
	// Name begins the layers' names: Name_expand_conv, ... Name_add.
	Name string
}

// Apply appends the block to x.
func (b FusedMBConv) Apply(x layers.Value) layers.Value {
	p := parts{b.Name, b.Momentum}
	channels, stride := Channels(x), max(b.Stride, 1)
	var y layers.Value
	if b.Expansion > 1 {
		y = p.activated(p.convolved(x, b.Expansion*channels, 3, stride, "_expand_conv", "_expand_bn"), "_expand_activation")
		y = p.convolved(y, b.Filters, 1, 1, "_project_conv", "_project_bn")
	} else {
		y = p.activated(p.convolved(x, b.Filters, 3, stride, "_project_conv", "_project_bn"), "_project_activation")
	}
	if stride == 1 && channels == b.Filters {
		y = p.added(x, y, b.DropRate)
	}
	return y
}

// SqueezeExcite scales every channel by a factor that follows from the means
// of all of them (Hu et al., 2018), with SiLU inside:
//
//	y = x · σ(W₂·SiLU(W₁·mean(x)))
type SqueezeExcite struct {
	// Filters is the number of values between W₁ and W₂; 1 when 0.
	Filters int
	// Name begins the layers' names: Name_se_squeeze, ... Name_se_excite.
	Name string
}

// Apply appends the block to x.
func (b SqueezeExcite) Apply(x layers.Value) layers.Value {
	channels := Channels(x)
	one := func(filters int, activation activations.Activation, suffix string) layers.Conv2D {
		return layers.Conv2D{
			Filters: filters, Kernel: layers.Square(1), Padding: layers.Same, Activation: activation,
			KernelInitializer: fanOut(), Name: part(b.Name, suffix),
		}
	}
	y := layers.Apply(layers.GlobalAveragePooling2D{Name: part(b.Name, "_se_squeeze")}, x)
	y = layers.Apply(layers.Reshape{TargetShape: []int{1, 1, channels}, Name: part(b.Name, "_se_reshape")}, y)
	y = layers.Apply(one(max(b.Filters, 1), activations.SiLU, "_se_reduce"), y)
	y = layers.Apply(one(channels, activations.Sigmoid, "_se_expand"), y)
	return layers.Apply(layers.Multiply{Name: part(b.Name, "_se_excite")}, x, y)
}

// parts makes what MBConv and FusedMBConv consist of.
type parts struct {
	name     string
	momentum *float64
}

func (p parts) convolved(x layers.Value, filters, kernel, stride int, convolution, norm string) layers.Value {
	x = layers.Apply(layers.Conv2D{
		Filters: filters, Kernel: layers.Square(kernel), Strides: layers.Square(stride), Padding: layers.Same, NoBias: true,
		KernelInitializer: fanOut(), Name: part(p.name, convolution),
	}, x)
	return p.normalized(x, norm)
}

func (p parts) normalized(x layers.Value, suffix string) layers.Value {
	return layers.Apply(layers.BatchNormalization{Momentum: p.momentum, Name: part(p.name, suffix)}, x)
}

func (p parts) activated(x layers.Value, suffix string) layers.Value {
	return layers.Apply(layers.Activation{Of: activations.SiLU, Name: part(p.name, suffix)}, x)
}

// added adds the block's result, left out for some samples, to its input.
func (p parts) added(x, y layers.Value, dropRate float64) layers.Value {
	if dropRate > 0 {
		y = layers.Apply(layers.Dropout{Rate: dropRate, NoiseShape: []int{1, 1, 1}, Name: part(p.name, "_drop")}, y)
	}
	return layers.Apply(layers.Add{Name: part(p.name, "_add")}, y, x)
}
