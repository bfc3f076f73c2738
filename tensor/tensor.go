package tensor

import "fmt"

// Tensor is a dense array in host memory, row-major. Its shape and element
// type never change; its elements may be written through Values.
type Tensor struct {
	dtype DType
	shape Shape
	data  any // []T of the Go type that dtype stands for
}

// New returns a tensor of zeros.
func New(dtype DType, shape ...int) (*Tensor, error) {
	count, err := Shape(shape).Elements()
	if err != nil {
		return nil, err
	}
	data := allocate(dtype, count)
	if data == nil {
		return nil, fmt.Errorf("tensor: cannot hold elements of type %v", dtype)
	}
	return &Tensor{dtype: dtype, shape: Shape(shape).Clone(), data: data}, nil
}

// Of returns a tensor over values, which it keeps and does not copy. The
// number of values must equal the shape's.
func Of[T Element](values []T, shape ...int) (*Tensor, error) {
	count, err := Shape(shape).Elements()
	if err != nil {
		return nil, err
	}
	if count != len(values) {
		return nil, fmt.Errorf("tensor: %d values given for shape %v, which holds %d", len(values), Shape(shape), count)
	}
	return &Tensor{dtype: TypeOf[T](), shape: Shape(shape).Clone(), data: values}, nil
}

// Scalar returns a tensor of rank zero.
func Scalar[T Element](value T) *Tensor {
	return &Tensor{dtype: TypeOf[T](), shape: Shape{}, data: []T{value}}
}

// Values returns the tensor's elements, not a copy; an error if they are not
// of the Go type T.
func Values[T Element](t *Tensor) ([]T, error) {
	values, ok := t.data.([]T)
	if !ok {
		return nil, fmt.Errorf("tensor: elements are %v, not %v", t.dtype, TypeOf[T]())
	}
	return values, nil
}

// Float32s returns the elements of a float32 tensor, not a copy, and nil for
// every other type.
func (t *Tensor) Float32s() []float32 {
	values, _ := t.data.([]float32)
	return values
}

// DType returns the type of the elements.
func (t *Tensor) DType() DType { return t.dtype }

// Shape returns the extents; the caller must not change them.
func (t *Tensor) Shape() Shape { return t.shape }

// Rank returns the number of dimensions.
func (t *Tensor) Rank() int { return len(t.shape) }

// Len returns the number of elements.
func (t *Tensor) Len() int {
	count, _ := t.shape.Elements()
	return count
}

// Rows returns a view of the rows [from, to) of the first dimension. It
// shares its elements with t.
func (t *Tensor) Rows(from, to int) (*Tensor, error) {
	if len(t.shape) == 0 || from < 0 || to < from || to > t.shape[0] {
		return nil, fmt.Errorf("tensor: rows %d to %d asked of shape %v", from, to, t.shape)
	}
	shape := t.shape.Clone()
	shape[0] = to - from
	row, err := t.shape[1:].Elements()
	if err != nil {
		return nil, err
	}
	return &Tensor{dtype: t.dtype, shape: shape, data: window(t.data, from*row, to*row)}, nil
}

// Reshape returns a view with the same elements in another shape.
func (t *Tensor) Reshape(shape ...int) (*Tensor, error) {
	count, err := Shape(shape).Elements()
	if err != nil {
		return nil, err
	}
	if count != t.Len() {
		return nil, fmt.Errorf("tensor: %v with %d elements cannot take the shape %v with %d", t.shape, t.Len(), Shape(shape), count)
	}
	return &Tensor{dtype: t.dtype, shape: Shape(shape).Clone(), data: t.data}, nil
}

// Clone returns a copy that shares nothing with t.
func (t *Tensor) Clone() *Tensor {
	data := allocate(t.dtype, t.Len())
	copyElements(data, t.data)
	return &Tensor{dtype: t.dtype, shape: t.shape.Clone(), data: data}
}

// CopyFrom overwrites t with the elements of a tensor of equal type and shape.
func (t *Tensor) CopyFrom(from *Tensor) error {
	if t.dtype != from.dtype || !t.shape.Equal(from.shape) {
		return fmt.Errorf("tensor: cannot copy %v%v over %v%v", from.dtype, from.shape, t.dtype, t.shape)
	}
	copyElements(t.data, from.data)
	return nil
}

// String describes the tensor without its elements: float32(2, 3).
func (t *Tensor) String() string { return t.dtype.String() + t.shape.String() }
