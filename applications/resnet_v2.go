package applications

import (
	"fmt"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// The residual networks with activations before the convolutions (He et al.,
// 2016).
const (
	ResNet50V2  Application = "resnet50v2"
	ResNet101V2 Application = "resnet101v2"
	ResNet152V2 Application = "resnet152v2"
)

func resNetsV2() []definition {
	of := func(name Application, title string, parameters int, top1, top5 float64, weights []WeightFile, stages ...int) definition {
		return definition{
			Manifest: Manifest{
				Application: name, Title: title, Source: "He et al., Identity Mappings in Deep Residual Networks, 2016",
				Size: 224, Minimum: 32, Mode: images.TF, LastSpatial: "post_relu", Parameters: parameters, Top1: top1, Top5: top5,
				Weights: weights, Licence: unstated,
			},
			features: resNetV2(stages),
			pooling:  [2]string{"avg_pool", "max_pool"},
		}
	}
	return []definition{
		of(ResNet50V2, "ResNet50V2", 25613800, 76.0, 93.0,
			pair("resnet", "resnet50v2", "3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"), 3, 4, 6, 3),
		of(ResNet101V2, "ResNet101V2", 44675560, 77.2, 93.8,
			pair("resnet", "resnet101v2", "6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"), 3, 4, 23, 3),
		of(ResNet152V2, "ResNet152V2", 60380648, 78.0, 94.2,
			pair("resnet", "resnet152v2", "a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"), 3, 8, 36, 3),
	}
}

// resNetV2 returns the layers of a network with so many blocks per stage. All
// stages but the last end in a block that halves the size.
func resNetV2(stages []int) func(layers.Value, Options) layers.Value {
	return func(x layers.Value, _ Options) layers.Value {
		x = layers.Apply(layers.ZeroPadding2D{Padding: layers.Around(3), Name: "conv1_pad"}, x)
		x = layers.Apply(layers.Conv2D{Filters: 64, Kernel: layers.Square(7), Strides: layers.Square(2), Name: "conv1_conv"}, x)
		x = layers.Apply(layers.ZeroPadding2D{Padding: layers.Around(1), Name: "pool1_pad"}, x)
		x = layers.Apply(layers.MaxPooling2D{Pool: layers.Square(3), Strides: layers.Square(2), Name: "pool1_pool"}, x)
		for stage, count := range stages {
			for block := range count {
				b := blocks.BottleneckV2{Filters: 64 << stage, Project: block == 0, Name: fmt.Sprintf("conv%d_block%d", stage+2, block+1)}
				if block == count-1 && stage < len(stages)-1 {
					b.Stride = 2
				}
				x = b.Apply(x)
			}
		}
		x = layers.Apply(layers.BatchNormalization{Epsilon: 1.001e-5, Name: "post_bn"}, x)
		return layers.Apply(layers.Activation{Of: activations.ReLU, Name: "post_relu"}, x)
	}
}
