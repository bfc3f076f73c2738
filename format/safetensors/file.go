package safetensors

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/lince-ml/lince/format/internal/elements"
	"github.com/lince-ml/lince/tensor"
)

// lengthBytes is the size of the number that a file begins with.
const lengthBytes = 8

// File is a file open for reading. It is safe for concurrent use as far as the
// io.ReaderAt below it is.
type File struct {
	r     io.ReaderAt
	data  int64 // where the elements begin
	names []string
	*header
}

// Open reads and checks the header of a file of size bytes. The reader must
// stay open for as long as the File is used.
func Open(r io.ReaderAt, size int64) (*File, error) {
	f := &File{r: r}
	if err := f.open(size); err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

func (f *File) open(size int64) error {
	var start [lengthBytes]byte
	if size < lengthBytes {
		return fmt.Errorf("a file of %d bytes, the length of its header takes %d", size, lengthBytes)
	}
	if _, err := f.r.ReadAt(start[:], 0); err != nil {
		return fmt.Errorf("length of the header: %w", err)
	}
	length := binary.LittleEndian.Uint64(start[:])
	if length > maxHeaderBytes || int64(length) > size-lengthBytes {
		return fmt.Errorf("a header of %d bytes in a file of %d; at most %d are read", length, size, maxHeaderBytes)
	}
	var err error
	if f.header, err = parseHeader(io.NewSectionReader(f.r, lengthBytes, int64(length))); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	f.data = lengthBytes + int64(length)
	f.names = slices.SortedFunc(maps.Keys(f.entries), func(a, b string) int {
		x, y := f.entries[a], f.entries[b]
		return cmp.Or(cmp.Compare(x.begin, y.begin), cmp.Compare(x.end, y.end), cmp.Compare(a, b))
	})
	at := int64(0)
	for _, name := range f.names {
		e := f.entries[name]
		if e.begin != at {
			return fmt.Errorf("tensor %q begins at byte %d of the elements, expected %d: the places must touch and not overlap", name, e.begin, at)
		}
		at = e.end
	}
	if at != size-f.data {
		return fmt.Errorf("the tensors take %d bytes, the file has %d for them", at, size-f.data)
	}
	return nil
}

// Names returns the tensors' names in the order of their elements in the file.
func (f *File) Names() []string { return slices.Clone(f.names) }

// Metadata returns the texts that the file keeps beside its tensors, nil for
// none.
func (f *File) Metadata() map[string]string { return maps.Clone(f.metadata) }

// Shape returns the extents of the tensor of that name, false if there is none.
func (f *File) Shape(name string) (tensor.Shape, bool) {
	e, found := f.entries[name]
	if !found {
		return nil, false
	}
	return e.shape.Clone(), true
}

// DType returns the type of a tensor's elements, Invalid where there is no
// such tensor or no tensor holds them (8-bit floats, complex numbers).
func (f *File) DType(name string) tensor.DType {
	if e, found := f.entries[name]; found {
		return elementTypes[e.kind].dtype
	}
	return tensor.Invalid
}

// Read reads the tensor of that name.
func (f *File) Read(name string) (*tensor.Tensor, error) {
	e, found := f.entries[name]
	if !found {
		return nil, fmt.Errorf("safetensors: no tensor is called %q", name)
	}
	kind := elementTypes[e.kind]
	if kind.dtype == tensor.Invalid {
		return nil, fmt.Errorf("safetensors: %q has elements of type %s, which no tensor holds", name, kind.name)
	}
	t, err := elements.Read(io.NewSectionReader(f.r, f.data+e.begin, e.end-e.begin), kind.dtype, e.shape...)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %q: %w", name, err)
	}
	return t, nil
}
