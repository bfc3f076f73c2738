package safetensors

import "github.com/lince-ml/lince/tensor"

// elementType is one that the format names.
type elementType struct {
	name  string
	bits  int
	dtype tensor.DType // Invalid where no tensor holds it
}

// elementTypes are in the order of the format's own table, by size, in which
// its writers sort tensors.
var elementTypes = [...]elementType{
	{"BOOL", 8, tensor.Bool},
	{"F4", 4, tensor.Invalid},
	{"F6_E2M3", 6, tensor.Invalid},
	{"F6_E3M2", 6, tensor.Invalid},
	{"U8", 8, tensor.Uint8},
	{"I8", 8, tensor.Int8},
	{"F8_E5M2", 8, tensor.Invalid},
	{"F8_E4M3", 8, tensor.Invalid},
	{"F8_E8M0", 8, tensor.Invalid},
	{"F8_E4M3FNUZ", 8, tensor.Invalid},
	{"F8_E5M2FNUZ", 8, tensor.Invalid},
	{"I16", 16, tensor.Int16},
	{"U16", 16, tensor.Uint16},
	{"F16", 16, tensor.Float16},
	{"BF16", 16, tensor.BFloat16},
	{"I32", 32, tensor.Int32},
	{"U32", 32, tensor.Uint32},
	{"F32", 32, tensor.Float32},
	{"C64", 64, tensor.Invalid},
	{"F64", 64, tensor.Float64},
	{"I64", 64, tensor.Int64},
	{"U64", 64, tensor.Uint64},
}

// typeNamed returns the type's place in the table, -1 where it is unknown.
func typeNamed(name string) int {
	for i, t := range elementTypes {
		if t.name == name {
			return i
		}
	}
	return -1
}

// typeOf returns the place of what stores a tensor's elements, -1 for none.
func typeOf(dtype tensor.DType) int {
	for i, t := range elementTypes {
		if t.dtype == dtype && dtype != tensor.Invalid {
			return i
		}
	}
	return -1
}
