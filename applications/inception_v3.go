package applications

import (
	"fmt"

	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// InceptionV3 is Google's third Inception network (Szegedy et al., 2015).
const InceptionV3 Application = "inception_v3"

func inceptionV3() []definition {
	return []definition{{
		Manifest: Manifest{
			Application: InceptionV3, Title: "InceptionV3",
			Source: "Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2015",
			Size:   299, Minimum: 75, Mode: images.TF, LastSpatial: "mixed10", Parameters: 23851784, Top1: 77.9, Top5: 93.7,
			Weights: pair("inception_v3", "inception_v3", "9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63"),
			Licence: unstated,
		},
		features: inceptionV3Features,
	}}
}

func inceptionV3Features(x layers.Value, _ Options) layers.Value {
	x = inceptionStem(x)
	for i, projection := range []int{32, 64, 64} {
		x = blocks.InceptionA{Projection: projection, Name: fmt.Sprintf("mixed%d", i)}.Apply(x)
	}
	x = blocks.InceptionReductionA{Name: "mixed3"}.Apply(x)
	for i, inner := range []int{128, 160, 160, 192} {
		x = blocks.InceptionB{Inner: inner, Name: fmt.Sprintf("mixed%d", 4+i)}.Apply(x)
	}
	x = blocks.InceptionReductionB{Name: "mixed8"}.Apply(x)
	x = blocks.InceptionC{Name: "mixed9", Split: "mixed9_0"}.Apply(x)
	return blocks.InceptionC{Name: "mixed10", Split: "mixed9_1"}.Apply(x)
}

// inceptionStem is how Inception networks begin: five convolutions and two
// poolings, an eighth of the size.
func inceptionStem(x layers.Value) layers.Value {
	x = blocks.Convolution{Filters: 32, Kernel: layers.Square(3), Strides: layers.Square(2)}.Apply(x)
	x = blocks.Convolution{Filters: 32, Kernel: layers.Square(3)}.Apply(x)
	x = blocks.Convolution{Filters: 64, Kernel: layers.Square(3), Padding: layers.Same}.Apply(x)
	x = layers.Apply(halving(), x)
	x = blocks.Convolution{Filters: 80, Kernel: layers.Square(1)}.Apply(x)
	x = blocks.Convolution{Filters: 192, Kernel: layers.Square(3)}.Apply(x)
	return layers.Apply(halving(), x)
}

// halving is the max pooling of Inception networks.
func halving() layers.MaxPooling2D {
	return layers.MaxPooling2D{Pool: layers.Square(3), Strides: layers.Square(2)}
}
