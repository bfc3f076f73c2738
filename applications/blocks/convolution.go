package blocks

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
)

// Convolution is a convolution without bias, a batch normalisation without
// gamma and a rectifier: (batch, height, width, channels) becomes (batch, rows,
// columns, Filters). Inception networks are made of it.
type Convolution struct {
	// Filters is the number of channels of the result; required.
	Filters int
	// Kernel is the kernels' height and width; required.
	Kernel [2]int
	// Strides are the steps down and to the right; 1 when left out.
	Strides [2]int
	// Padding at the border; Valid by default.
	Padding layers.Padding
	// Name is the convolution's name and begins the others': Name_bn, Name_ac.
	Name string
}

// Apply appends the block to x.
func (c Convolution) Apply(x layers.Value) layers.Value {
	x = layers.Apply(layers.Conv2D{
		Filters: c.Filters, Kernel: c.Kernel, Strides: c.Strides, Padding: c.Padding, NoBias: true, Name: c.Name,
	}, x)
	x = layers.Apply(layers.BatchNormalization{NoScale: true, Name: part(c.Name, "_bn")}, x)
	return layers.Apply(layers.Activation{Of: activations.ReLU, Name: part(c.Name, "_ac")}, x)
}

// part names a part of a block, empty for a block without a name.
func part(block, suffix string) string {
	if block == "" {
		return ""
	}
	return block + suffix
}
