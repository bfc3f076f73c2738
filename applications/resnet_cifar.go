package applications

import (
	"fmt"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/regularizers"
)

// The residual networks of 20 and 56 layers for CIFAR-10's pictures of 32×32
// (He et al., 2015, section 4.2), as Keras' example builds them.
const (
	ResNet20 Application = "resnet20"
	ResNet56 Application = "resnet56"
)

func cifarResNets() []definition {
	of := func(name Application, title string, parameters, count int) definition {
		return definition{
			Manifest: Manifest{
				Application: name, Title: title, Source: "He et al., Deep Residual Learning for Image Recognition, 2015, section 4.2",
				Size: 32, Minimum: 8, Classes: 10, LastSpatial: fmt.Sprintf("conv4_block%d_out", count), Parameters: parameters,
				Licence: "no weights are published",
			},
			features: cifarResNet(count),
			pooling:  [2]string{"avg_pool", "max_pool"},
			prepare:  perUnit,
		}
	}
	return []definition{of(ResNet20, "ResNet20", 274442, 3), of(ResNet56, "ResNet56", 861770, 9)}
}

// cifarResNet returns the layers of a network of three stages with so many
// blocks each.
func cifarResNet(count int) func(layers.Value, Options) layers.Value {
	initializer, regularizer := initializers.HeNormal{}, regularizers.L2{Factor: 1e-4}
	return func(x layers.Value, _ Options) layers.Value {
		x = layers.Apply(layers.Conv2D{
			Filters: 16, Kernel: layers.Square(3), Padding: layers.Same, KernelInitializer: initializer, KernelRegularizer: regularizer, Name: "conv1_conv",
		}, x)
		x = layers.Apply(layers.BatchNormalization{Name: "conv1_bn"}, x)
		x = layers.Apply(layers.Activation{Of: activations.ReLU, Name: "conv1_relu"}, x)
		for stage := range 3 {
			for block := range count {
				b := blocks.Residual{
					Filters: 16 << stage, Initializer: initializer, Regularizer: regularizer, Name: fmt.Sprintf("conv%d_block%d", stage+2, block+1),
				}
				if stage > 0 && block == 0 {
					b.Stride, b.Project = 2, true
				}
				x = b.Apply(x)
			}
		}
		return x
	}
}

// perUnit brings pixels into [0, 1].
func perUnit(p *images.Preprocessing) { p.Rescale = 1.0 / 255 }
