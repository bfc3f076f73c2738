package lince_test

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// A network that has learnt before, here a tiny one, gets a new head. The head
// learns first, then the upper part of the network with it.
func ExampleFineTune() {
	base, err := lince.Sequential(
		layers.Input{Shape: []int{8, 8, 3}},
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3), Activation: activations.ReLU, Name: "block1"},
		layers.Conv2D{Filters: 8, Kernel: layers.Square(3), Activation: activations.ReLU, Name: "block2"},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := base.Layer("block2").Output()
	x = layers.Apply(layers.GlobalAveragePooling2D{}, x)
	model, err := lince.NewModel(base.Inputs(), lince.Outputs(layers.Apply(layers.Dense{Units: 1, Activation: activations.Sigmoid}, x)))
	if err != nil {
		fmt.Println(err)
		return
	}
	pictures, _ := tensor.New(tensor.Float32, 4, 8, 8, 3)
	labels, _ := tensor.Of([]float32{0, 1, 0, 1}, 4)
	train, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{pictures}, Targets: []*tensor.Tensor{labels}})
	if err != nil {
		fmt.Println(err)
		return
	}
	history, err := model.FineTune(context.Background(), train, lince.FineTune{
		Base: base, From: "block2", HeadEpochs: 2, Epochs: 3,
		Training: lince.Training{Optimizer: optimizers.Adam{}, Loss: losses.BinaryCrossentropy{}},
		Tell:     func(message string) { fmt.Println(message) },
	})
	fmt.Println(len(history.Epochs), "epochs,", err)
	// Output:
	// The head learns for 2 epochs with the learning rate 0.001 while the base is frozen: 1 of 3 layers with weights, 9 of 417 parameters.
	// Now the base from "block2" on learns too, for 3 epochs with the learning rate 1e-05, 100 times smaller: 2 of 3 layers with weights, 305 of 417 parameters.
	// 5 epochs, <nil>
}
