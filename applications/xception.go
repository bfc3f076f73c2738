package applications

import (
	"fmt"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// Xception is the network of separable convolutions (Chollet, 2017).
const Xception Application = "xception"

func xception() []definition {
	return []definition{{
		Manifest: Manifest{
			Application: Xception, Title: "Xception",
			Source: "Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, 2017",
			Size:   299, Minimum: 71, Mode: images.TF, LastSpatial: "block14_sepconv2_act", Parameters: 22910480, Top1: 79.0, Top5: 94.5,
			Weights: pair("xception", "xception", "0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97"),
			Licence: unstated,
		},
		features: xceptionFeatures,
	}}
}

func xceptionFeatures(x layers.Value, _ Options) layers.Value {
	x = layers.Apply(layers.Conv2D{Filters: 32, Kernel: layers.Square(3), Strides: layers.Square(2), NoBias: true, Name: "block1_conv1"}, x)
	x = rectified(x, "block1_conv1")
	x = layers.Apply(layers.Conv2D{Filters: 64, Kernel: layers.Square(3), NoBias: true, Name: "block1_conv2"}, x)
	x = rectified(x, "block1_conv2")
	x = blocks.Separable{Filters: []int{128, 128}, Halve: true, Rectified: true, Name: "block2"}.Apply(x)
	x = blocks.Separable{Filters: []int{256, 256}, Halve: true, Name: "block3"}.Apply(x)
	x = blocks.Separable{Filters: []int{728, 728}, Halve: true, Name: "block4"}.Apply(x)
	for i := 5; i <= 12; i++ {
		x = blocks.Separable{Filters: []int{728, 728, 728}, Name: fmt.Sprintf("block%d", i)}.Apply(x)
	}
	x = blocks.Separable{Filters: []int{728, 1024}, Halve: true, Name: "block13"}.Apply(x)
	for i, filters := range []int{1536, 2048} {
		name := fmt.Sprintf("block14_sepconv%d", i+1)
		x = layers.Apply(layers.SeparableConv2D{Filters: filters, Kernel: layers.Square(3), Padding: layers.Same, NoBias: true, Name: name}, x)
		x = rectified(x, name)
	}
	return x
}

// rectified appends a batch normalisation and a rectifier.
func rectified(x layers.Value, name string) layers.Value {
	x = layers.Apply(layers.BatchNormalization{Name: name + "_bn"}, x)
	return layers.Apply(layers.Activation{Of: activations.ReLU, Name: name + "_act"}, x)
}
