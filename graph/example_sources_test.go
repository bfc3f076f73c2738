package graph_test

import (
	"fmt"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// The label tells in errors and listings which of a program's inputs is meant.
func ExampleParameter() {
	g := graph.New()
	rate := g.Parameter("learning rate", tensor.Float32)
	if p, ok := rate.Operation().(graph.Parameter); ok {
		fmt.Printf("%q is a %v\n", p.Label, p.Of)
	}
	// Output: "learning rate" is a float32()
}

// A pass over a graph finds values that do not change from run to run.
func ExampleConstant() {
	g := graph.New()
	means, _ := tensor.Of([]float32{103.939, 116.779, 123.68}, 3)
	x := g.Parameter("pictures", tensor.Float32, graph.Batch, 224, 224, 3).Sub(g.Constant(means))
	for _, n := range graph.Ordered(x) {
		if constant, ok := n.Operation().(graph.Constant); ok {
			fmt.Println(constant.Value.Float32s())
		}
	}
	// Output: [103.939 116.779 123.68]
}

// Which weights a formula depends on.
func ExampleRead() {
	variable := func(name string, shape ...int) *graph.Variable {
		return &graph.Variable{Name: name, Type: graph.Type{DType: tensor.Float32, Shape: shape}}
	}
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch, 3)
	y := x.MatMul(g.Read(variable("dense/kernel", 3, 2))).Add(g.Read(variable("dense/bias", 2)))
	for _, n := range graph.Ordered(y) {
		if read, ok := n.Operation().(graph.Read); ok {
			fmt.Println(read.Variable.Name, read.Variable.Type)
		}
	}
	// Output:
	// dense/kernel float32(3, 2)
	// dense/bias float32(2,)
}

// Updates happen after everything is computed, so two variables change places
// without a third. Each has one new value at most.
func ExampleUpdate() {
	scalar := graph.Type{DType: tensor.Float32, Shape: tensor.Shape{}}
	newest, previous := &graph.Variable{Name: "newest", Type: scalar}, &graph.Variable{Name: "previous", Type: scalar}
	g := graph.New()
	swap := graph.Program{Updates: []graph.Update{
		{Variable: newest, Value: g.Read(previous)},
		{Variable: previous, Value: g.Read(newest)},
	}}
	fmt.Println(swap.Verify())

	twice := graph.Program{Updates: []graph.Update{
		{Variable: newest, Value: g.Scalar(tensor.Float32, 1)},
		{Variable: newest, Value: g.Scalar(tensor.Float32, 2)},
	}}
	fmt.Println(twice.Verify())
	// Output:
	// <nil>
	// graph: variable "newest" is updated twice
}

// A mean over the batch divides by the number of samples, which only the run
// knows.
func ExampleDimensionSize() {
	g := graph.New()
	losses := g.Parameter("losses", tensor.Float32, graph.Batch)
	mean := losses.ReduceSum(0).Div(losses.DimensionSize(0))
	for _, values := range [][]float64{{1, 2}, {1, 2, 6}} {
		samples := len(values)
		feeds := reference.Feeds{losses: {Shape: tensor.Shape{samples}, Values: values}}
		means, err := reference.Evaluate(samples, feeds, mean)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(samples, means[0].Values)
	}
	// Output:
	// 2 [1.5]
	// 3 [3]
}

// Operations compute their own definition on arrays, without a graph; backends
// are tested against that.
func ExampleArray() {
	picture := graph.Array{Shape: tensor.Shape{2, 3}, Values: []float64{1, 2, 3, 4, 5, 6}}
	transpose := graph.Transpose{Permutation: []int{1, 0}}
	result, err := transpose.Infer([]graph.Type{{DType: tensor.Float32, Shape: picture.Shape}})
	if err != nil {
		fmt.Println(err)
		return
	}
	turned, err := transpose.Reference([]graph.Array{picture}, result)
	fmt.Println(turned.Shape, turned.Values, err)
	// Output: (3, 2) [1 4 2 5 3 6] <nil>
}
