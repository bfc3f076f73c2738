package reference_test

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func ExampleEvaluate() {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch, 2)
	feeds := reference.Feeds{x: {Shape: tensor.Shape{3, 2}, Values: []float64{1, 2, 3, 4, 5, 6}}}
	values, err := reference.Evaluate(3, feeds, x.Square(), x.ReduceMean(0))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(values[0].Values, values[1].Values)
	// Output: [1 4 9 16 25 36] [3 4]
}

// Inputs and variables are given alike. A value for a node in between takes the
// place of computing it: what probabilities would other scores give?
func ExampleFeeds() {
	g := graph.New()
	x := g.Parameter("x", tensor.Float64, graph.Batch, 1)
	kernel := g.Read(&graph.Variable{Name: "kernel", Type: graph.Type{DType: tensor.Float64, Shape: tensor.Shape{1, 2}}})
	scores := x.MatMul(kernel)
	feeds := reference.Feeds{
		x:      {Shape: tensor.Shape{1, 1}, Values: []float64{2}},
		kernel: {Shape: tensor.Shape{1, 2}, Values: []float64{1, 0}},
	}
	for range 2 {
		values, err := reference.Evaluate(1, feeds, scores.Softmax())
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.2f\n", values[0].Values)
		feeds[scores] = graph.Array{Shape: tensor.Shape{1, 2}, Values: []float64{3, 3}}
	}
	// Output:
	// [0.88 0.12]
	// [0.50 0.50]
}

func ExampleBackend() {
	steps := &graph.Variable{Name: "steps", Type: graph.Type{DType: tensor.Float32, Shape: tensor.Shape{}}}
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch)
	program := &graph.Program{
		Inputs:  []*graph.Node{x},
		Outputs: []*graph.Node{x.Mul(g.Read(steps))},
		Updates: []graph.Update{{Variable: steps, Value: g.Read(steps).Shift(1)}},
	}

	engine := reference.New()
	state := engine.NewState()
	if err := state.Declare(program.Variables()...); err != nil {
		fmt.Println(err)
		return
	}
	executable, err := engine.Compile(context.Background(), program, 8)
	if err != nil {
		fmt.Println(err)
		return
	}
	in, _ := tensor.Of([]float32{3, 4}, 2)
	out, _ := tensor.New(tensor.Float32, 2)
	for range 2 {
		if err := executable.Run(context.Background(), state, 2, []*tensor.Tensor{in}, []*tensor.Tensor{out}); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(out.Float32s())
	}
	// Output:
	// [0 0]
	// [3 4]
}
