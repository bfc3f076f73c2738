package tensor

import "fmt"

// Convert returns the elements as another type: t itself if it is of that
// type, else a copy. Floats become integers by dropping the fraction.
func (t *Tensor) Convert(to DType) (*Tensor, error) {
	if t.dtype == to {
		return t, nil
	}
	values := t.Float64s()
	data := narrow(to, values)
	if data == nil {
		return nil, fmt.Errorf("tensor: cannot convert %v to %v", t.dtype, to)
	}
	return &Tensor{dtype: to, shape: t.shape.Clone(), data: data}, nil
}

func narrow(to DType, values []float64) any {
	switch to {
	case Bool:
		return each(values, func(x float64) bool { return x != 0 })
	case Uint8:
		return each(values, func(x float64) uint8 { return uint8(x) })
	case Int8:
		return each(values, func(x float64) int8 { return int8(x) })
	case Uint16:
		return each(values, func(x float64) uint16 { return uint16(x) })
	case Int16:
		return each(values, func(x float64) int16 { return int16(x) })
	case Uint32:
		return each(values, func(x float64) uint32 { return uint32(x) })
	case Int32:
		return each(values, func(x float64) int32 { return int32(x) })
	case Uint64:
		return each(values, func(x float64) uint64 { return uint64(x) })
	case Int64:
		return each(values, func(x float64) int64 { return int64(x) })
	case Float16:
		return each(values, func(x float64) Half { return HalfOf(float32(x)) })
	case BFloat16:
		return each(values, func(x float64) Brain { return BrainOf(float32(x)) })
	case Float32:
		return each(values, func(x float64) float32 { return float32(x) })
	case Float64:
		return values
	}
	return nil
}

func each[T any](values []float64, convert func(float64) T) []T {
	converted := make([]T, len(values))
	for i, x := range values {
		converted[i] = convert(x)
	}
	return converted
}
