package graph_test

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// One type of operation stands for all functions of elements; methods of Node
// such as Exp make it.
func ExampleElementwise() {
	x := table(graph.New(), 1, 4)
	root := graph.Apply(graph.Elementwise{Function: graph.SquareRoot}, x.Square())
	fmt.Println(root.Operation().Name(), evaluate(root, nil))

	// The gradient is made of such operations, too.
	gradients, err := graph.Gradient(x.Exp().ReduceSum(0, 1), x)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range graph.Ordered(gradients...) {
		if e, ok := n.Operation().(graph.Elementwise); ok {
			fmt.Println(e.Function)
		}
	}
	// Output:
	// sqrt [1 2 3 4]
	// exponential
	// multiply
}

// Functions of one operand come before those of two.
func ExampleFunction() {
	for _, f := range []graph.Function{graph.ReLU, graph.Logarithm, graph.Multiply} {
		fmt.Println(f, f.Binary())
	}
	// Output:
	// relu false
	// log false
	// multiply true
}

// How many of a batch were classified rightly.
func ExampleComparison() {
	g := graph.New()
	labels, _ := tensor.Of([]int32{0, 1, 1}, 3)
	predictions, _ := tensor.Of([]int32{0, 1, 0}, 3)
	right := g.Constant(labels).Compare(graph.Equal, g.Constant(predictions))
	if c, ok := right.Operation().(graph.Comparison); ok {
		fmt.Println(c.Direction, right.Type())
	}
	fmt.Println(evaluate(right, nil), evaluate(right.Convert(tensor.Float32).ReduceSum(0), nil))
	// Output:
	// EQ bool(3,)
	// [1 1 0] [2]
}

// A direction is printed as StableHLO spells it and holds between numbers as it
// does between elements.
func ExampleDirection() {
	x := table(graph.New(), 1, 3)
	for _, d := range []graph.Direction{graph.Less, graph.GreaterEqual, graph.NotEqual} {
		fmt.Println(d, d.Holds(2, 2), evaluate(x.Compare(d, x.Like(2)), nil))
	}
	// Output:
	// LT false [1 0 0]
	// GE true [0 1 1]
	// NE false [1 0 1]
}

// The same reducers join whole dimensions and the elements of windows.
func ExampleReducer() {
	x := table(graph.New(), 2, 3)
	for _, r := range []graph.Reducer{graph.Sum, graph.Largest, graph.Smallest} {
		rows := graph.Apply(graph.Reduction{Reducer: r, Axes: []int{1}}, x)
		fmt.Println(r, r.Identity(), evaluate(rows, nil))
	}
	// Output:
	// add 0 [6 15]
	// maximum -Inf [3 6]
	// minimum +Inf [1 4]
}
