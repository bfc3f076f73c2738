package tensor

// The only places that list every element type twice over: making, cutting,
// copying and widening a []T behind an any.

func allocate(dtype DType, count int) any {
	switch dtype {
	case Bool:
		return make([]bool, count)
	case Uint8:
		return make([]uint8, count)
	case Int8:
		return make([]int8, count)
	case Uint16:
		return make([]uint16, count)
	case Int16:
		return make([]int16, count)
	case Uint32:
		return make([]uint32, count)
	case Int32:
		return make([]int32, count)
	case Uint64:
		return make([]uint64, count)
	case Int64:
		return make([]int64, count)
	case Float16:
		return make([]Half, count)
	case BFloat16:
		return make([]Brain, count)
	case Float32:
		return make([]float32, count)
	case Float64:
		return make([]float64, count)
	}
	return nil
}

func window(data any, from, to int) any {
	switch v := data.(type) {
	case []bool:
		return v[from:to:to]
	case []uint8:
		return v[from:to:to]
	case []int8:
		return v[from:to:to]
	case []uint16:
		return v[from:to:to]
	case []int16:
		return v[from:to:to]
	case []uint32:
		return v[from:to:to]
	case []int32:
		return v[from:to:to]
	case []uint64:
		return v[from:to:to]
	case []int64:
		return v[from:to:to]
	case []Half:
		return v[from:to:to]
	case []Brain:
		return v[from:to:to]
	case []float32:
		return v[from:to:to]
	case []float64:
		return v[from:to:to]
	}
	return nil
}

func copyElements(to, from any) {
	switch v := to.(type) {
	case []bool:
		copy(v, from.([]bool))
	case []uint8:
		copy(v, from.([]uint8))
	case []int8:
		copy(v, from.([]int8))
	case []uint16:
		copy(v, from.([]uint16))
	case []int16:
		copy(v, from.([]int16))
	case []uint32:
		copy(v, from.([]uint32))
	case []int32:
		copy(v, from.([]int32))
	case []uint64:
		copy(v, from.([]uint64))
	case []int64:
		copy(v, from.([]int64))
	case []Half:
		copy(v, from.([]Half))
	case []Brain:
		copy(v, from.([]Brain))
	case []float32:
		copy(v, from.([]float32))
	case []float64:
		copy(v, from.([]float64))
	}
}

// Float64s returns the elements widened to float64 in a new slice; booleans
// become 0 and 1. Integers beyond 2⁵³ lose their last bits.
func (t *Tensor) Float64s() []float64 {
	switch v := t.data.(type) {
	case []bool:
		wide := make([]float64, len(v))
		for i, x := range v {
			if x {
				wide[i] = 1
			}
		}
		return wide
	case []Half:
		return widen(v, func(x Half) float64 { return float64(x.Float32()) })
	case []Brain:
		return widen(v, func(x Brain) float64 { return float64(x.Float32()) })
	case []uint8:
		return widen(v, number)
	case []int8:
		return widen(v, number)
	case []uint16:
		return widen(v, number)
	case []int16:
		return widen(v, number)
	case []uint32:
		return widen(v, number)
	case []int32:
		return widen(v, number)
	case []uint64:
		return widen(v, number)
	case []int64:
		return widen(v, number)
	case []float32:
		return widen(v, number)
	case []float64:
		return widen(v, number)
	}
	return nil
}

func number[T uint8 | int8 | uint16 | int16 | uint32 | int32 | uint64 | int64 | float32 | float64](x T) float64 {
	return float64(x)
}

func widen[T any](values []T, convert func(T) float64) []float64 {
	wide := make([]float64, len(values))
	for i, x := range values {
		wide[i] = convert(x)
	}
	return wide
}
