package blocks

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
)

// residualEpsilon is the epsilon of batch normalisations in residual networks.
const residualEpsilon = 1.001e-5

// Bottleneck is the residual block of deep networks (He et al., 2015): a
// convolution of 1×1 that narrows the channels, one of 3×3, and one of 1×1
// that widens them fourfold, added to the input or to a projection of it:
//
//	y = ReLU(shortcut(x) + W₃·ReLU(W₂·ReLU(W₁·x)))
//
// Each convolution is followed by a batch normalisation. (batch, height,
// width, channels) becomes (batch, rows, columns, 4·Filters).
type Bottleneck struct {
	// Filters is the number of channels inside; required.
	Filters int
	// Stride is the step of the first convolution and the projection; 1 when 0.
	Stride int
	// Project sends the input through a convolution of 1×1, which is needed
	// where its shape differs from the result's.
	Project bool
	// Name begins the layers' names: Name_1_conv, Name_1_bn, ... Name_out.
	Name string
}

// Apply appends the block to x.
func (b Bottleneck) Apply(x layers.Value) layers.Value {
	stride := layers.Square(max(b.Stride, 1))
	shortcut := x
	if b.Project {
		shortcut = b.normalized(layers.Conv2D{Filters: 4 * b.Filters, Kernel: layers.Square(1), Strides: stride}, "_0", x)
	}
	y := b.normalized(layers.Conv2D{Filters: b.Filters, Kernel: layers.Square(1), Strides: stride}, "_1", x)
	y = layers.Apply(layers.Activation{Of: activations.ReLU, Name: part(b.Name, "_1_relu")}, y)
	y = b.normalized(layers.Conv2D{Filters: b.Filters, Kernel: layers.Square(3), Padding: layers.Same}, "_2", y)
	y = layers.Apply(layers.Activation{Of: activations.ReLU, Name: part(b.Name, "_2_relu")}, y)
	y = b.normalized(layers.Conv2D{Filters: 4 * b.Filters, Kernel: layers.Square(1)}, "_3", y)
	y = layers.Apply(layers.Add{Name: part(b.Name, "_add")}, shortcut, y)
	return layers.Apply(layers.Activation{Of: activations.ReLU, Name: part(b.Name, "_out")}, y)
}

// normalized appends a convolution and its batch normalisation.
func (b Bottleneck) normalized(convolution layers.Conv2D, number string, x layers.Value) layers.Value {
	convolution.Name = part(b.Name, number+"_conv")
	x = layers.Apply(convolution, x)
	return layers.Apply(layers.BatchNormalization{Epsilon: residualEpsilon, Name: part(b.Name, number+"_bn")}, x)
}
