package applications

import (
	"fmt"

	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// InceptionResNetV2 is Inception with residual connections (Szegedy et al., 2016).
const InceptionResNetV2 Application = "inception_resnet_v2"

func inceptionResNetV2() []definition {
	return []definition{{
		Manifest: Manifest{
			Application: InceptionResNetV2, Title: "InceptionResNetV2",
			Source: "Szegedy et al., Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning, 2016",
			Size:   299, Minimum: 75, Mode: images.TF, LastSpatial: "conv_7b_ac", Parameters: 55873736, Top1: 80.3, Top5: 95.3,
			Weights: pair("inception_resnet_v2", "inception_resnet_v2", "e693bd0210a403b3192acc6073ad2e96", "d19885ff4a710c122648d3b5c3b684e4"),
			Licence: unstated,
		},
		features: inceptionResNetV2Features,
	}}
}

func inceptionResNetV2Features(x layers.Value, _ Options) layers.Value {
	x = inceptionStem(x)
	pooled := layers.Apply(layers.AveragePooling2D{Pool: layers.Square(3), Strides: layers.Square(1), Padding: layers.Same}, x)
	x = layers.Apply(layers.Concatenate{Name: "mixed_5b"},
		chain(x, same(96, 1, 1)), chain(x, same(48, 1, 1), same(64, 5, 5)),
		chain(x, same(64, 1, 1), same(96, 3, 3), same(96, 3, 3)), chain(pooled, same(64, 1, 1)))
	for i := range 10 {
		x = blocks.InceptionResNet{Name: fmt.Sprintf("block35_%d", i+1), Scale: 0.17, Branches: [][]blocks.Convolution{
			{same(32, 1, 1)}, {same(32, 1, 1), same(32, 3, 3)}, {same(32, 1, 1), same(48, 3, 3), same(64, 3, 3)},
		}}.Apply(x)
	}
	x = layers.Apply(layers.Concatenate{Name: "mixed_6a"},
		chain(x, strided(384)), chain(x, same(256, 1, 1), same(256, 3, 3), strided(384)), layers.Apply(halving(), x))
	for i := range 20 {
		x = blocks.InceptionResNet{Name: fmt.Sprintf("block17_%d", i+1), Scale: 0.1, Branches: [][]blocks.Convolution{
			{same(192, 1, 1)}, {same(128, 1, 1), same(160, 1, 7), same(192, 7, 1)},
		}}.Apply(x)
	}
	x = layers.Apply(layers.Concatenate{Name: "mixed_7a"},
		chain(x, same(256, 1, 1), strided(384)), chain(x, same(256, 1, 1), strided(288)),
		chain(x, same(256, 1, 1), same(288, 3, 3), strided(320)), layers.Apply(halving(), x))
	for i := range 10 {
		b := blocks.InceptionResNet{Name: fmt.Sprintf("block8_%d", i+1), Scale: 0.2, Branches: [][]blocks.Convolution{
			{same(192, 1, 1)}, {same(192, 1, 1), same(224, 1, 3), same(256, 3, 1)},
		}}
		if i == 9 {
			b.Scale, b.Linear = 1, true
		}
		x = b.Apply(x)
	}
	return blocks.Convolution{Filters: 1536, Kernel: layers.Square(1), Padding: layers.Same, Name: "conv_7b"}.Apply(x)
}

// same is a convolution that keeps the size.
func same(filters, height, width int) blocks.Convolution {
	return blocks.Convolution{Filters: filters, Kernel: [2]int{height, width}, Padding: layers.Same}
}

// strided is a convolution of 3×3 that halves the size.
func strided(filters int) blocks.Convolution {
	return blocks.Convolution{Filters: filters, Kernel: layers.Square(3), Strides: layers.Square(2)}
}

// chain appends convolutions one behind the other.
func chain(x layers.Value, convolutions ...blocks.Convolution) layers.Value {
	for _, convolution := range convolutions {
		x = convolution.Apply(x)
	}
	return x
}
