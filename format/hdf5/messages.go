package hdf5

import "github.com/lince-ml/lince/tensor"

// maxMessage is the greatest size of a message: two bytes say it, and it is a
// multiple of eight.
const maxMessage = 65528

// header appends an object header of version 1 in one block.
func (e *encoder) header(messages []message, attributes []namedContent) int {
	for _, a := range attributes {
		messages = append(messages, message{messageAttribute, e.attributeMessage(a)})
	}
	body := &encoder{}
	for _, m := range messages {
		body.u16(m.kind)
		body.u16(int(align(len(m.data))))
		body.zeros(4)
		body.out = append(body.out, m.data...)
		body.align()
	}
	at := e.align()
	e.u8(1, 0)
	e.u16(len(messages))
	e.u32(1) // links to the object
	e.u32(len(body.out))
	e.u32(0)
	e.out = append(e.out, body.out...)
	return at
}

// datasetMessages describes a dataset and books the place of its data. The
// strings' references are such data, in the structures; tensors come later.
func (e *encoder) datasetMessages(c *content) []message {
	place := &encoder{}
	place.u8(3, contiguous)
	size := c.bytes()
	switch {
	case size == 0:
		place.u64(int(undefined))
	case c.tensor != nil:
		place.u64(int(e.end))
		e.data = append(e.data, c.tensor)
		e.end += align(size)
	default:
		place.u64(e.align())
		e.out = append(e.out, e.references(len(c.texts))...)
	}
	place.u64(size)
	return []message{
		{messageDataspace, c.dataspace()},
		{messageDatatype, c.datatype()},
		{messageFill, []byte{2, 2, 2, 1, 0, 0, 0, 0}}, // zeros, written if ever
		{messageLayout, place.out},
	}
}

// references takes the places of the next count strings.
func (e *encoder) references(count int) []byte {
	r := &encoder{}
	for _, text := range e.texts[:count] {
		r.u32(text.size)
		r.u64(text.heap)
		r.u32(text.index)
	}
	e.texts = e.texts[count:]
	return r.out
}

func (e *encoder) attributeMessage(a namedContent) []byte {
	m := a.messageHead()
	if a.tensor == nil {
		m.out = append(m.out, e.references(len(a.texts))...)
	} else {
		m.out = appendElements(m.out, a.tensor, 0, a.tensor.Len())
	}
	return m.out
}

// messageHead is an attribute message of version 1 up to its value.
func (a namedContent) messageHead() *encoder {
	datatype, dataspace := a.datatype(), a.dataspace()
	m := &encoder{}
	m.u8(1, 0)
	m.u16(len(a.name) + 1)
	m.u16(len(datatype))
	m.u16(len(dataspace))
	m.out = append(m.out, a.name...)
	m.zeros(1)
	m.align()
	m.out = append(m.out, datatype...)
	m.align()
	m.out = append(m.out, dataspace...)
	m.align()
	return m
}

func (a namedContent) messageSize() int { return int(align(len(a.messageHead().out) + a.bytes())) }

// referenceSize is what a string takes where it is referred to.
const referenceSize = 16

// bytes is the size of the value where the dataset or attribute holds it.
func (c *content) bytes() int {
	if c.tensor == nil {
		return referenceSize * len(c.texts)
	}
	return c.tensor.Len() * c.tensor.DType().Size()
}

func (c *content) dataspace() []byte {
	m := &encoder{}
	m.u8(1, byte(len(c.shape)), 0, 0, 0, 0, 0, 0)
	for _, n := range c.shape {
		m.u64(n)
	}
	return m.out
}

func (c *content) datatype() []byte {
	m := &encoder{}
	if c.tensor == nil {
		m.u8(1<<4|classVariable, 1, 1, 0) // a string in UTF-8
		m.u32(referenceSize)
		m.u8(1<<4|classString, 0x10, 0, 0)
		m.u32(1)
		return m.out
	}
	switch dtype := c.tensor.DType(); dtype {
	case tensor.Bool:
		m.u8(1<<4|classEnum, 2, 0, 0)
		m.u32(1)
		m.integer(1, true)
		m.out = append(m.out, "FALSE\x00\x00\x00TRUE\x00\x00\x00\x00\x00\x01"...)
	case tensor.BFloat16:
		m.u8(1<<4|classOpaque, 0, 0, 0)
		m.u32(2)
	case tensor.Float16:
		m.float(float16Parts())
	case tensor.Float32:
		m.float(float32Parts())
	case tensor.Float64:
		m.float(float64Parts())
	case tensor.Int8, tensor.Int16, tensor.Int32, tensor.Int64:
		m.integer(dtype.Size(), true)
	default:
		m.integer(dtype.Size(), false)
	}
	return m.out
}

func (e *encoder) integer(size int, signed bool) {
	flags := byte(0)
	if signed {
		flags = 8
	}
	e.u8(1<<4|classInteger, flags, 0, 0)
	e.u32(size)
	e.u16(0)
	e.u16(8 * size)
}

func (e *encoder) float(p floatParts) {
	e.u8(1<<4|classFloat, 0x20, byte(p.sign), 0) // the mantissa's first bit is implied
	e.u32(p.size)
	e.u16(0)
	e.u16(8 * p.size)
	e.u8(byte(p.exponentAt), byte(p.exponent), byte(p.mantissaAt), byte(p.mantissa))
	e.u32(p.bias)
}
