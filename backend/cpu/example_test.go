package cpu_test

import (
	"context"
	"fmt"
	"time"

	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// A program that adds what it is given to a variable and returns the double.
func ExampleEngine() {
	total := &graph.Variable{Name: "total", Type: graph.Type{DType: tensor.Float32, Shape: tensor.Shape{}}}
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch)
	program := &graph.Program{
		Inputs:  []*graph.Node{x},
		Outputs: []*graph.Node{x.Scale(2)},
		Updates: []graph.Update{{Variable: total, Value: g.Read(total).Add(x.ReduceSum(0))}},
	}

	engine, err := cpu.New(cpu.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	ctx := context.Background()
	executable, err := engine.Compile(ctx, program, 32)
	if err != nil {
		fmt.Println(err)
		return
	}
	state := engine.NewState()
	if err := state.Declare(total); err != nil {
		fmt.Println(err)
		return
	}

	in, _ := tensor.Of([]float32{1, 2, 3}, 3)
	out, _ := tensor.New(tensor.Float32, 3)
	if err := executable.Run(ctx, state, 3, []*tensor.Tensor{in}, []*tensor.Tensor{out}); err != nil {
		fmt.Println(err)
		return
	}
	sum := tensor.Scalar(float32(0))
	err = state.Read(total, sum)
	fmt.Println(out.Float32s(), sum.Float32s(), err)
	// Output: [2 4 6] [6] <nil>
}

// Threads and instructions are fixed here so that two machines agree to the
// last bit.
func ExampleOptions() {
	engine, err := cpu.New(cpu.Options{Threads: 2, Instructions: "generic"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	fmt.Println(engine.Name(), engine.Threads())
	// Output: cpu generic 2
}

// Observing the steps tells where the time of a run goes.
func ExampleStep() {
	g := graph.New()
	leave := g.Enter("dense")
	x, w := g.Parameter("x", tensor.Float32, graph.Batch, 2), g.Parameter("w", tensor.Float32, 2, 1)
	y := x.MatMul(w)
	leave()

	engine, err := cpu.New(cpu.Options{Observe: func(step cpu.Step, _ time.Duration) {
		fmt.Println(step.Scope, step.Operation)
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	program := &graph.Program{Inputs: []*graph.Node{x, w}, Outputs: []*graph.Node{y}}
	executable, err := engine.Compile(context.Background(), program, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	in, _ := tensor.Of([]float32{1, 2}, 1, 2)
	weights, _ := tensor.Of([]float32{3, 4}, 2, 1)
	out, _ := tensor.New(tensor.Float32, 1, 1)
	err = executable.Run(context.Background(), engine.NewState(), 1, []*tensor.Tensor{in, weights}, []*tensor.Tensor{out})
	fmt.Println(out.Float32s(), err)
	// Output:
	// dense dot_general
	// [11] <nil>
}
