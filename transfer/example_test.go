package transfer_test

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
	"github.com/lince-ml/lince/transfer"
)

// frozen returns a model whose first layer is frozen, and four samples.
func frozen() (*lince.Model, data.Source, error) {
	model, err := lince.Sequential(
		layers.Input{Shape: []int{2}},
		layers.Dense{Units: 4, Name: "base"},
		layers.Dense{Units: 1, Name: "head"},
	)
	if err != nil {
		return nil, nil, err
	}
	model.Layer("base").SetTrainable(false)
	x, err := tensor.Of([]float32{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2)
	if err != nil {
		return nil, nil, err
	}
	y, err := tensor.Of([]float32{0, 1, 1, 2}, 4, 1)
	if err != nil {
		return nil, nil, err
	}
	source, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{y}, BatchSize: 2})
	return model, source, err
}

// The base runs once; then epochs cost only the head, whose weights are the
// model's.
func ExampleFeatures() {
	ctx := context.Background()
	model, source, err := frozen()
	if err != nil {
		fmt.Println(err)
		return
	}
	base, head, err := transfer.Split(model)
	if err != nil {
		fmt.Println(err)
		return
	}
	features, err := transfer.Features{}.Compute(ctx, base, source)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer features.Close()
	err = head.Compile(lince.Training{Optimizer: optimizers.SGD{LearningRate: 0.1}, Loss: losses.MeanSquaredError{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	history, err := head.Fit(ctx, features, lince.Fit{Epochs: 50})
	fmt.Println(len(history.Epochs), err)
	// Output: 50 <nil>
}

func ExampleComputed() {
	model, source, err := frozen()
	if err != nil {
		fmt.Println(err)
		return
	}
	base, _, err := transfer.Split(model)
	if err != nil {
		fmt.Println(err)
		return
	}
	features, err := transfer.Features{}.Compute(context.Background(), base, source)
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := features.Spec()
	fmt.Println(spec.Samples, spec.Inputs[0])
	// Output: 4 (4,)
}
