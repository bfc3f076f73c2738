package blocks_test

import (
	"fmt"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/layers"
)

// show prints what a block makes of pictures, and how many weights it has.
func show(height, width, channels int, block interface{ Apply(layers.Value) layers.Value }) {
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
