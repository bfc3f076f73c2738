// Package elements turns the bytes of a file into a tensor's elements and
// back: little-endian, one after the other, booleans as bytes.
package elements

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/lince-ml/lince/tensor"
)

// pieceBytes is how much is in memory beside the tensor.
const pieceBytes = 64 << 10

// Read takes memory for a tensor and fills it from r. The caller knows that
// there are as many bytes as the shape asks for.
func Read(r io.Reader, dtype tensor.DType, shape ...int) (*tensor.Tensor, error) {
	t, err := tensor.New(dtype, shape...)
	if err != nil {
		return nil, err
	}
	switch dtype {
	case tensor.Bool:
		return t, read[bool](r, t)
	case tensor.Uint8:
		return t, read[uint8](r, t)
	case tensor.Int8:
		return t, read[int8](r, t)
	case tensor.Uint16:
		return t, read[uint16](r, t)
	case tensor.Int16:
		return t, read[int16](r, t)
	case tensor.Uint32:
		return t, read[uint32](r, t)
	case tensor.Int32:
		return t, read[int32](r, t)
	case tensor.Uint64:
		return t, read[uint64](r, t)
	case tensor.Int64:
		return t, read[int64](r, t)
	case tensor.Float16:
		return t, read[tensor.Half](r, t)
	case tensor.BFloat16:
		return t, read[tensor.Brain](r, t)
	case tensor.Float32:
		return t, read[float32](r, t)
	case tensor.Float64:
		return t, read[float64](r, t)
	}
	return nil, fmt.Errorf("no way to read %v", dtype)
}

func read[T tensor.Element](r io.Reader, t *tensor.Tensor) error {
	values, err := tensor.Values[T](t)
	if err != nil {
		return err
	}
	size := t.DType().Size()
	piece := make([]byte, min(len(values)*size, pieceBytes))
	for len(values) > 0 {
		n := min(len(values), len(piece)/size)
		if _, err := io.ReadFull(r, piece[:n*size]); err != nil {
			return err
		}
		if _, err := binary.Decode(piece[:n*size], binary.LittleEndian, values[:n]); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// Write writes the elements of a tensor.
func Write(w io.Writer, t *tensor.Tensor) error {
	switch t.DType() {
	case tensor.Bool:
		return write[bool](w, t)
	case tensor.Uint8:
		return write[uint8](w, t)
	case tensor.Int8:
		return write[int8](w, t)
	case tensor.Uint16:
		return write[uint16](w, t)
	case tensor.Int16:
		return write[int16](w, t)
	case tensor.Uint32:
		return write[uint32](w, t)
	case tensor.Int32:
		return write[int32](w, t)
	case tensor.Uint64:
		return write[uint64](w, t)
	case tensor.Int64:
		return write[int64](w, t)
	case tensor.Float16:
		return write[tensor.Half](w, t)
	case tensor.BFloat16:
		return write[tensor.Brain](w, t)
	case tensor.Float32:
		return write[float32](w, t)
	case tensor.Float64:
		return write[float64](w, t)
	}
	return fmt.Errorf("no way to write %v", t.DType())
}

func write[T tensor.Element](w io.Writer, t *tensor.Tensor) error {
	values, err := tensor.Values[T](t)
	if err != nil {
		return err
	}
	count := pieceBytes / t.DType().Size()
	piece := make([]byte, 0, min(len(values)*t.DType().Size(), pieceBytes))
	for len(values) > 0 {
		n := min(len(values), count)
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
