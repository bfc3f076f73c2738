package blocks

import (
	"fmt"

	"github.com/lince-ml/lince/layers"
)

// DepthwiseSeparable is the block of MobileNet (Howard et al., 2017): a
// convolution of 3×3 on every channel by itself, then one of 1×1 across the
// channels, each followed by a batch normalisation and ReLU6. (batch, height,
// width, channels) becomes (batch, rows, columns, Filters).
type DepthwiseSeparable struct {
	// Filters is the number of channels of the result; required.
	Filters int
	// Stride is the step of the 3×3 convolution; 1 when 0.
	Stride int
	// Number ends the layers' names, conv_dw_1, conv_dw_1_bn, ...
	// conv_pw_1_relu; without it they have none.
	Number int
}

// Apply appends the block to x.
func (b DepthwiseSeparable) Apply(x layers.Value) layers.Value {
	depthwise := layers.DepthwiseConv2D{Kernel: layers.Square(3), Padding: layers.Same, NoBias: true, Name: b.name("dw")}
	if b.Stride > 1 {
		x = layers.Apply(layers.ZeroPadding2D{Padding: &layers.Border{Bottom: 1, Right: 1}, Name: b.name("pad")}, x)
		depthwise.Strides, depthwise.Padding = layers.Square(b.Stride), layers.Valid
	}
	x = layers.Apply(depthwise, x)
	x = layers.Apply(layers.BatchNormalization{Name: part(b.name("dw"), "_bn")}, x)
	x = layers.Apply(relu6(part(b.name("dw"), "_relu")), x)
	x = layers.Apply(pointwise(b.Filters, b.name("pw")), x)
	x = layers.Apply(layers.BatchNormalization{Name: part(b.name("pw"), "_bn")}, x)
	return layers.Apply(relu6(part(b.name("pw"), "_relu")), x)
}

func (b DepthwiseSeparable) name(of string) string {
	if b.Number == 0 {
		return ""
	}
	return fmt.Sprintf("conv_%s_%d", of, b.Number)
}
