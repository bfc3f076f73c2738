package backendtest_test

import (
	"fmt"

	"github.com/lince-ml/lince/backend/backendtest"
	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// A case builds its values from inputs that say what data they want.
func ExampleCase() {
	c := backendtest.Case{Name: "add/whole numbers", Build: func(in *backendtest.Inputs) []*graph.Node {
		x, y := in.Float(backendtest.Whole(1, 9), graph.Batch, 3), in.Float(backendtest.Real(0, 1), 3)
		return []*graph.Node{x.Add(y)}
	}}
	instance, err := c.Instantiate(tensor.Float32)
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := instance.Data(2)
	if err != nil {
		fmt.Println(err)
		return
	}
	feeds := reference.Feeds{instance.Inputs[0]: data[0], instance.Inputs[1]: data[1]}
	sums, err := reference.Evaluate(2, feeds, instance.Outputs...)
	fmt.Println(sums[0].Shape, err)
	// Output: (2, 3) <nil>
}

// What is exact in float32 is compared without any tolerance; a product of
// matrices of real numbers may differ by what its additions round off.
func ExampleTolerance() {
	product := func(fill backendtest.Fill) func(in *backendtest.Inputs) []*graph.Node {
		return func(in *backendtest.Inputs) []*graph.Node {
			return []*graph.Node{in.Float(fill, graph.Batch, 64).MatMul(in.Float(fill, 64, 10))}
		}
	}
	cases := []backendtest.Case{
		{Name: "dot_general/whole", Build: product(backendtest.Whole(-2, 2))},
		{Name: "dot_general/real", Build: product(backendtest.Real(-1, 1)), Tolerance: backendtest.Tolerance{Sum: true}},
	}
	for _, c := range cases {
		fmt.Println(c.Name, c.Tolerance.Sum)
	}
	// Output:
	// dot_general/whole false
	// dot_general/real true
}

func ExampleInstance() {
	c := backendtest.Case{Name: "square", Build: func(in *backendtest.Inputs) []*graph.Node {
		return []*graph.Node{in.Float(backendtest.These(1, 2, 3), 3).Square()}
	}}
	instance, err := c.Instantiate(tensor.Float64)
	if err != nil {
		fmt.Println(err)
		return
	}
	gradients, err := instance.Gradients() // of the sum, each element times an input of its own
	fmt.Println(len(instance.Inputs), gradients[0].Type(), err)
	// Output: 2 float64(3,) <nil>
}

// Whole numbers keep sums exact, real ones try the rounding, and given ones are
// the edges: ties, here, that go to the even number.
func ExampleFill() {
	c := backendtest.Case{Name: "round/ties", Build: func(in *backendtest.Inputs) []*graph.Node {
		return []*graph.Node{in.Float(backendtest.These(0.5, 1.5, 2.5), graph.Batch, 2).Round()}
	}}
	instance, err := c.Instantiate(tensor.Float32)
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := instance.Data(2)
	fmt.Println(data[0].Values, err) // over and over
	// Output: [0.5 1.5 2.5 0.5] <nil>
}

// Float inputs are of the type that the case is instantiated for, so one case
// serves all; those of Of keep theirs.
func ExampleInputs() {
	c := backendtest.Case{Name: "gather/in any order", Build: func(in *backendtest.Inputs) []*graph.Node {
		values := in.Float(backendtest.Real(-1, 1), graph.Batch, 5, 2)
		numbers := in.Of(tensor.Int32, backendtest.These(4, 0, 3), graph.Batch, 3)
		return []*graph.Node{values.GatherRows(numbers)}
	}}
	for _, float := range []tensor.DType{tensor.Float32, tensor.Float64} {
		instance, err := c.Instantiate(float)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(instance.Inputs[0].Type(), instance.Inputs[1].Type(), instance.Outputs[0].Type())
	}
	// Output:
	// float32(None, 5, 2) int32(None, 3) float32(None, 3, 2)
	// float64(None, 5, 2) int32(None, 3) float64(None, 3, 2)
}
