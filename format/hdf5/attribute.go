package hdf5

import (
	"fmt"

	"github.com/lince-ml/lince/tensor"
)

// Attribute is a small named value of a group or dataset.
type Attribute struct {
	owner *object
	name  string
	extent
	data []byte
}

// Name returns the attribute's name.
func (a *Attribute) Name() string { return a.name }

// Shape returns the attribute's extents, empty for a single value. A caller
// must not change it.
func (a *Attribute) Shape() tensor.Shape { return a.shape }

func (a *Attribute) errorf(format string, args ...any) error {
	return a.owner.errorf("attribute %q: %w", a.name, fmt.Errorf(format, args...))
}

// Text returns the value of an attribute that is a single string.
func (a *Attribute) Text() (string, error) {
	texts, err := a.Strings()
	if err != nil {
		return "", err
	}
	if len(texts) != 1 {
		return "", a.errorf("%d strings where one is expected", len(texts))
	}
	return texts[0], nil
}

// Strings returns the strings of the attribute in order. No elements at all
// give no strings whatever their type: NumPy stores an empty list as floats.
func (a *Attribute) Strings() ([]string, error) {
	if a.count == 0 {
		return nil, nil
	}
	texts, err := a.owner.strings(a.datatype, a.data, a.count)
	if err != nil {
		return nil, a.errorf("%w", err)
	}
	return texts, nil
}

// Int returns the value of an attribute that is a single integer or boolean.
func (a *Attribute) Int() (int64, error) {
	t, err := a.Tensor()
	if err != nil {
		return 0, err
	}
	if t.Len() != 1 || t.DType().IsFloat() || t.DType() == tensor.Uint64 {
		return 0, a.errorf("%v where a single integer is expected", t)
	}
	if wide, err := tensor.Values[int64](t); err == nil {
		return wide[0], nil
	}
	return int64(t.Float64s()[0]), nil
}

// Float returns the value of an attribute that is a single number.
func (a *Attribute) Float() (float64, error) {
	t, err := a.Tensor()
	if err != nil {
		return 0, err
	}
	if t.Len() != 1 {
		return 0, a.errorf("%v where a single number is expected", t)
	}
	return t.Float64s()[0], nil
}

// Tensor returns the attribute's numbers or booleans in a new tensor.
func (a *Attribute) Tensor() (*tensor.Tensor, error) {
	d, err := newDecoder(a.extent)
	if err != nil {
		return nil, a.errorf("%w", err)
	}
	d.store(0, a.data)
	return d.tensor, nil
}

// Attribute returns the attribute of that name; the error wraps ErrNotFound
// where there is none.
func (o *object) Attribute(name string) (*Attribute, error) {
	all, err := o.Attributes()
	if err != nil {
		return nil, err
	}
	a, found := all[name]
	if !found {
		return nil, fmt.Errorf("hdf5: %s has no attribute %q: %w", o.path, name, ErrNotFound)
	}
	return a, nil
}

// Attributes returns all attributes by their names.
func (o *object) Attributes() (map[string]*Attribute, error) {
	m := o.file.meter()
	all := make(map[string]*Attribute)
	add := func(c cursor) error {
		a, err := o.attribute(c)
		if err != nil {
			return err
		}
		if _, twice := all[a.name]; twice {
			return fmt.Errorf("two attributes are called %q", a.name)
		}
		all[a.name] = a
		return nil
	}
	for _, part := range o.messages {
		var err error
		switch part.kind {
		case messageAttribute:
			err = add(o.cursor(part))
		case messageAttributeInfo:
			err = m.denseAttributes(o.cursor(part), add)
		}
		if err != nil {
			return nil, o.errorf("attributes: %w", err)
		}
	}
	return all, nil
}

// denseAttributes visits the attributes that an attribute info message keeps
// in a fractal heap; none where it keeps them as messages.
func (m *meter) denseAttributes(c cursor, visit func(cursor) error) error {
	c.version(0)
	if flags := c.u8(); flags&1 != 0 {
		c.skip(2) // greatest order of creation
	}
	heap, names := c.address(), c.address()
	if c.err != nil || heap == undefined {
		return c.err
	}
	return m.dense(heap, names, attributeNames, func(message []byte) error {
		return visit(cursor{file: m.file, rest: message})
	})
}

// attribute reads an attribute message. Before version 3 its parts are padded
// to multiples of eight bytes (1) or not (2).
func (o *object) attribute(c cursor) (*Attribute, error) {
	version, flags := c.u8(), c.u8()
	nameSize, typeSize, spaceSize := c.u16(), c.u16(), c.u16()
	pad := func(n int) int { return n }
	switch version {
	case 1:
		pad = func(n int) int { return (n + 7) &^ 7 }
	case 2:
	case 3:
		c.skip(1) // the name's character set
	default:
		return nil, fmt.Errorf("an attribute of version %d, only 1 to 3 are known", version)
	}
	name := string(c.take(pad(nameSize)))
	typeBytes, spaceBytes := c.take(pad(typeSize)), c.take(pad(spaceSize))
	if c.err != nil {
		return nil, c.err
	}
	a := &Attribute{owner: o, name: cut(name[:nameSize], 0), data: c.rest}
	if version > 1 && flags&3 != 0 {
		return nil, fmt.Errorf("attribute %q: named datatypes are not supported", a.name)
	}
	err := a.measure(cursor{file: o.file, rest: typeBytes}, cursor{file: o.file, rest: spaceBytes})
	if err != nil {
		return nil, fmt.Errorf("attribute %q: %w", a.name, err)
	}
	if a.bytes > int64(len(a.data)) {
		return nil, fmt.Errorf("attribute %q: %v of %v takes %d bytes, its message has %d", a.name, a.shape, a.datatype, a.bytes, len(a.data))
	}
	a.data = a.data[:a.bytes]
	return a, nil
}

// measure fills in the extent from the two messages that describe it.
func (e *extent) measure(typeCursor, spaceCursor cursor) error {
	t, err := parseDatatype(typeCursor)
	if err != nil {
		return err
	}
	shape, null, err := parseDataspace(spaceCursor)
	if err != nil {
		return err
	}
	*e, err = newExtent(shape, null, t)
	return err
}
