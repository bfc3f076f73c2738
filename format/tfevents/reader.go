package tfevents

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Event is one record of an event file.
type Event struct {
	WallTime time.Time
	Step     int64
	Version  string // of the format; only in the first event
	Values   []Value
}

// Value is a tagged tensor. Exactly one of Numbers and Strings is filled, in
// row-major order of Shape; a scalar has an empty shape and one number.
type Value struct {
	Tag     string
	Plugin  string // Scalars, Histograms …; empty in TensorFlow 1's files
	Shape   []int
	Numbers []float64
	Strings [][]byte
}

// Read yields the events of a file. It stops at the first error, which it
// yields: io.ErrUnexpectedEOF where the writer was cut off within a record.
// Floats, doubles and strings are read, other tensors and unknown fields are
// skipped; no record above 256 MiB is accepted.
func Read(r io.Reader) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for number := 0; ; number++ {
			data, err := readRecord(r)
			if err == io.EOF {
				return
			}
			var event Event
			if err == nil {
				event, err = decodeEvent(data)
			}
			if err != nil {
				yield(Event{}, fmt.Errorf("tfevents: record %d: %w", number, err))
				return
			}
			if !yield(event, nil) {
				return
			}
		}
	}
}

// field is one field of a message: a number in bits (varint, fixed32 or
// fixed64) or bytes.
type field struct {
	number protowire.Number
	kind   protowire.Type
	bits   uint64
	bytes  []byte
}

// eachField calls visit for every field of a message, in order.
func eachField(message []byte, visit func(field) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		f := field{number: number, kind: kind}
		switch kind {
		case protowire.VarintType:
			f.bits, n = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var bits uint32
			bits, n = protowire.ConsumeFixed32(message)
			f.bits = uint64(bits)
		case protowire.Fixed64Type:
			f.bits, n = protowire.ConsumeFixed64(message)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(message)
		default:
			n = protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

func decodeEvent(message []byte) (event Event, err error) {
	err = eachField(message, func(f field) error {
		switch f.number {
		case eventWallTime:
			event.WallTime = instant(math.Float64frombits(f.bits))
		case eventStep:
			event.Step = int64(f.bits)
		case eventVersion:
			event.Version = string(f.bytes)
		case eventSummary:
			return eachField(f.bytes, func(f field) error {
				if f.number != summaryValue {
					return nil
				}
				value, err := decodeValue(f.bytes)
				event.Values = append(event.Values, value)
				return err
			})
		}
		return nil
	})
	return event, err
}

// instant converts seconds since 1970; what no clock shows becomes the zero Time.
func instant(seconds float64) time.Time {
	if !(math.Abs(seconds) < 1e11) {
		return time.Time{}
	}
	return time.UnixMicro(int64(math.Round(seconds * 1e6)))
}

func decodeValue(message []byte) (value Value, err error) {
	err = eachField(message, func(f field) error {
		switch f.number {
		case valueTag:
			value.Tag = string(f.bytes)
		case valueSimple:
			value.Numbers = []float64{float64(math.Float32frombits(uint32(f.bits)))}
		case valueTensor:
			return decodeTensor(f.bytes, &value)
		case valueMetadata:
			return eachField(f.bytes, func(f field) error {
				if f.number != metadataPlugin {
					return nil
				}
				return eachField(f.bytes, func(f field) error {
					if f.number == pluginName {
						value.Plugin = string(f.bytes)
					}
					return nil
				})
			})
		}
		return nil
	})
	return value, err
}

func decodeTensor(message []byte, value *Value) error {
	var dtype uint64
	var content []byte
	value.Shape, value.Numbers, value.Strings = nil, nil, nil
	err := eachField(message, func(f field) (err error) {
		switch f.number {
		case tensorType:
			dtype = f.bits
		case tensorShape:
			value.Shape, err = decodeShape(f.bytes)
		case tensorContent:
			content = f.bytes
		case tensorFloats:
			value.Numbers, err = appendFloats(value.Numbers, f, 4)
		case tensorDoubles:
			value.Numbers, err = appendFloats(value.Numbers, f, 8)
		case tensorStrings:
			value.Strings = append(value.Strings, f.bytes)
		}
		return err
	})
	if err != nil {
		return err
	}
	if packed := (field{kind: protowire.BytesType, bytes: content}); len(content) > 0 {
		switch dtype {
		case typeFloat:
			value.Numbers, err = appendFloats(nil, packed, 4)
		case typeDouble:
			value.Numbers, err = appendFloats(nil, packed, 8)
		}
	}
	if err != nil {
		return err
	}
	return checkCount(dtype, value)
}

// checkCount compares the number of elements with the shape's. TensorFlow
// writes fewer where the last one repeats; those are rare and refused.
func checkCount(dtype uint64, value *Value) error {
	got := len(value.Numbers)
	switch dtype {
	case typeFloat, typeDouble:
	case typeString:
		got = len(value.Strings)
	default:
		return nil
	}
	want := 1
	for _, extent := range value.Shape {
		if extent < 0 || extent > 0 && want > math.MaxInt/extent {
			return fmt.Errorf("value %q has the impossible shape %v", value.Tag, value.Shape)
		}
		want *= extent
	}
	if got != want {
		return fmt.Errorf("value %q has %d elements for the shape %v", value.Tag, got, value.Shape)
	}
	return nil
}

func decodeShape(message []byte) (shape []int, err error) {
	err = eachField(message, func(f field) error {
		if f.number != shapeDimension {
			return nil
		}
		extent := 0
		err := eachField(f.bytes, func(f field) error {
			if f.number == dimensionSize {
				extent = int(f.bits)
			}
			return nil
		})
		shape = append(shape, extent)
		return err
	})
	return shape, err
}

// appendFloats appends one float of the given size, or a packed row of them.
func appendFloats(to []float64, f field, size int) ([]float64, error) {
	if f.kind != protowire.BytesType {
		f.bytes = binary.LittleEndian.AppendUint64(nil, f.bits)[:size]
	}
	if len(f.bytes)%size != 0 {
		return nil, errors.New("a packed row of floats is cut off")
	}
	for b := f.bytes; len(b) > 0; b = b[size:] {
		if size == 4 {
			to = append(to, float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
		} else {
			to = append(to, math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
	}
	return to, nil
}
