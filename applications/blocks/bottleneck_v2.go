package blocks

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
)

// BottleneckV2 is the residual block with its normalisations and rectifiers
// before the convolutions (He et al., 2016), so that nothing stands in the
// way from the first block to the last:
//
//	y = shortcut(x) + W₃·ReLU(W₂·ReLU(W₁·ReLU(x)))
//
// with a batch normalisation before each rectifier. (batch, height, width,
// channels) becomes (batch, rows, columns, 4·Filters).
type BottleneckV2 struct {
	// Filters is the number of channels inside; required.
	Filters int
	// Stride is the step of the 3×3 convolution and of the shortcut; 1 when 0.
	Stride int
	// Project sends the rectified input through a convolution of 1×1, which is
	// needed where its number of channels differs from the result's.
	Project bool
	// Name begins the layers' names: Name_preact_bn, ... Name_out.
	Name string
}

// Apply appends the block to x.
func (b BottleneckV2) Apply(x layers.Value) layers.Value {
	stride := layers.Square(max(b.Stride, 1))
	before := b.rectified("_preact", x)
	shortcut := x
	switch {
	case b.Project:
		shortcut = layers.Apply(layers.Conv2D{Filters: 4 * b.Filters, Kernel: layers.Square(1), Strides: stride, Name: part(b.Name, "_0_conv")}, before)
	case b.Stride > 1:
		shortcut = layers.Apply(layers.MaxPooling2D{Pool: layers.Square(1), Strides: stride}, x)
	}
	y := layers.Apply(layers.Conv2D{Filters: b.Filters, Kernel: layers.Square(1), NoBias: true, Name: part(b.Name, "_1_conv")}, before)
	y = b.rectified("_1", y)
	y = layers.Apply(layers.ZeroPadding2D{Name: part(b.Name, "_2_pad")}, y)
	y = layers.Apply(layers.Conv2D{Filters: b.Filters, Kernel: layers.Square(3), Strides: stride, NoBias: true, Name: part(b.Name, "_2_conv")}, y)
	y = b.rectified("_2", y)
	y = layers.Apply(layers.Conv2D{Filters: 4 * b.Filters, Kernel: layers.Square(1), Name: part(b.Name, "_3_conv")}, y)
	return layers.Apply(layers.Add{Name: part(b.Name, "_out")}, shortcut, y)
}

// rectified appends a batch normalisation and a rectifier.
func (b BottleneckV2) rectified(number string, x layers.Value) layers.Value {
	x = layers.Apply(layers.BatchNormalization{Epsilon: residualEpsilon, Name: part(b.Name, number+"_bn")}, x)
	return layers.Apply(layers.Activation{Of: activations.ReLU, Name: part(b.Name, number+"_relu")}, x)
}
