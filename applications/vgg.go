package applications

import (
	"fmt"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// Oxford's networks of 16 and 19 layers (Simonyan and Zisserman, 2014).
const (
	VGG16 Application = "vgg16"
	VGG19 Application = "vgg19"
)

func vggs() []definition {
	of := func(name Application, title string, parameters int, top1, top5 float64, weights []WeightFile, deep int) definition {
		return definition{
			Manifest: Manifest{
				Application: name, Title: title,
				Source: "Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014",
				Size:   224, Minimum: 32, Mode: images.Caffe, LastSpatial: "block5_pool", Parameters: parameters, Top1: top1, Top5: top5,
				Weights: weights, Licence: "Creative Commons Attribution 4.0, by the authors",
			},
			features: vgg(2, 2, deep, deep, deep),
			top:      vggTop,
		}
	}
	return []definition{
		of(VGG16, "VGG16", 138357544, 71.3, 90.1,
			pair("vgg16", "vgg16", "64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"), 3),
		of(VGG19, "VGG19", 143667240, 71.3, 90.0,
			pair("vgg19", "vgg19", "cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"), 4),
	}
}

// vgg returns the layers of a network with so many convolutions per block.
func vgg(counts ...int) func(layers.Value, Options) layers.Value {
	return func(x layers.Value, _ Options) layers.Value {
		for block, count := range counts {
			for i := range count {
				x = layers.Apply(layers.Conv2D{
					Filters: min(64<<block, 512), Kernel: layers.Square(3), Padding: layers.Same, Activation: activations.ReLU,
					Name: fmt.Sprintf("block%d_conv%d", block+1, i+1),
				}, x)
			}
			x = layers.Apply(layers.MaxPooling2D{Name: fmt.Sprintf("block%d_pool", block+1)}, x)
		}
		return x
	}
}

func vggTop(x layers.Value, o Options) layers.Value {
	x = layers.Apply(layers.Flatten{Name: "flatten"}, x)
	x = layers.Apply(layers.Dense{Units: 4096, Activation: activations.ReLU, Name: "fc1"}, x)
	x = layers.Apply(layers.Dense{Units: 4096, Activation: activations.ReLU, Name: "fc2"}, x)
	return layers.Apply(layers.Dense{Units: o.Classes, Activation: o.ClassifierActivation, Name: "predictions"}, x)
}
