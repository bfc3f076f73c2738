package elements_test

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"github.com/lince-ml/lince/format/internal/elements"
	"github.com/lince-ml/lince/tensor"
)

// Every type comes back from its bytes, in more than one piece, and a byte
// too few is an error.
func TestBackAndForth(t *testing.T) {
	const count = 100_003
	for dtype := tensor.Bool; dtype <= tensor.Float64; dtype++ {
		raw := make([]byte, count*dtype.Size())
		for i := range raw {
			raw[i] = byte(i * 7)
			if dtype == tensor.Bool {
				raw[i] = byte(i % 2)
			}
		}
		read, err := elements.Read(bytes.NewReader(raw), dtype, count)
		if err != nil || read.DType() != dtype || read.Len() != count {
			t.Fatalf("%v: %v, %v", dtype, read, err)
		}
		var out bytes.Buffer
		if err := elements.Write(&out, read); err != nil || !bytes.Equal(out.Bytes(), raw) {
			t.Errorf("%v: other bytes come back: %v", dtype, err)
		}
		if _, err := elements.Read(bytes.NewReader(raw[1:]), dtype, count); err != io.ErrUnexpectedEOF && err != io.EOF {
			t.Errorf("%v: a byte too few: %v", dtype, err)
		}
	}
	if _, err := elements.Read(nil, tensor.Invalid, 1); err == nil {
		t.Error("elements of no type are read")
	}
}

func TestByteOrder(t *testing.T) {
	read, err := elements.Read(bytes.NewReader([]byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}), tensor.Float32, 2)
	if err != nil || !slices.Equal(read.Float32s(), []float32{1, -2}) {
		t.Errorf("%v, %v", read.Float32s(), err)
	}
}
