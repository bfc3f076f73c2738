package blocks_test

import (
	"fmt"

	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/layers"
)

func ExampleInvertedResidual() {
	show(56, 56, 24, blocks.InvertedResidual{Filters: 32, Expansion: 6, Stride: 2})
	// Output: (None, 28, 28, 32) 10640
}

func ExampleDivisible() {
	fmt.Println(blocks.Divisible(32*0.35, 8), blocks.Divisible(24*0.75, 8))
	// Output: 16 24
}

func ExampleCorrectPad() {
	even := layers.NewInput(layers.Input{Shape: []int{224, 224, 3}})
	odd := layers.NewInput(layers.Input{Shape: []int{225, 225, 3}})
	fmt.Println(blocks.CorrectPad(even, 3), blocks.CorrectPad(odd, 3))
	// Output: {Top: 0, Bottom: 1, Left: 0, Right: 1} {Top: 1, Bottom: 1, Left: 1, Right: 1}
}

func ExampleChannels() {
	x := layers.NewInput(layers.Input{Shape: []int{-1, -1, 3}})
	fmt.Println(blocks.Channels(layers.Apply(layers.Conv2D{Filters: 8, Kernel: layers.Square(3)}, x)))
	// Output: 8
}

func ExampleDepthwiseSeparable() {
	show(112, 112, 32, blocks.DepthwiseSeparable{Filters: 64})
	// Output: (None, 112, 112, 64) 2720
}

func ExampleMBConv() {
	show(56, 56, 24, blocks.MBConv{Filters: 24, Expansion: 6, Kernel: 5, Squeeze: 0.25, DropRate: 0.1})
	// Output: (None, 56, 56, 24) 13638
}

func ExampleFusedMBConv() {
	show(56, 56, 24, blocks.FusedMBConv{Filters: 48, Expansion: 4, Stride: 2})
	// Output: (None, 28, 28, 48) 25920
}

func ExampleSqueezeExcite() {
	show(56, 56, 24, blocks.SqueezeExcite{Filters: 6})
	// Output: (None, 56, 56, 24) 318
}

func ExampleDense() {
	show(56, 56, 64, blocks.Dense{Units: 6})
	// Output: (None, 56, 56, 256) 338304
}

func ExampleTransition() {
	show(56, 56, 256, blocks.Transition{})
	// Output: (None, 28, 28, 128) 33792
}

func ExampleMobileV3() {
	show(28, 28, 40, blocks.MobileV3{Filters: 40, Expansion: 6, Kernel: 5, Squeeze: 0.25, HardSwish: true})
	// Output: (None, 28, 28, 40) 58304
}

func ExampleConvNeXt() {
	show(28, 28, 96, blocks.ConvNeXt{DropRate: 0.1})
	// Output: (None, 28, 28, 96) 79296
}
