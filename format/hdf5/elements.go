package hdf5

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/lince-ml/lince/tensor"
)

// decoder fills a tensor with elements in the file's byte order.
type decoder struct {
	tensor *tensor.Tensor
	size   int
	store  func(at int, raw []byte) // writes the elements in raw from element at on
}

// newDecoder allocates the tensor: the caller has compared its size with the
// bytes that are there.
func newDecoder(e extent) (*decoder, error) {
	if e.dtype == tensor.Invalid {
		return nil, fmt.Errorf("elements of type %v, which no tensor holds", e.datatype)
	}
	if e.null {
		return nil, fmt.Errorf("it is empty: it has a type (%v) but no value", e.datatype)
	}
	t, err := tensor.New(e.dtype, e.shape...)
	if err != nil {
		return nil, err
	}
	var order binary.ByteOrder = binary.LittleEndian
	if e.bigEndian {
		order = binary.BigEndian
	}
	store, err := storer(t, order)
	return &decoder{tensor: t, size: e.size, store: store}, err
}

func storer(t *tensor.Tensor, order binary.ByteOrder) (func(int, []byte), error) {
	u16, u32, u64 := order.Uint16, order.Uint32, order.Uint64
	switch t.DType() {
	case tensor.Bool:
		return fill(t, 1, func(b []byte) bool { return b[0] != 0 })
	case tensor.Uint8:
		return fill(t, 1, func(b []byte) uint8 { return b[0] })
	case tensor.Int8:
		return fill(t, 1, func(b []byte) int8 { return int8(b[0]) })
	case tensor.Uint16:
		return fill(t, 2, u16)
	case tensor.Int16:
		return fill(t, 2, func(b []byte) int16 { return int16(u16(b)) })
	case tensor.Float16:
		return fill(t, 2, func(b []byte) tensor.Half { return tensor.Half(u16(b)) })
	case tensor.BFloat16:
		return fill(t, 2, func(b []byte) tensor.Brain { return tensor.Brain(u16(b)) })
	case tensor.Uint32:
		return fill(t, 4, u32)
	case tensor.Int32:
		return fill(t, 4, func(b []byte) int32 { return int32(u32(b)) })
	case tensor.Float32:
		if order == binary.LittleEndian {
			return fillFloat32s(t.Float32s()), nil
		}
		return fill(t, 4, func(b []byte) float32 { return math.Float32frombits(u32(b)) })
	case tensor.Uint64:
		return fill(t, 8, u64)
	case tensor.Int64:
		return fill(t, 8, func(b []byte) int64 { return int64(u64(b)) })
	case tensor.Float64:
		return fill(t, 8, func(b []byte) float64 { return math.Float64frombits(u64(b)) })
	}
	return nil, fmt.Errorf("no way to read %v", t.DType())
}

func fill[T tensor.Element](t *tensor.Tensor, size int, one func([]byte) T) (func(int, []byte), error) {
	values, err := tensor.Values[T](t)
	if err != nil {
		return nil, err
	}
	return func(at int, raw []byte) {
		to := values[at : at+len(raw)/size]
		for i := range to {
			to[i] = one(raw[i*size:])
		}
	}, nil
}

// fillFloat32s is fill for what nearly all weights are, without a call for
// each of millions.
func fillFloat32s(values []float32) func(int, []byte) {
	return func(at int, raw []byte) {
		to := values[at : at+len(raw)/4]
		for i := range to {
			to[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	}
}

// writeElements writes all elements of t, little-endian, a piece at a time.
func writeElements(to *counter, t *tensor.Tensor) error {
	count := pieceBytes / t.DType().Size()
	piece := make([]byte, 0, min(count, t.Len())*t.DType().Size())
	for from := 0; from < t.Len(); from += count {
		piece = appendElements(piece[:0], t, from, min(from+count, t.Len()))
		if err := to.write(piece); err != nil {
			return err
		}
	}
	return nil
}

// appendElements appends the elements [from, to) of t, little-endian.
func appendElements(out []byte, t *tensor.Tensor, from, to int) []byte {
	order := binary.LittleEndian
	switch t.DType() {
	case tensor.Bool:
		return each(out, t, from, to, func(out []byte, v bool) []byte {
			if v {
				return append(out, 1)
			}
			return append(out, 0)
		})
	case tensor.Uint8:
		return each(out, t, from, to, func(out []byte, v uint8) []byte { return append(out, v) })
	case tensor.Int8:
		return each(out, t, from, to, func(out []byte, v int8) []byte { return append(out, byte(v)) })
	case tensor.Uint16:
		return each(out, t, from, to, order.AppendUint16)
	case tensor.Int16:
		return each(out, t, from, to, func(out []byte, v int16) []byte { return order.AppendUint16(out, uint16(v)) })
	case tensor.Float16:
		return each(out, t, from, to, func(out []byte, v tensor.Half) []byte { return order.AppendUint16(out, uint16(v)) })
	case tensor.BFloat16:
		return each(out, t, from, to, func(out []byte, v tensor.Brain) []byte { return order.AppendUint16(out, uint16(v)) })
	case tensor.Uint32:
		return each(out, t, from, to, order.AppendUint32)
	case tensor.Int32:
		return each(out, t, from, to, func(out []byte, v int32) []byte { return order.AppendUint32(out, uint32(v)) })
	case tensor.Float32:
		return each(out, t, from, to, func(out []byte, v float32) []byte { return order.AppendUint32(out, math.Float32bits(v)) })
	case tensor.Uint64:
		return each(out, t, from, to, order.AppendUint64)
	case tensor.Int64:
		return each(out, t, from, to, func(out []byte, v int64) []byte { return order.AppendUint64(out, uint64(v)) })
	case tensor.Float64:
		return each(out, t, from, to, func(out []byte, v float64) []byte { return order.AppendUint64(out, math.Float64bits(v)) })
	}
	return out
}

func each[T tensor.Element](out []byte, t *tensor.Tensor, from, to int, add func([]byte, T) []byte) []byte {
	values, err := tensor.Values[T](t)
	if err != nil {
		return out // the caller's switch has asked for the type already
	}
	for _, v := range values[from:to] {
		out = add(out, v)
	}
	return out
}
