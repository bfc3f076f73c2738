package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/lince-ml/lince/format/internal/elements"
	"github.com/lince-ml/lince/tensor"
)

// Write writes tensors by name, and texts beside them, which may be nil. They
// come in the order in which the format's own writer sorts them: large
// elements first, then by name. The same tensors give the same bytes.
func Write(w io.Writer, tensors map[string]*tensor.Tensor, metadata map[string]string) error {
	if err := write(w, tensors, metadata); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	return nil
}

func write(w io.Writer, tensors map[string]*tensor.Tensor, metadata map[string]string) error {
	kinds := make(map[string]int, len(tensors))
	for name, t := range tensors {
		if name == metadataKey {
			return fmt.Errorf("a tensor called %s, which is the format's own", name)
		}
		if t == nil {
			return fmt.Errorf("%q has no value", name)
		}
		kind := typeOf(t.DType())
		if kind < 0 {
			return fmt.Errorf("%q: the format has no %v", name, t.DType())
		}
		kinds[name] = kind
	}
	names := slices.SortedFunc(maps.Keys(tensors), func(a, b string) int {
		return cmp.Or(cmp.Compare(kinds[b], kinds[a]), cmp.Compare(a, b))
	})
	start, err := encodeHeader(names, kinds, tensors, metadata)
	if err != nil {
		return err
	}
	if len(start) > maxHeaderBytes+lengthBytes || len(names) > maxTensors {
		return fmt.Errorf("%d tensors with names that take %d bytes, more than a file may have", len(names), len(start))
	}
	if _, err := w.Write(start); err != nil {
		return err
	}
	for _, name := range names {
		if err := elements.Write(w, tensors[name]); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	return nil
}

// place is how the header describes a tensor.
type place struct {
	DType   string       `json:"dtype"`
	Shape   tensor.Shape `json:"shape"`
	Offsets [2]int64     `json:"data_offsets"`
}

// encodeHeader returns all that comes before the elements, filled up with
// blanks so that they begin at a multiple of eight bytes.
func encodeHeader(names []string, kinds map[string]int, tensors map[string]*tensor.Tensor, metadata map[string]string) ([]byte, error) {
	var out bytes.Buffer
	out.Write(make([]byte, lengthBytes))
	out.WriteByte('{')
	if len(metadata) > 0 {
		if err := member(&out, metadataKey, metadata); err != nil {
			return nil, err
		}
	}
	at := int64(0)
	for _, name := range names {
		t, kind := tensors[name], elementTypes[kinds[name]]
		end := at + int64(t.Len())*int64(kind.bits/8)
		shape := t.Shape()
		if shape == nil {
			shape = tensor.Shape{}
		}
		if err := member(&out, name, place{kind.name, shape, [2]int64{at, end}}); err != nil {
			return nil, err
		}
		at = end
	}
	out.WriteByte('}')
	for out.Len()%8 != 0 {
		out.WriteByte(' ')
	}
	binary.LittleEndian.PutUint64(out.Bytes(), uint64(out.Len()-lengthBytes))
	return out.Bytes(), nil
}

// member appends a key and its value to an object.
func member(out *bytes.Buffer, key string, value any) error {
	if b := out.Bytes(); b[len(b)-1] != '{' {
		out.WriteByte(',')
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(key); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1) // the line's end
	out.WriteByte(':')
	if err := encoder.Encode(value); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1)
	return nil
}
