package blocks

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/regularizers"
)

// Residual is the residual block of networks for small pictures (He et al.,
// 2015, section 4.2): two convolutions of 3×3, added to the input or to a
// projection of it,
//
//	y = ReLU(shortcut(x) + W₂·ReLU(W₁·x))
//
// where each convolution but the projection is followed by a batch
// normalisation. (batch, height, width, channels) becomes (batch, rows,
// columns, Filters).
type Residual struct {
	// Filters is the number of channels of the result; required.
	Filters int
	// Stride is the step of the first convolution and the projection; 1 when 0.
	Stride int
	// Project sends the input through a convolution of 1×1, which is needed
	// where its shape differs from the result's.
	Project bool
	// Initializer of the kernels; Glorot uniform when nil.
	Initializer initializers.Initializer
	// Regularizer prices the kernels; nil for none.
	Regularizer regularizers.Regularizer
	// Name begins the layers' names: Name_1_conv, Name_1_bn, ... Name_out.
	Name string
}

// Apply appends the block to x.
func (b Residual) Apply(x layers.Value) layers.Value {
	y := b.convolved(x, 3, max(b.Stride, 1), "_1_conv")
	y = layers.Apply(layers.BatchNormalization{Name: part(b.Name, "_1_bn")}, y)
	y = layers.Apply(layers.Activation{Of: activations.ReLU, Name: part(b.Name, "_1_relu")}, y)
	y = b.convolved(y, 3, 1, "_2_conv")
	y = layers.Apply(layers.BatchNormalization{Name: part(b.Name, "_2_bn")}, y)
	shortcut := x
	if b.Project {
		shortcut = b.convolved(x, 1, max(b.Stride, 1), "_0_conv")
	}
	y = layers.Apply(layers.Add{Name: part(b.Name, "_add")}, shortcut, y)
	return layers.Apply(layers.Activation{Of: activations.ReLU, Name: part(b.Name, "_out")}, y)
}

func (b Residual) convolved(x layers.Value, size, stride int, suffix string) layers.Value {
	return layers.Apply(layers.Conv2D{
		Filters: b.Filters, Kernel: layers.Square(size), Strides: layers.Square(stride), Padding: layers.Same,
		KernelInitializer: b.Initializer, KernelRegularizer: b.Regularizer, Name: part(b.Name, suffix),
	}, x)
}
