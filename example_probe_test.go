package lince_test

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// smallModel doubles its input and sums up what is positive of it.
func smallModel() (*lince.Model, error) {
	return lince.Sequential(
		layers.Dense{Units: 1, KernelInitializer: initializers.Constant{Value: 2}, Name: "double", InputShape: []int{1}},
		layers.ReLU{Name: "positive"},
	)
}

// The gradient of the output with respect to the input.
func ExampleProbe() {
	model, err := smallModel()
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	probe, err := model.Probe(ctx, func(t *lince.Trace) ([]*graph.Node, error) {
		return graph.Gradient(t.Outputs[0].ReduceSum(0, 1), t.Inputs[0])
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := tensor.Of([]float32{-3, 3}, 2, 1)
	gradients, err := probe.Run(ctx, x)
	fmt.Println(gradients[0].Float32s(), err)
	// Output: [0 2] <nil>
}

// What is weighted by a further input.
func ExampleTrace() {
	model, err := smallModel()
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	probe, err := model.Probe(ctx, func(t *lince.Trace) ([]*graph.Node, error) {
		factor := t.Parameter("factor", tensor.Float32)
		return []*graph.Node{t.Outputs[0].Mul(factor)}, nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := tensor.Of([]float32{-3, 3}, 2, 1)
	results, err := probe.Run(ctx, x, tensor.Scalar(float32(10)))
	fmt.Println(results[0].Float32s(), err)
	// Output: [0 60] <nil>
}

// Every layer's result.
func ExampleResult() {
	model, err := smallModel()
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = model.Probe(context.Background(), func(t *lince.Trace) ([]*graph.Node, error) {
		for _, result := range t.Results {
			fmt.Println(result.Path, result.Node.Type())
		}
		return t.Outputs, nil
	})
	fmt.Println(err)
	// Output:
	// double float32(None, 1)
	// positive float32(None, 1)
	// <nil>
}
