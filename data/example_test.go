package data_test

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/tensor"
)

func ExampleSpec() {
	x, _ := tensor.Of(make([]float32, 5*2*2*3), 5, 2, 2, 3)
	source, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, BatchSize: 2})
	if err != nil {
		fmt.Println(err)
	}
	spec := source.Spec()
	fmt.Println(spec.Samples, "samples of shape", spec.Inputs[0], "in", spec.Batches(), "batches")
	// Output: 5 samples of shape (2, 2, 3) in 3 batches
}

// A source can begin in the middle of any epoch, with the same samples as if
// it had begun at the start.
func ExampleSource() {
	x, _ := tensor.Of([]float32{0, 1, 2, 3, 4, 5}, 6, 1)
	source, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, BatchSize: 2, NoShuffle: true})
	if err != nil {
		fmt.Println(err)
	}
	const epoch, first = 0, 1
	for batch, err := range source.Batches(context.Background(), epoch, first) {
		fmt.Println(batch.Inputs[0].Float32s(), err)
	}
	// Output:
	// [2 3] <nil>
	// [4 5] <nil>
}

func ExampleBatch() {
	x, _ := tensor.Of([]float32{7, 8, 9}, 3, 1)
	source, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, BatchSize: 2, NoShuffle: true})
	if err != nil {
		fmt.Println(err)
	}
	for batch := range source.Batches(context.Background(), 0, 0) {
		fmt.Println(batch.Len(), "samples, at positions", batch.Indices)
	}
	// Output:
	// 2 samples, at positions [0 1]
	// 1 samples, at positions [2]
}
