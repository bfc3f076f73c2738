package npz

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/lince-ml/lince/tensor"
)

// decode makes a tensor of little-endian elements, as many as the shape has.
func decode(raw []byte, dtype tensor.DType, shape []int) (*tensor.Tensor, error) {
	switch dtype {
	case tensor.Bool:
		values := make([]bool, len(raw))
		for i, b := range raw {
			values[i] = b != 0
		}
		return tensor.Of(values, shape...)
	case tensor.Uint8:
		return tensor.Of(raw, shape...)
	case tensor.Int8:
		return decodeAs[int8](raw, shape)
	case tensor.Uint16:
		return decodeAs[uint16](raw, shape)
	case tensor.Int16:
		return decodeAs[int16](raw, shape)
	case tensor.Uint32:
		return decodeAs[uint32](raw, shape)
	case tensor.Int32:
		return decodeAs[int32](raw, shape)
	case tensor.Uint64:
		return decodeAs[uint64](raw, shape)
	case tensor.Int64:
		return decodeAs[int64](raw, shape)
	case tensor.Float16:
		values := make([]tensor.Half, len(raw)/2)
		for i := range values {
			values[i] = tensor.Half(binary.LittleEndian.Uint16(raw[2*i:]))
		}
		return tensor.Of(values, shape...)
	case tensor.Float32:
		return decodeAs[float32](raw, shape)
	case tensor.Float64:
		return decodeAs[float64](raw, shape)
	}
	return nil, fmt.Errorf("no way to read %v", dtype)
}

func decodeAs[T tensor.Element](raw []byte, shape []int) (*tensor.Tensor, error) {
	values := make([]T, len(raw)/tensor.TypeOf[T]().Size())
	if _, err := binary.Decode(raw, binary.LittleEndian, values); err != nil {
		return nil, err
	}
	return tensor.Of(values, shape...)
}

// encode writes the elements, little-endian.
func encode(w io.Writer, t *tensor.Tensor) error {
	switch t.DType() {
	case tensor.Bool:
		return encodeAs[bool](w, t)
	case tensor.Uint8:
		return encodeAs[uint8](w, t)
	case tensor.Int8:
		return encodeAs[int8](w, t)
	case tensor.Uint16:
		return encodeAs[uint16](w, t)
	case tensor.Int16:
		return encodeAs[int16](w, t)
	case tensor.Uint32:
		return encodeAs[uint32](w, t)
	case tensor.Int32:
		return encodeAs[int32](w, t)
	case tensor.Uint64:
		return encodeAs[uint64](w, t)
	case tensor.Int64:
		return encodeAs[int64](w, t)
	case tensor.Float16:
		return encodeAs[tensor.Half](w, t)
	case tensor.Float32:
		return encodeAs[float32](w, t)
	case tensor.Float64:
		return encodeAs[float64](w, t)
	}
	return fmt.Errorf("no way to write %v", t.DType())
}

// pieceElements is how many elements are in memory twice while writing.
const pieceElements = 16 << 10

func encodeAs[T tensor.Element](w io.Writer, t *tensor.Tensor) error {
	values, err := tensor.Values[T](t)
	if err != nil {
		return err
	}
	var piece []byte
	for len(values) > 0 {
		n := min(len(values), pieceElements)
		if piece, err = binary.Append(piece[:0], binary.LittleEndian, values[:n]); err != nil {
			return err
		}
		if _, err := w.Write(piece); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}
