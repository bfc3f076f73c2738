package blocks

import (
	"strconv"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
)

// Separable is the residual block of Xception (Chollet, 2017): separable
// convolutions of 3×3, each with a batch normalisation behind it and a
// rectifier before it, added to the input. (batch, height, width, channels)
// becomes (batch, rows, columns, the last of Filters).
type Separable struct {
	// Filters are the numbers of channels of the convolutions in turn; required.
	Filters []int
	// Halve ends the convolutions with a max pooling of 3×3 in steps of 2, and
	// sends the input through a convolution of 1×1 in steps of 2.
	Halve bool
	// Rectified is whether the input has been rectified, so that the first
	// rectifier is left out.
	Rectified bool
	// Name begins the layers' names: Name_sepconv1_act, Name_sepconv1,
	// Name_sepconv1_bn, ... Name_pool.
	Name string
}

// Apply appends the block to x.
func (b Separable) Apply(x layers.Value) layers.Value {
	y := x
	for i, filters := range b.Filters {
		name := part(b.Name, "_sepconv"+strconv.Itoa(i+1))
		if i > 0 || !b.Rectified {
			y = layers.Apply(layers.Activation{Of: activations.ReLU, Name: part(name, "_act")}, y)
		}
		y = layers.Apply(layers.SeparableConv2D{Filters: filters, Kernel: layers.Square(3), Padding: layers.Same, NoBias: true, Name: name}, y)
		y = layers.Apply(layers.BatchNormalization{Name: part(name, "_bn")}, y)
	}
	if !b.Halve {
		return layers.Apply(layers.Add{}, y, x)
	}
	two := layers.Square(2)
	y = layers.Apply(layers.MaxPooling2D{Pool: layers.Square(3), Strides: two, Padding: layers.Same, Name: part(b.Name, "_pool")}, y)
	x = layers.Apply(layers.Conv2D{Filters: Channels(y), Kernel: layers.Square(1), Strides: two, Padding: layers.Same, NoBias: true}, x)
	return layers.Apply(layers.Add{}, y, layers.Apply(layers.BatchNormalization{}, x))
}
