package blocks_test

import (
	"fmt"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/layers"
)

// show prints what a block makes of pictures, and how many weights it has.
func show(height, width, channels int, block interface {
	Apply(layers.Value) layers.Value
}) {
	input := layers.NewInput(layers.Input{Shape: []int{height, width, channels}})
	m, err := lince.NewModel(lince.Inputs(input), lince.Outputs(block.Apply(input)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.OutputShape(), m.Parameters())
}

func ExampleConvolution() {
	show(32, 32, 3, blocks.Convolution{Filters: 16, Kernel: layers.Square(3), Padding: layers.Same})
	// Output: (None, 32, 32, 16) 480
}

func ExampleBottleneck() {
	show(56, 56, 64, blocks.Bottleneck{Filters: 64, Project: true})
	// Output: (None, 56, 56, 256) 76928
}

func ExampleInceptionA() {
	show(35, 35, 192, blocks.InceptionA{Projection: 32})
	// Output: (None, 35, 35, 256) 256368
}

func ExampleInceptionReductionA() {
	show(35, 35, 288, blocks.InceptionReductionA{})
	// Output: (None, 17, 17, 768) 1153920
}

func ExampleInceptionB() {
	show(17, 17, 768, blocks.InceptionB{Inner: 128})
	// Output: (None, 17, 17, 768) 1298944
}

func ExampleInceptionReductionB() {
	show(17, 17, 768, blocks.InceptionReductionB{})
	// Output: (None, 8, 8, 1280) 1699584
}

func ExampleInceptionC() {
	show(8, 8, 1280, blocks.InceptionC{})
	// Output: (None, 8, 8, 2048) 5047872
}

func ExampleInceptionResNet() {
	one := blocks.Convolution{Filters: 192, Kernel: layers.Square(1)}
	show(8, 8, 2080, blocks.InceptionResNet{Scale: 0.2, Branches: [][]blocks.Convolution{{one}, {
		one,
		{Filters: 224, Kernel: [2]int{1, 3}, Padding: layers.Same},
		{Filters: 256, Kernel: [2]int{3, 1}, Padding: layers.Same},
	}}})
	// Output: (None, 8, 8, 2080) 2036288
}

func ExampleBottleneckV2() {
	show(56, 56, 64, blocks.BottleneckV2{Filters: 64, Stride: 2, Project: true})
	// Output: (None, 28, 28, 256) 75008
}

func ExampleResidual() {
	show(32, 32, 16, blocks.Residual{Filters: 32, Stride: 2, Project: true})
	// Output: (None, 16, 16, 32) 14688
}

func ExampleFire() {
	show(55, 55, 96, blocks.Fire{Squeeze: 16, Expand: 64})
	// Output: (None, 55, 55, 128) 11920
}

func ExampleSeparable() {
	show(75, 75, 128, blocks.Separable{Filters: []int{256, 256}, Halve: true})
	// Output: (None, 38, 38, 256) 137600
}
