package reference

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// Array returns a tensor's elements as the reference computation holds them.
func Array(t *tensor.Tensor) graph.Array {
	return graph.Array{Shape: t.Shape().Clone(), Values: t.Float64s()}
}

// Tensor returns an array as a tensor of the element type. Floating-point
// numbers are rounded to the nearest, ties to even, those of 16 bits by way of
// float32. Integers lose their fraction and stop at the ends of their type;
// NaN becomes 0. Anything but 0 is true.
func Tensor(a graph.Array, dtype tensor.DType) (*tensor.Tensor, error) {
	t, err := tensor.New(dtype, a.Shape...)
	if err != nil {
		return nil, err
	}
	return t, store(t, a)
}

// store writes an array over a tensor of the same shape.
func store(t *tensor.Tensor, a graph.Array) error {
	if !t.Shape().Equal(a.Shape) || t.Len() != len(a.Values) {
		return fmt.Errorf("reference: %d values of shape %v for %v", len(a.Values), a.Shape, t)
	}
	switch t.DType() {
	case tensor.Bool:
		return fill(t, a, func(x float64) bool { return x != 0 })
	case tensor.Uint8:
		return fill(t, a, integer[uint8](0, math.MaxUint8))
	case tensor.Int8:
		return fill(t, a, integer[int8](math.MinInt8, math.MaxInt8))
	case tensor.Uint16:
		return fill(t, a, integer[uint16](0, math.MaxUint16))
	case tensor.Int16:
		return fill(t, a, integer[int16](math.MinInt16, math.MaxInt16))
	case tensor.Uint32:
		return fill(t, a, integer[uint32](0, math.MaxUint32))
	case tensor.Int32:
		return fill(t, a, integer[int32](math.MinInt32, math.MaxInt32))
	case tensor.Uint64:
		return fill(t, a, integer[uint64](0, math.MaxUint64))
	case tensor.Int64:
		return fill(t, a, integer[int64](math.MinInt64, math.MaxInt64))
	case tensor.Float16:
		return fill(t, a, func(x float64) tensor.Half { return tensor.HalfOf(float32(x)) })
	case tensor.BFloat16:
		return fill(t, a, func(x float64) tensor.Brain { return tensor.BrainOf(float32(x)) })
	case tensor.Float32:
		return fill(t, a, func(x float64) float32 { return float32(x) })
	case tensor.Float64:
		return fill(t, a, func(x float64) float64 { return x })
	}
	return fmt.Errorf("reference: cannot hold elements of type %v", t.DType())
}

func fill[T tensor.Element](t *tensor.Tensor, a graph.Array, round func(float64) T) error {
	values, err := tensor.Values[T](t)
	if err != nil {
		return err
	}
	for i, x := range a.Values {
		values[i] = round(x)
	}
	return nil
}

// integer returns the rounding to a type with the given ends.
func integer[T uint8 | int8 | uint16 | int16 | uint32 | int32 | uint64 | int64](low, high T) func(float64) T {
	return func(x float64) T {
		switch {
		case math.IsNaN(x):
			return 0
		case x <= float64(low):
			return low
		case x >= float64(high):
			return high
		}
		return T(x)
	}
}
