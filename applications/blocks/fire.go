package blocks

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
)

// Fire is the block of SqueezeNet (Iandola et al., 2016): a convolution of 1×1
// squeezes the channels, then 1×1 and 3×3 side by side expand them again.
// (batch, height, width, channels) becomes (batch, height, width, 2·Expand).
type Fire struct {
	// Squeeze is the number of channels inside, Expand that of each of the
	// two branches; required.
	Squeeze, Expand int
	// Name begins the layers' names: Name_conv1x1_1, Name_conv1x1_2,
	// Name_conv3x3_2, Name_concat.
	Name string
}

// Apply appends the block to x.
func (f Fire) Apply(x layers.Value) layers.Value {
	x = f.convolved(x, f.Squeeze, 1, "_conv1x1_1")
	small := f.convolved(x, f.Expand, 1, "_conv1x1_2")
	large := f.convolved(x, f.Expand, 3, "_conv3x3_2")
	return layers.Apply(layers.Concatenate{Name: part(f.Name, "_concat")}, small, large)
}

func (f Fire) convolved(x layers.Value, filters, size int, suffix string) layers.Value {
	convolution := layers.Conv2D{Filters: filters, Kernel: layers.Square(size), Activation: activations.ReLU, Name: part(f.Name, suffix)}
	if size > 1 {
		convolution.Padding = layers.Same
	}
	return layers.Apply(convolution, x)
}
