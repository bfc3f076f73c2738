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
