package applications

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
)

// ExampleCNN returns the layers of the network that the courses teach on cats
// and dogs: four convolutions of 3×3 with 32, 64, 128 and 128 filters, each
// followed by 2×2 max pooling, then 512 units. height and width are those of
// the pictures, channels 3 for colour. Two classes end in one sigmoid unit,
// more in as many softmax units.
//
// Small pictures get as many of the four blocks as fit.
func ExampleCNN(height, width, channels, classes int) []layers.Layer {
	stack := []layers.Layer{layers.Input{Shape: []int{height, width, channels}}}
	for _, filters := range []int{32, 64, 128, 128} {
		if min(height, width) < 4 {
			break
		}
		stack = append(stack,
			layers.Conv2D{Filters: filters, Kernel: layers.Square(3), Activation: activations.ReLU},
			layers.MaxPooling2D{Pool: layers.Square(2)})
		height, width = (height-2)/2, (width-2)/2
	}
	stack = append(stack, layers.Flatten{}, layers.Dense{Units: 512, Activation: activations.ReLU})
	if classes == 2 {
		return append(stack, layers.Dense{Units: 1, Activation: activations.Sigmoid})
	}
	return append(stack, layers.Dense{Units: classes, Activation: activations.Softmax})
}
