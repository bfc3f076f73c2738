package tensor_test

import (
	"fmt"

	"github.com/lince-ml/lince/tensor"
)

func ExampleShape() {
	pictures := tensor.Shape{-1, 150, 150, 3}
	_, err := pictures.Elements()
	fmt.Println(pictures, err != nil)

	elements, err := pictures[1:].Elements()
	fmt.Println(pictures[1:], elements, err)
	// Output:
	// (None, 150, 150, 3) true
	// (150, 150, 3) 67500 <nil>
}

func ExampleDType() {
	dtype, err := tensor.ParseDType("bfloat16")
	fmt.Println(dtype, dtype.Size(), "bytes", dtype.IsFloat(), err)
	// Output: bfloat16 2 bytes true <nil>
}

// A function for all types that tensors hold.
func ExampleElement() {
	fmt.Println(largest([]uint8{3, 200, 7}), largest([]float32{-1, -0.5}))
	// Output: uint8 200 float32 -0.5
}

func largest[T interface {
	tensor.Element
	uint8 | float32
}](values []T) string {
	best := values[0]
	for _, v := range values {
		best = max(best, v)
	}
	return fmt.Sprint(tensor.TypeOf[T](), " ", best)
}

// Half has 11 bits of precision and ends at 65504.
func ExampleHalf() {
	for _, x := range []float32{0.1, 65504, 1e6} {
		fmt.Println(tensor.HalfOf(x).Float32())
	}
	// Output:
	// 0.099975586
	// 65504
	// +Inf
}

// Brain has 8 bits of precision and the range of float32.
func ExampleBrain() {
	for _, x := range []float32{0.1, 65504, 1e30} {
		fmt.Println(tensor.BrainOf(x).Float32())
	}
	// Output:
	// 0.100097656
	// 65536
	// 1.00025555e+30
}

// A tensor is a shape and its elements, row by row.
func ExampleTensor() {
	x, err := tensor.Of([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	last, err := x.Rows(2, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	last.Float32s()[0] = 50 // a view: x changes too
	fmt.Println(x, x.Float32s())
	_, err = x.Reshape(4, 2)
	fmt.Println(err)
	// Output:
	// float32(3, 2) [1 2 3 4 50 6]
	// tensor: (3, 2) with 6 elements cannot take the shape (4, 2) with 8
}
