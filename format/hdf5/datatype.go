package hdf5

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/lince-ml/lince/tensor"
)

// The classes of datatypes, by the specification's numbers.
const (
	classInteger  = 0
	classFloat    = 1
	classString   = 3
	classOpaque   = 5
	classEnum     = 8
	classVariable = 9
)

var classNames = [...]string{"integer", "float", "time", "string", "bit field", "opaque", "compound", "reference", "enumeration", "variable-length", "array"}

// datatype is what elements are, as far as this package can tell.
type datatype struct {
	class     int
	size      int // bytes of an element in the file
	bigEndian bool
	dtype     tensor.DType // Invalid: no tensor can hold it
	text      textKind
	padding   byte // what follows the text of a fixed-length string
}

type textKind uint8

const (
	noText textKind = iota
	fixedText
	variableText
)

func (t datatype) String() string {
	switch {
	case t.text != noText:
		return "string"
	case t.dtype != tensor.Invalid:
		return t.dtype.String()
	case t.class < len(classNames):
		return fmt.Sprintf("%s of %d bytes", classNames[t.class], t.size)
	}
	return fmt.Sprintf("class %d", t.class)
}

func parseDatatype(c cursor) (datatype, error) {
	first := c.u8()
	flags := int(c.number(3))
	t := datatype{class: first & 0x0f, size: c.u32()}
	if version := first >> 4; c.err == nil && (version < 1 || version > 4) {
		c.err = fmt.Errorf("version %d is unknown", version)
	}
	if c.err != nil {
		return t, fmt.Errorf("datatype: %w", c.err)
	}
	if t.size <= 0 {
		return t, errors.New("datatype: elements of no size")
	}
	switch t.class {
	case classInteger:
		t.bigEndian = flags&1 != 0
		offset, precision := c.u16(), c.u16()
		if offset == 0 && precision == 8*t.size {
			t.dtype = integer(t.size, flags&8 != 0)
		}
	case classFloat:
		t.bigEndian = flags&1 != 0
		t.dtype = float(t.size, flags, &c)
	case classString:
		t.text = fixedText
		if flags&0x0f == 2 {
			t.padding = ' '
		}
	case classEnum:
		base, err := enumBase(&c, first>>4, flags&0xffff)
		if err != nil {
			return t, fmt.Errorf("enumeration: %w", err)
		}
		t.dtype, t.bigEndian = base.dtype, base.bigEndian
	case classVariable:
		if flags&0x0f == 1 {
			t.text = variableText
		}
	}
	if c.err != nil {
		return t, fmt.Errorf("datatype: %w", c.err)
	}
	if t.dtype.Size() != t.size { // an enumeration unlike its integers
		t.dtype = tensor.Invalid
	}
	return t, nil
}

func integer(size int, signed bool) tensor.DType {
	var unsignedType, signedType tensor.DType
	switch size {
	case 1:
		unsignedType, signedType = tensor.Uint8, tensor.Int8
	case 2:
		unsignedType, signedType = tensor.Uint16, tensor.Int16
	case 4:
		unsignedType, signedType = tensor.Uint32, tensor.Int32
	case 8:
		unsignedType, signedType = tensor.Uint64, tensor.Int64
	}
	if signed {
		return signedType
	}
	return unsignedType
}

// floatParts says where a floating-point type keeps its parts: positions and
// widths in bits.
type floatParts struct {
	size, sign           int
	exponentAt, exponent int
	mantissaAt, mantissa int
	bias                 int // of the exponent
}

func (p floatParts) dtype() tensor.DType {
	switch p {
	case float16Parts():
		return tensor.Float16
	case floatParts{2, 15, 7, 8, 0, 7, 127}:
		return tensor.BFloat16
	case float32Parts():
		return tensor.Float32
	case float64Parts():
		return tensor.Float64
	}
	return tensor.Invalid
}

func float16Parts() floatParts { return floatParts{2, 15, 10, 5, 0, 10, 15} }
func float32Parts() floatParts { return floatParts{4, 31, 23, 8, 0, 23, 127} }
func float64Parts() floatParts { return floatParts{8, 63, 52, 11, 0, 52, 1023} }

func float(size, flags int, c *cursor) tensor.DType {
	c.skip(4) // offset and precision: the parts below say as much
	p := floatParts{size: size, sign: flags >> 8 & 0xff}
	p.exponentAt, p.exponent = c.u8(), c.u8()
	p.mantissaAt, p.mantissa = c.u8(), c.u8()
	p.bias = c.u32()
	if flags&0x40 != 0 { // VAX order
		return tensor.Invalid
	}
	return p.dtype()
}

// enumBase returns the integers below an enumeration, as Bool for those that
// h5py stores booleans with: FALSE and TRUE in one byte.
func enumBase(c *cursor, version, members int) (datatype, error) {
	whole := *c
	c.u8()
	flags := int(c.number(3))
	size := c.u32()
	c.skip(4) // offset and precision
	if c.err != nil {
		return datatype{}, c.err
	}
	head := cursor{file: c.file, rest: whole.rest[:12]}
	if whole.rest[0]&0x0f != classInteger {
		return datatype{}, errors.New("its members are no integers")
	}
	base, err := parseDatatype(head)
	if err != nil || members != 2 || size != 1 || flags&1 != 0 {
		return base, err
	}
	names := [2]string{c.text(version), c.text(version)}
	values := c.take(2)
	if c.err == nil && names == [2]string{"FALSE", "TRUE"} && values[0] == 0 && values[1] == 1 {
		base.dtype = tensor.Bool
	}
	return base, c.err
}

// text takes a text up to its zero byte, which versions before 3 pad to a
// multiple of eight bytes.
func (c *cursor) text(version int) string {
	n := bytes.IndexByte(c.rest, 0)
	if n < 0 {
		n = len(c.rest) // the zero byte is missing, and skip will say so
	}
	text := string(c.rest[:n])
	if n++; version < 3 {
		n = int(align(n))
	}
	c.skip(n)
	return text
}

// parseDataspace returns the extents, or null where there are no elements at all.
func parseDataspace(c cursor) (shape []int64, null bool, err error) {
	version, rank, flags := c.u8(), c.u8(), c.u8()
	switch version {
	case 1:
		c.skip(5)
	case 2:
		null = c.u8() == 2
	default:
		return nil, false, fmt.Errorf("dataspace: version %d is unknown", version)
	}
	if flags&2 != 0 {
		return nil, false, errors.New("dataspace: permuted dimensions are not supported")
	}
	shape = make([]int64, min(rank, len(c.rest)))
	for i := range shape {
		shape[i] = c.length()
	}
	if c.err != nil || len(shape) < rank {
		return nil, false, fmt.Errorf("dataspace: %d dimensions do not fit its message", rank)
	}
	return shape, null, nil
}

// extent is a checked dataspace and datatype: what there is to be read.
type extent struct {
	shape tensor.Shape
	count int   // elements
	bytes int64 // of all elements in the file
	null  bool
	datatype
}

func newExtent(shape []int64, null bool, t datatype) (extent, error) {
	e := extent{shape: make(tensor.Shape, len(shape)), null: null, datatype: t}
	for i, n := range shape {
		e.shape[i] = int(n)
		if int64(e.shape[i]) != n {
			return e, fmt.Errorf("the extent %d is too large for this machine", n)
		}
	}
	var err error
	if e.count, err = e.shape.Elements(); err != nil {
		return e, err
	}
	if null {
		e.count = 0
	}
	e.bytes = int64(e.count) * int64(t.size)
	if e.count != 0 && e.bytes/int64(e.count) != int64(t.size) {
		return e, fmt.Errorf("shape %v of elements of %d bytes is larger than any file", e.shape, t.size)
	}
	return e, nil
}
