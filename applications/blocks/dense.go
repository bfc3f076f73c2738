package blocks

import (
	"fmt"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
)

// Dense is the dense block of DenseNet (Huang et al., 2016): every unit, a
// convolution of 1×1 and one of 3×3 with a batch normalisation and a
// rectifier before each, sees what all units before it have made, and adds
// its channels to them. (batch, height, width, channels) becomes (batch,
// height, width, channels + Units·Growth).
type Dense struct {
	// Units is the number of units; required.
	Units int
	// Growth is the number of channels that each adds; 32 when 0.
	Growth int
	// Name begins the layers' names: Name_block1_0_bn, Name_block1_0_relu,
	// ... Name_block1_concat, Name_block2_0_bn.
	Name string
}

// Apply appends the block to x.
func (b Dense) Apply(x layers.Value) layers.Value {
	growth := 32
	if b.Growth > 0 {
		growth = b.Growth
	}
	for i := range b.Units {
		name := part(b.Name, fmt.Sprintf("_block%d", i+1))
		y := denselyActivated(x, part(name, "_0"))
		y = layers.Apply(layers.Conv2D{Filters: 4 * growth, Kernel: layers.Square(1), NoBias: true, Name: part(name, "_1_conv")}, y)
		y = denselyActivated(y, part(name, "_1"))
		y = layers.Apply(layers.Conv2D{
			Filters: growth, Kernel: layers.Square(3), Padding: layers.Same, NoBias: true, Name: part(name, "_2_conv"),
		}, y)
		x = layers.Apply(layers.Concatenate{Name: part(name, "_concat")}, x, y)
	}
	return x
}

// Transition stands between dense blocks: a batch normalisation, a rectifier,
// a convolution of 1×1 to half of the channels, and average pooling of 2×2.
// (batch, height, width, channels) becomes (batch, height/2, width/2,
// channels/2).
type Transition struct {
	// Name begins the layers' names: Name_bn, Name_relu, Name_conv, Name_pool.
	Name string
}

// Apply appends the block to x.
func (b Transition) Apply(x layers.Value) layers.Value {
	half := Channels(x) / 2
	x = denselyActivated(x, b.Name)
	x = layers.Apply(layers.Conv2D{Filters: half, Kernel: layers.Square(1), NoBias: true, Name: part(b.Name, "_conv")}, x)
	return layers.Apply(layers.AveragePooling2D{Pool: layers.Square(2), Strides: layers.Square(2), Name: part(b.Name, "_pool")}, x)
}

// denselyActivated is a batch normalisation and a rectifier.
func denselyActivated(x layers.Value, name string) layers.Value {
	x = layers.Apply(layers.BatchNormalization{Epsilon: residualEpsilon, Name: part(name, "_bn")}, x)
	return layers.Apply(layers.Activation{Of: activations.ReLU, Name: part(name, "_relu")}, x)
}
