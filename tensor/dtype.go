package tensor

import "fmt"

// DType is the type of a tensor's elements.
type DType uint8

// The element types. The zero value is Invalid, so that a forgotten type is
// an error and never a silent float.
const (
	Invalid DType = iota
	Bool
	Uint8
	Int8
	Uint16
	Int16
	Uint32
	Int32
	Uint64
	Int64
	Float16
	BFloat16
	Float32
	Float64
)

var dtypes = [...]struct {
	name string
	size int
}{
	Invalid: {"invalid", 0}, Bool: {"bool", 1}, Uint8: {"uint8", 1}, Int8: {"int8", 1},
	Uint16: {"uint16", 2}, Int16: {"int16", 2}, Uint32: {"uint32", 4}, Int32: {"int32", 4},
	Uint64: {"uint64", 8}, Int64: {"int64", 8}, Float16: {"float16", 2}, BFloat16: {"bfloat16", 2},
	Float32: {"float32", 4}, Float64: {"float64", 8},
}

// String returns the type's name as NumPy and Keras spell it.
func (d DType) String() string {
	if int(d) >= len(dtypes) {
		return fmt.Sprintf("dtype(%d)", uint8(d))
	}
	return dtypes[d].name
}

// Size returns the bytes of one element, 0 for Invalid.
func (d DType) Size() int {
	if int(d) >= len(dtypes) {
		return 0
	}
	return dtypes[d].size
}

// IsFloat reports whether d is one of the floating-point types.
func (d DType) IsFloat() bool { return d >= Float16 && d <= Float64 }

// ParseDType returns the type of the given name ("float32", "uint8" ...).
func ParseDType(name string) (DType, error) {
	for d := Bool; int(d) < len(dtypes); d++ {
		if dtypes[d].name == name {
			return d, nil
		}
	}
	return Invalid, fmt.Errorf("tensor: unknown element type %q, expected one of bool, uint8 ... float32, float64", name)
}

// Half is a float16 in its IEEE 754 bits.
type Half uint16

// Brain is a bfloat16: the upper half of a float32's bits.
type Brain uint16

// Element is the set of Go types a tensor can hold. Half and Brain are the
// bits of the 16-bit floats; convert them with their Float32 methods.
type Element interface {
	bool | uint8 | int8 | uint16 | int16 | uint32 | int32 | uint64 | int64 | Half | Brain | float32 | float64
}

// TypeOf returns the DType that stores elements of the Go type T.
func TypeOf[T Element]() DType {
	var zero T
	switch any(zero).(type) {
	case bool:
		return Bool
	case uint8:
		return Uint8
	case int8:
		return Int8
	case uint16:
		return Uint16
	case int16:
		return Int16
	case uint32:
		return Uint32
	case int32:
		return Int32
	case uint64:
		return Uint64
	case int64:
		return Int64
	case Half:
		return Float16
	case Brain:
		return BFloat16
	case float32:
		return Float32
	case float64:
		return Float64
	}
	return Invalid
}
