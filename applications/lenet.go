package applications

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
)

// LeNet5 returns the layers of LeCun's network for digits (Gradient-based
// learning applied to document recognition, 1998), as the courses build it
// today: two 5×5 convolutions of 6 and 16 filters with ReLU and 2×2 max
// pooling, then 120 and 84 units and one softmax unit per class. Digits of
// 28×28 are padded to the original's 32×32.
func LeNet5(height, width, channels, classes int) []layers.Layer {
	return []layers.Layer{
		layers.Input{Shape: []int{height, width, channels}},
		layers.Conv2D{Filters: 6, Kernel: layers.Square(5), Padding: layers.Same, Activation: activations.ReLU},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Conv2D{Filters: 16, Kernel: layers.Square(5), Activation: activations.ReLU},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Flatten{},
		layers.Dense{Units: 120, Activation: activations.ReLU},
		layers.Dense{Units: 84, Activation: activations.ReLU},
		layers.Dense{Units: classes, Activation: activations.Softmax},
	}
}
