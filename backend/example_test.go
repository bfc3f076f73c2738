package backend_test

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// double makes a program that returns twice what it is given.
func double() *graph.Program {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch)
	return &graph.Program{Inputs: []*graph.Node{x}, Outputs: []*graph.Node{x.Scale(2)}}
}

// What knows only the interface runs on every engine.
func ExampleBackend() {
	run := func(engine backend.Backend, x []float32) ([]float32, error) {
		executable, err := engine.Compile(context.Background(), double(), len(x))
		if err != nil {
			return nil, err
		}
		defer executable.Close()
		in, _ := tensor.Of(x, len(x))
		out, _ := tensor.New(tensor.Float32, len(x))
		err = executable.Run(context.Background(), engine.NewState(), len(x), []*tensor.Tensor{in}, []*tensor.Tensor{out})
		return out.Float32s(), err
	}

	fast, err := cpu.New(cpu.Options{Instructions: "generic"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, engine := range []backend.Backend{fast, reference.New()} {
		y, err := run(engine, []float32{1, 2, 3})
		fmt.Println(engine.Name(), y, err, engine.Close())
	}
	// Output:
	// cpu generic [2 4 6] <nil> <nil>
	// reference [2 4 6] <nil> <nil>
}

// Compiled once for up to 8 samples, a program takes full batches as well as
// the short one at the end of an epoch.
func ExampleExecutable() {
	engine := reference.New()
	executable, err := engine.Compile(context.Background(), double(), 8)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer executable.Close()
	for _, samples := range []int{8, 3, 9} {
		in, _ := tensor.New(tensor.Float32, samples)
		out, _ := tensor.New(tensor.Float32, samples)
		err := executable.Run(context.Background(), engine.NewState(), samples, []*tensor.Tensor{in}, []*tensor.Tensor{out})
		fmt.Println(samples, err)
	}
	// Output:
	// 8 <nil>
	// 3 <nil>
	// 9 reference: 9 samples asked of a program compiled for 0 to 8
}

// Weights are zero when they are declared, and copied in and out.
func ExampleState() {
	bias := &graph.Variable{Name: "dense/bias", Type: graph.Type{DType: tensor.Float32, Shape: tensor.Shape{2}}}
	state := reference.New().NewState()
	if err := state.Declare(bias); err != nil {
		fmt.Println(err)
		return
	}
	before := state.Generation(bias)
	value, _ := tensor.New(tensor.Float32, 2)
	err := state.Read(bias, value)
	fmt.Println(value.Float32s(), err)

	value, _ = tensor.Of([]float32{0.5, -0.5}, 2)
	if err := state.Write(bias, value); err != nil {
		fmt.Println(err)
		return
	}
	copied, _ := tensor.New(tensor.Float32, 2)
	err = state.Read(bias, copied)
	fmt.Println(copied.Float32s(), err, state.Generation(bias) != before)
	// Output:
	// [0 0] <nil>
	// [0.5 -0.5] <nil> true
}
