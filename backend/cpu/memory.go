package cpu

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// extent is a number of elements: per · samplesᵇᵃᵗᶜʰᵉˢ.
type extent struct {
	per, batches int
}

func extentOf(shape tensor.Shape) extent {
	e := extent{per: 1}
	for _, d := range shape {
		if d == graph.Batch {
			e.batches++
		} else {
			e.per *= d
		}
	}
	return e
}

func (e extent) at(samples int) int {
	n := e.per
	for range e.batches {
		n *= samples
	}
	return n
}

// bytes returns the size at capacity, or an error if there is no such memory.
func (e extent) bytes(dtype tensor.DType, capacity int) (int, error) {
	if e.per > math.MaxInt/16 {
		return 0, fmt.Errorf("cpu: a value of %d elements is too large for any memory", e.per)
	}
	size := e.per * dtype.Size()
	for range e.batches {
		if capacity > 0 && size > math.MaxInt/4/capacity {
			return 0, fmt.Errorf("cpu: a value of %d elements per sample is too large for %d samples", e.per, capacity)
		}
		size *= capacity
	}
	return size, nil
}

// memory is where a value lies. Values with the same elements in another
// shape share one.
type memory struct {
	base unsafe.Pointer
	// first and last are the positions of the steps that write it and read it last.
	first, last int
	bytes       int
	// from is the element that lies at base, when only a part of the value is held.
	from    int
	planned bool // part of the arena
	// into is the variable that the value replaces, written in place.
	into *graph.Variable
	// cell is the variable that lies here, during a run.
	cell *cell
}

// elementsOf views a memory as count elements of a Go type.
func elementsOf[T any](m *memory, count int) []T {
	if count == 0 {
		return nil
	}
	return unsafe.Slice((*T)(m.base), count)
}

func (m *memory) floats(count int) []float32 { return elementsOf[float32](m, count) }

// baseOf returns the address of a tensor's elements.
func baseOf(t *tensor.Tensor) unsafe.Pointer {
	switch t.DType() {
	case tensor.Bool:
		return first[bool](t)
	case tensor.Uint8:
		return first[uint8](t)
	case tensor.Int8:
		return first[int8](t)
	case tensor.Uint16:
		return first[uint16](t)
	case tensor.Int16:
		return first[int16](t)
	case tensor.Uint32:
		return first[uint32](t)
	case tensor.Int32:
		return first[int32](t)
	case tensor.Uint64:
		return first[uint64](t)
	case tensor.Int64:
		return first[int64](t)
	case tensor.Float16:
		return first[tensor.Half](t)
	case tensor.BFloat16:
		return first[tensor.Brain](t)
	case tensor.Float32:
		return first[float32](t)
	case tensor.Float64:
		return first[float64](t)
	}
	return nil
}

func first[T tensor.Element](t *tensor.Tensor) unsafe.Pointer {
	values, err := tensor.Values[T](t)
	if err != nil {
		return nil
	}
	return unsafe.Pointer(unsafe.SliceData(values))
}

// wide converts count elements from position at on to float64.
func (m *memory) wide(dst []float64, dtype tensor.DType, at int) {
	n := at + len(dst)
	switch dtype {
	case tensor.Bool:
		for i, v := range elementsOf[bool](m, n)[at:] {
			dst[i] = 0
			if v {
				dst[i] = 1
			}
		}
	case tensor.Float16:
		for i, v := range elementsOf[tensor.Half](m, n)[at:] {
			dst[i] = float64(v.Float32())
		}
	case tensor.BFloat16:
		for i, v := range elementsOf[tensor.Brain](m, n)[at:] {
			dst[i] = float64(v.Float32())
		}
	case tensor.Uint8:
		widen(dst, elementsOf[uint8](m, n)[at:])
	case tensor.Int8:
		widen(dst, elementsOf[int8](m, n)[at:])
	case tensor.Uint16:
		widen(dst, elementsOf[uint16](m, n)[at:])
	case tensor.Int16:
		widen(dst, elementsOf[int16](m, n)[at:])
	case tensor.Uint32:
		widen(dst, elementsOf[uint32](m, n)[at:])
	case tensor.Int32:
		widen(dst, elementsOf[int32](m, n)[at:])
	case tensor.Uint64:
		widen(dst, elementsOf[uint64](m, n)[at:])
	case tensor.Int64:
		widen(dst, elementsOf[int64](m, n)[at:])
	case tensor.Float32:
		widen(dst, elementsOf[float32](m, n)[at:])
	case tensor.Float64:
		copy(dst, elementsOf[float64](m, n)[at:])
	}
}

type number interface {
	uint8 | int8 | uint16 | int16 | uint32 | int32 | uint64 | int64 | float32
}

func widen[T number](dst []float64, from []T) {
	for i, v := range from {
		dst[i] = float64(v)
	}
}

// narrow stores float64 values from position at on, rounded: integers lose
// their fraction and stop at the ends of their type.
func (m *memory) narrow(from []float64, dtype tensor.DType, at int) {
	n := at + len(from)
	switch dtype {
	case tensor.Bool:
		dst := elementsOf[bool](m, n)[at:]
		for i, v := range from {
			dst[i] = v != 0
		}
	case tensor.Float16:
		dst := elementsOf[tensor.Half](m, n)[at:]
		for i, v := range from {
			dst[i] = tensor.HalfOf(float32(v))
		}
	case tensor.BFloat16:
		dst := elementsOf[tensor.Brain](m, n)[at:]
		for i, v := range from {
			dst[i] = tensor.BrainOf(float32(v))
		}
	case tensor.Uint8:
		limit(elementsOf[uint8](m, n)[at:], from, 0, math.MaxUint8)
	case tensor.Int8:
		limit(elementsOf[int8](m, n)[at:], from, math.MinInt8, math.MaxInt8)
	case tensor.Uint16:
		limit(elementsOf[uint16](m, n)[at:], from, 0, math.MaxUint16)
	case tensor.Int16:
		limit(elementsOf[int16](m, n)[at:], from, math.MinInt16, math.MaxInt16)
	case tensor.Uint32:
		limit(elementsOf[uint32](m, n)[at:], from, 0, math.MaxUint32)
	case tensor.Int32:
		limit(elementsOf[int32](m, n)[at:], from, math.MinInt32, math.MaxInt32)
	case tensor.Uint64:
		limit(elementsOf[uint64](m, n)[at:], from, 0, math.MaxUint64)
	case tensor.Int64:
		limit(elementsOf[int64](m, n)[at:], from, math.MinInt64, math.MaxInt64)
	case tensor.Float32:
		dst := elementsOf[float32](m, n)[at:]
		for i, v := range from {
			dst[i] = float32(v)
		}
	case tensor.Float64:
		copy(elementsOf[float64](m, n)[at:], from)
	}
}

func limit[T number](dst []T, from []float64, low, high T) {
	for i, v := range from {
		switch {
		case v <= float64(low):
			dst[i] = low
		case v >= float64(high):
			dst[i] = high
		case v != v:
			dst[i] = 0
		default:
			dst[i] = T(v)
		}
	}
}

func first32(values []float32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(values)) }
