package tensor_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/lince-ml/lince/tensor"
)

func TestGatherOfEveryType(t *testing.T) {
	for d := tensor.Bool; d <= tensor.Float64; d++ {
		from, err := tensor.New(d, 3, 2)
		if err != nil {
			t.Fatal(err)
		}
		if values := from.Float32s(); values != nil {
			copy(values, []float32{1, 2, 3, 4, 5, 6})
		}
		to, err := tensor.New(d, 2, 2)
		if err != nil {
			t.Fatal(err)
		}
		if err := to.Gather(from, []int{2, 0}); err != nil {
			t.Errorf("%v: %v", d, err)
		}
		if values := to.Float32s(); values != nil && !slices.Equal(values, []float32{5, 6, 1, 2}) {
			t.Errorf("gathered %v, want 5 6 1 2", values)
		}
	}
}

func TestGatherRefuses(t *testing.T) {
	from, to := tensor.Scalar(float32(1)), tensor.Scalar(float32(1))
	if err := to.Gather(from, nil); err == nil {
		t.Error("gathered rows of a scalar")
	}
	from, err := tensor.Of([]float32{1, 2, 3}, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range [][]int{{3}, {-1}, {0, 1, 2, 0}} {
		to, err := tensor.New(tensor.Float32, 3, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := to.Gather(from, rows); err == nil {
			t.Errorf("gathered the rows %v of three", rows)
		}
	}
}

func ExampleTensor_Gather() {
	samples, _ := tensor.Of([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
	batch, _ := tensor.New(tensor.Float32, 2, 2)
	if err := batch.Gather(samples, []int{2, 0}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(batch.Float32s())
	// Output: [5 6 1 2]
}
