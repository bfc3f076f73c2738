package hdf5

import (
	"fmt"
	"strings"
)

// cut returns the text before the first such byte.
func cut(text string, end byte) string {
	if i := strings.IndexByte(text, end); i >= 0 {
		return text[:i]
	}
	return text
}

// strings returns count strings of the type out of raw, the elements' bytes.
func (o *object) strings(t datatype, raw []byte, count int) ([]string, error) {
	switch t.text {
	case fixedText:
		all := string(raw)
		texts := make([]string, count)
		for i := range texts {
			text := cut(all[i*t.size:(i+1)*t.size], 0)
			if t.padding == ' ' {
				text = strings.TrimRight(text, " ")
			}
			texts[i] = text
		}
		return texts, nil
	case variableText:
		if want := 4 + o.file.offsetSize + 4; t.size != want {
			return nil, fmt.Errorf("variable-length strings of %d bytes each, expected %d", t.size, want)
		}
		texts := make([]string, count)
		c := cursor{file: o.file, rest: raw}
		for i := range texts {
			size, heap, index := c.u32(), c.address(), c.u32()
			if c.err != nil {
				return nil, c.err
			}
			if size == 0 || heap == 0 || heap == undefined {
				continue
			}
			text, err := o.file.heapObject(heap, index)
			if err != nil {
				return nil, fmt.Errorf("string %d: %w", i, err)
			}
			if size > len(text) {
				return nil, fmt.Errorf("string %d takes %d bytes, its place in the heap has %d", i, size, len(text))
			}
			texts[i] = cut(text[:size], 0)
		}
		return texts, nil
	}
	return nil, fmt.Errorf("elements of type %v where strings are expected", t)
}

// collection is one block of the global heap, where variable-length strings lie.
type collection struct {
	text    string
	objects map[int]span // within text, by index
}

// heapObject returns an object of the global heap. Collections are kept once
// read; together they cannot be larger than the file.
func (f *File) heapObject(address int64, index int) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	heap, found := f.heaps[address]
	if !found {
		var err error
		if heap, err = f.collection(address); err != nil {
			return "", fmt.Errorf("global heap at byte %d: %w", address, err)
		}
		f.heaps[address] = heap
	}
	object, found := heap.objects[index]
	if !found {
		return "", fmt.Errorf("global heap at byte %d has no object %d", address, index)
	}
	return heap.text[object.at : object.at+object.size], nil
}

func (f *File) collection(address int64) (*collection, error) {
	m := meter{file: f, left: f.size - f.heapBytes}
	head, err := m.read(address, int64(8+f.lengthSize), "collection")
	if err != nil {
		return nil, err
	}
	c := cursor{file: f, rest: head}
	c.signature("GCOL")
	c.version(1)
	c.skip(3)
	size := c.length()
	if c.err == nil && size < int64(len(head)) {
		c.err = fmt.Errorf("a collection of %d bytes", size)
	}
	if c.err != nil {
		return nil, c.err
	}
	block, err := m.read(address+int64(len(head)), size-int64(len(head)), "collection")
	if err != nil {
		return nil, err
	}
	f.heapBytes += size
	heap := &collection{text: string(block), objects: make(map[int]span)}
	c = cursor{file: f, rest: block}
	for len(c.rest) >= 8+f.lengthSize {
		index := c.u16()
		c.skip(6) // references to it
		object := span{size: c.length()}
		if c.err == nil && index == 0 { // the rest is free
			break
		}
		object.at = int64(len(block) - len(c.rest))
		if left := int64(len(c.rest)); c.err == nil && object.size > left {
			c.err = fmt.Errorf("object %d takes %d bytes, %d are left", index, object.size, left)
		}
		if c.err != nil {
			return nil, c.err
		}
		c.skip(int(min(int64(len(c.rest)), (object.size+7)&^7)))
		heap.objects[index] = object
	}
	return heap, nil
}
