package blocks

import "github.com/lince-ml/lince/layers"

// InvertedResidual is the block of MobileNetV2 (Sandler et al., 2018): a
// convolution of 1×1 that widens the channels, one of 3×3 on each of them by
// itself, and one of 1×1 that narrows them again, without an activation
// behind it. Where nothing changes the shape, the input is added:
//
//	y = x + W₃·ReLU6(D₂·ReLU6(W₁·x))
//
// Each convolution is followed by a batch normalisation. (batch, height,
// width, channels) becomes (batch, rows, columns, Filters).
type InvertedResidual struct {
	// Filters is the number of channels of the result; required.
	Filters int
	// Expansion is how many times wider the block is inside; 0 leaves the
	// first convolution out.
	Expansion int
	// Stride is the step of the 3×3 convolution; 1 when 0.
	Stride int
	// Name begins the layers' names: Name_expand, Name_expand_BN, ...
	// Name_project_BN, Name_add.
	Name string
}

// Apply appends the block to x.
func (b InvertedResidual) Apply(x layers.Value) layers.Value {
	y, stride := x, max(b.Stride, 1)
	if b.Expansion > 0 {
		y = b.normalized(pointwise(b.Expansion*Channels(x), part(b.Name, "_expand")), "_expand", y)
		y = layers.Apply(relu6(part(b.Name, "_expand_relu")), y)
	}
	depthwise := layers.DepthwiseConv2D{
		Kernel: layers.Square(3), Strides: layers.Square(stride), Padding: layers.Same, NoBias: true, Name: part(b.Name, "_depthwise"),
	}
	if stride > 1 {
		y = layers.Apply(layers.ZeroPadding2D{Padding: CorrectPad(y, 3), Name: part(b.Name, "_pad")}, y)
		depthwise.Padding = layers.Valid
	}
	y = b.normalized(depthwise, "_depthwise", y)
	y = layers.Apply(relu6(part(b.Name, "_depthwise_relu")), y)
	y = b.normalized(pointwise(b.Filters, part(b.Name, "_project")), "_project", y)
	if stride == 1 && Channels(x) == b.Filters {
		y = layers.Apply(layers.Add{Name: part(b.Name, "_add")}, x, y)
	}
	return y
}

func (b InvertedResidual) normalized(convolution layers.Layer, of string, x layers.Value) layers.Value {
	return layers.Apply(mobileNorm(part(b.Name, of+"_BN")), layers.Apply(convolution, x))
}

// pointwise is a convolution of 1×1 without a bias.
func pointwise(filters int, name string) layers.Conv2D {
	return layers.Conv2D{Filters: filters, Kernel: layers.Square(1), Padding: layers.Same, NoBias: true, Name: name}
}

// mobileNorm is the batch normalisation of MobileNetV2 and V3.
func mobileNorm(name string) layers.BatchNormalization {
	return layers.BatchNormalization{Momentum: new(0.999), Name: name}
}

func relu6(name string) layers.ReLU { return layers.ReLU{Max: new(6.0), Name: name} }
