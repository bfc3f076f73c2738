package applications

import (
	"fmt"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// The densely connected networks of 121, 169 and 201 layers (Huang et al.,
// 2016).
const (
	DenseNet121 Application = "densenet121"
	DenseNet169 Application = "densenet169"
	DenseNet201 Application = "densenet201"
)

func denseNets() []definition {
	common := definition{
		Manifest: Manifest{
			Source: "Huang et al., Densely Connected Convolutional Networks, 2016",
			Size:   224, Minimum: 32, Mode: images.Torch, LastSpatial: "relu", Licence: unstated,
		},
		pooling: [2]string{"avg_pool", "max_pool"},
	}
	small, middle, large := common, common, common
	small.Application, small.Title, small.Parameters, small.Top1, small.Top5 = DenseNet121, "DenseNet121", 8062504, 75.0, 92.3
	small.Weights = pair("densenet", "densenet121", "9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738")
	small.features = denseNet(6, 12, 24, 16)
	middle.Application, middle.Title, middle.Parameters, middle.Top1, middle.Top5 = DenseNet169, "DenseNet169", 14307880, 76.2, 93.2
	middle.Weights = pair("densenet", "densenet169", "d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b")
	middle.features = denseNet(6, 12, 32, 32)
	large.Application, large.Title, large.Parameters, large.Top1, large.Top5 = DenseNet201, "DenseNet201", 20242984, 77.3, 93.6
	large.Weights = pair("densenet", "densenet201", "1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1")
	large.features = denseNet(6, 12, 48, 32)
	return []definition{small, middle, large}
}

// denseNet returns the layers of a network with so many units per block.
func denseNet(units ...int) func(layers.Value, Options) layers.Value {
	return func(x layers.Value, _ Options) layers.Value {
		x = layers.Apply(layers.ZeroPadding2D{Padding: layers.Around(3)}, x)
		x = layers.Apply(layers.Conv2D{Filters: 64, Kernel: layers.Square(7), Strides: layers.Square(2), NoBias: true, Name: "conv1_conv"}, x)
		x = layers.Apply(layers.BatchNormalization{Epsilon: 1.001e-5, Name: "conv1_bn"}, x)
		x = layers.Apply(layers.Activation{Of: activations.ReLU, Name: "conv1_relu"}, x)
		x = layers.Apply(layers.ZeroPadding2D{Padding: layers.Around(1)}, x)
		x = layers.Apply(layers.MaxPooling2D{Pool: layers.Square(3), Strides: layers.Square(2), Name: "pool1"}, x)
		for i, count := range units {
			if i > 0 {
				x = blocks.Transition{Name: fmt.Sprintf("pool%d", i+1)}.Apply(x)
			}
			x = blocks.Dense{Units: count, Name: fmt.Sprintf("conv%d", i+2)}.Apply(x)
		}
		x = layers.Apply(layers.BatchNormalization{Epsilon: 1.001e-5, Name: "bn"}, x)
		return layers.Apply(layers.Activation{Of: activations.ReLU, Name: "relu"}, x)
	}
}
