package blocks

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
)

// Convolution is a convolution without bias, a batch normalisation and an
// activation: (batch, height, width, channels) becomes (batch, rows, columns,
// Filters). Inception networks are made of it.
type Convolution struct {
	// Filters is the number of channels of the result; required.
	Filters int
	// Kernel is the kernels' height and width; required.
	Kernel [2]int
	// Strides are the steps down and to the right; 1 when left out.
	Strides [2]int
	// Padding at the border; Valid by default.
	Padding layers.Padding
	// Scale gives the normalisation a gamma, which a rectifier behind it
	// makes superfluous where the next layer is linear.
	Scale bool
	// Activation is ReLU when nil.
	Activation activations.Activation
	// Name gives the layers the names Name_conv, Name_bn and Name.
	Name string
}

// Apply appends the block to x.
func (c Convolution) Apply(x layers.Value) layers.Value {
	if c.Activation == nil {
		c.Activation = activations.ReLU
	}
	x = layers.Apply(layers.Conv2D{
		Filters: c.Filters, Kernel: c.Kernel, Strides: c.Strides, Padding: c.Padding, NoBias: true, Name: part(c.Name, "_conv"),
	}, x)
	x = layers.Apply(layers.BatchNormalization{NoScale: !c.Scale, Name: part(c.Name, "_bn")}, x)
	return layers.Apply(layers.Activation{Of: c.Activation, Name: c.Name}, x)
}

// part names a part of a block, empty for a block without a name.
func part(block, suffix string) string {
	if block == "" {
		return ""
	}
	return block + suffix
}
