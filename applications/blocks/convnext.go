package blocks

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
)

// ConvNeXt is the residual block of ConvNeXt (Liu et al., 2022): a
// convolution of 7×7 on every channel by itself, a normalisation of every
// pixel, and two dense layers with GELU between them, scaled and added to the
// input:
//
//	y = x + γ·W₂·GELU(W₁·LayerNorm(D·x))
//
// (batch, height, width, channels) keeps its shape.
type ConvNeXt struct {
	// DropRate is the share of samples whose block is left out in training.
	DropRate float64
	// InitialScale is the first value of γ; 10⁻⁶ when 0.
	InitialScale float64
	// Name begins the layers' names: Name_depthwise_conv, Name_layernorm, ...
	// Name_layer_scale, and Name_stochastic_depth or Name_identity. The sum
	// has none.
	Name string
}

// Apply appends the block to x.
func (b ConvNeXt) Apply(x layers.Value) layers.Value {
	channels, scale := Channels(x), 1e-6
	if b.InitialScale > 0 {
		scale = b.InitialScale
	}
	y := layers.Apply(layers.Conv2D{
		Filters: channels, Kernel: layers.Square(7), Padding: layers.Same, Groups: channels, Name: part(b.Name, "_depthwise_conv"),
	}, x)
	y = layers.Apply(layers.LayerNormalization{Epsilon: 1e-6, Name: part(b.Name, "_layernorm")}, y)
	y = layers.Apply(layers.Dense{Units: 4 * channels, Name: part(b.Name, "_pointwise_conv_1")}, y)
	y = layers.Apply(layers.Activation{Of: activations.GELU, Name: part(b.Name, "_gelu")}, y)
	y = layers.Apply(layers.Dense{Units: channels, Name: part(b.Name, "_pointwise_conv_2")}, y)
	y = layers.Apply(layers.LayerScale{InitialValue: scale, Channels: channels, Name: part(b.Name, "_layer_scale")}, y)
	if b.DropRate > 0 {
		y = layers.Apply(layers.StochasticDepth{Rate: b.DropRate, Name: part(b.Name, "_stochastic_depth")}, y)
	} else {
		y = layers.Apply(layers.Activation{Name: part(b.Name, "_identity")}, y)
	}
	return layers.Apply(layers.Operation{}, x, y)
}
