package applications

import (
	"fmt"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// The residual networks of 50, 101 and 152 layers (He et al., 2015).
const (
	ResNet50  Application = "resnet50"
	ResNet101 Application = "resnet101"
	ResNet152 Application = "resnet152"
)

func resNets() []definition {
	of := func(name Application, title string, parameters int, top1, top5 float64, weights []WeightFile, stages ...int) definition {
		return definition{
			Manifest: Manifest{
				Application: name, Title: title, Source: "He et al., Deep Residual Learning for Image Recognition, 2015",
				Size: 224, Minimum: 32, Mode: images.Caffe, LastSpatial: "conv5_block3_out", Parameters: parameters, Top1: top1, Top5: top5,
				Weights: weights, Licence: unstated,
			},
			features: resNet(stages),
			pooling:  [2]string{"avg_pool", "max_pool"},
		}
	}
	return []definition{
		of(ResNet50, "ResNet50", 25636712, 74.9, 92.1,
			pair("resnet", "resnet50", "2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"), 3, 4, 6, 3),
		of(ResNet101, "ResNet101", 44707176, 76.4, 92.8,
			pair("resnet", "resnet101", "f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"), 3, 4, 23, 3),
		of(ResNet152, "ResNet152", 60419944, 76.6, 93.1,
			pair("resnet", "resnet152", "100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"), 3, 8, 36, 3),
	}
}

// resNet returns the layers of a network with so many blocks per stage.
func resNet(stages []int) func(layers.Value, Options) layers.Value {
	return func(x layers.Value, _ Options) layers.Value {
		x = layers.Apply(layers.ZeroPadding2D{Padding: layers.Around(3), Name: "conv1_pad"}, x)
		x = layers.Apply(layers.Conv2D{Filters: 64, Kernel: layers.Square(7), Strides: layers.Square(2), Name: "conv1_conv"}, x)
		x = layers.Apply(layers.BatchNormalization{Epsilon: 1.001e-5, Name: "conv1_bn"}, x)
		x = layers.Apply(layers.Activation{Of: activations.ReLU, Name: "conv1_relu"}, x)
		x = layers.Apply(layers.ZeroPadding2D{Padding: layers.Around(1), Name: "pool1_pad"}, x)
		x = layers.Apply(layers.MaxPooling2D{Pool: layers.Square(3), Strides: layers.Square(2), Name: "pool1_pool"}, x)
		for stage, count := range stages {
			for block := range count {
				b := blocks.Bottleneck{Filters: 64 << stage, Project: block == 0, Name: fmt.Sprintf("conv%d_block%d", stage+2, block+1)}
				if stage > 0 && block == 0 {
					b.Stride = 2
				}
				x = b.Apply(x)
			}
		}
		return x
	}
}
