package npz

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/lince-ml/lince/format/internal/elements"
	"github.com/lince-ml/lince/tensor"
)

const magic = "\x93NUMPY"

// maxHeader bounds the header's bytes: eight extents take a fraction.
const maxHeader = 64 << 10

// Read reads an array in the .npy format. Of r it takes what belongs to the
// array. Memory grows with what r gives, whatever the header claims.
func Read(r io.Reader) (*tensor.Tensor, error) {
	h, err := readHeader(r)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	t, err := readElements(r, h, 0)
	if err != nil {
		return nil, fmt.Errorf("npz: %v%v: %w", h.dtype, tensor.Shape(h.shape), err)
	}
	return t, nil
}

func readHeader(r io.Reader) (header, error) {
	var start [len(magic) + 2]byte
	if _, err := io.ReadFull(r, start[:]); err != nil {
		return header{}, fmt.Errorf("no NumPy array: %w", err)
	}
	if string(start[:len(magic)]) != magic {
		return header{}, fmt.Errorf("no NumPy array: it begins with %q", start[:len(magic)])
	}
	width := 2
	switch version := start[len(magic)]; version {
	case 1:
	case 2, 3:
		width = 4
	default:
		return header{}, fmt.Errorf("version %d of the format, only 1 to 3 are known", version)
	}
	var size [4]byte
	if _, err := io.ReadFull(r, size[:width]); err != nil {
		return header{}, fmt.Errorf("header: %w", err)
	}
	n := binary.LittleEndian.Uint32(size[:])
	if n > maxHeader {
		return header{}, fmt.Errorf("a header of %d bytes, at most %d are read", n, maxHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return header{}, fmt.Errorf("header: %w", err)
	}
	return parseHeader(string(text))
}

// readElements reads the bytes before it allocates the tensor, so that a
// shape larger than the file is an error and no allocation. It knows that
// there are so many bytes.
func readElements(r io.Reader, h header, there int64) (*tensor.Tensor, error) {
	if h.text != noText {
		return nil, errors.New("elements are texts, which no tensor holds")
	}
	raw, err := readRaw(r, h, h.dtype.Size(), there)
	if err != nil {
		return nil, err
	}
	if h.bigEndian {
		swap(raw, h.dtype.Size())
	}
	return elements.Read(bytes.NewReader(raw), h.dtype, h.shape...)
}

// readTexts reads an array of texts, which end where their zeros begin.
func readTexts(r io.Reader, h header, there int64) ([]string, error) {
	if h.text == noText {
		return nil, fmt.Errorf("elements are %v where texts are expected", h.dtype)
	}
	raw, err := readRaw(r, h, h.textSize, there)
	if err != nil {
		return nil, err
	}
	if h.text == wideText && h.bigEndian {
		swap(raw, 4)
	}
	if h.textSize == 0 && h.count > maxHeader {
		return nil, fmt.Errorf("%d texts of no length", h.count)
	}
	texts := make([]string, h.count)
	for i := range texts {
		texts[i] = text(raw[i*h.textSize:(i+1)*h.textSize], h.text)
	}
	return texts, nil
}

func text(raw []byte, kind textKind) string {
	if kind == byteText {
		return string(bytes.TrimRight(raw, "\x00"))
	}
	runes := make([]rune, len(raw)/4)
	for i := range runes {
		runes[i] = rune(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return strings.TrimRight(string(runes), "\x00")
}

// readRaw reads elements of so many bytes each and puts them in C order.
func readRaw(r io.Reader, h header, each int, there int64) ([]byte, error) {
	size := int64(h.count) * int64(each)
	if h.count != 0 && size/int64(h.count) != int64(each) {
		return nil, errors.New("larger than any file")
	}
	raw, err := readBytes(r, size, there)
	if err != nil || !h.fortran {
		return raw, err
	}
	return rowMajor(raw, h.shape, each), nil
}

func readBytes(r io.Reader, size, there int64) ([]byte, error) {
	var all bytes.Buffer
	if size <= there {
		all.Grow(int(size))
	}
	n, err := io.CopyN(&all, r, size)
	if err == io.EOF {
		return nil, fmt.Errorf("it takes %d bytes, %d are there", size, n)
	}
	return all.Bytes(), err
}

// swap turns the bytes of every element around.
func swap(raw []byte, size int) {
	for ; len(raw) >= size; raw = raw[size:] {
		for i, j := 0, size-1; i < j; i, j = i+1, j-1 {
			raw[i], raw[j] = raw[j], raw[i]
		}
	}
}

// rowMajor copies elements whose first index runs fastest into the order in
// which the last one does.
func rowMajor(raw []byte, shape []int, size int) []byte {
	if len(shape) < 2 || len(raw) == 0 {
		return raw
	}
	out := make([]byte, 0, len(raw))
	strides := make([]int, len(shape))
	stride := size
	for i, n := range shape {
		strides[i] = stride
		stride *= n
	}
	index := make([]int, len(shape))
	at := 0
	for len(out) < len(raw) {
		out = append(out, raw[at:at+size]...)
		for axis := len(shape) - 1; axis >= 0; axis-- {
			index[axis]++
			at += strides[axis]
			if index[axis] < shape[axis] {
				break
			}
			at -= index[axis] * strides[axis]
			index[axis] = 0
		}
	}
	return out
}

// Write writes the tensor as an array in the .npy format, version 1, in C
// order and little-endian. NumPy has no bfloat16, which is an error.
func Write(w io.Writer, t *tensor.Tensor) error {
	kind, err := description(t.DType())
	if err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	extents := make([]string, t.Rank())
	for i, n := range t.Shape() {
		extents[i] = strconv.Itoa(n)
	}
	shape := strings.Join(extents, ", ")
	if len(extents) == 1 {
		shape += ","
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", kind, shape)
	// The elements begin at a multiple of 64 bytes.
	before := len(magic) + 2 + 2
	text += strings.Repeat(" ", 63-(before+len(text))%64) + "\n"
	start := append([]byte(magic), 1, 0)
	start = binary.LittleEndian.AppendUint16(start, uint16(len(text)))
	if _, err := w.Write(append(start, text...)); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	if err := elements.Write(w, t); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	return nil
}
