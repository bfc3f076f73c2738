package hdf5

import (
	"errors"
	"fmt"
	"strings"
)

// linkMessage reads one link of the format's second generation.
func linkMessage(c cursor) (link, error) {
	var l link
	c.version(1)
	flags := c.u8()
	kind := 0
	if flags&0x08 != 0 {
		kind = c.u8()
	}
	if flags&0x04 != 0 {
		c.skip(8) // order of creation
	}
	if flags&0x10 != 0 {
		c.skip(1) // character set: names are taken as they are
	}
	length := c.size(1 << (flags & 3))
	if c.err == nil && length > maxName {
		c.err = fmt.Errorf("a name of %d bytes, at most %d are taken", length, maxName)
	}
	l.name = string(c.take(int(min(length, maxName))))
	switch {
	case c.err != nil:
	case kind == 0:
		l.address = c.address()
	case kind == 1:
		l.kind, l.target = softLink, string(c.take(c.u16()))
	case kind == 64:
		l.kind = externalLink
		// flags, then the file's name and the object's, each ending with a zero byte
		l.target = strings.ReplaceAll(strings.Trim(string(c.take(c.u16())), "\x00"), "\x00", ":")
	default:
		c.err = fmt.Errorf("a link of the unknown type %d", kind)
	}
	if c.err != nil {
		return link{}, fmt.Errorf("link message: %w", c.err)
	}
	return l, nil
}

// denseLinks lists the links that a link info message keeps in a fractal
// heap; none where it keeps them as messages.
func (m *meter) denseLinks(c cursor) ([]link, error) {
	c.version(0)
	flags := c.u8()
	if flags&1 != 0 {
		c.skip(8) // greatest order of creation
	}
	heap, names := c.address(), c.address()
	if c.err != nil {
		return nil, fmt.Errorf("link info: %w", c.err)
	}
	if heap == undefined {
		return nil, nil
	}
	var links []link
	err := m.dense(heap, names, linkNames, func(message []byte) error {
		l, err := linkMessage(cursor{file: m.file, rest: message})
		links = append(links, l)
		return err
	})
	return links, err
}

// The records of version 2 B-trees, by type: how many bytes come before the
// identifier of the object in the heap.
const (
	hugeObjects    = 1
	linkNames      = 5
	attributeNames = 8
)

// dense visits the objects of a fractal heap that a version 2 B-tree indexes
// by name.
func (m *meter) dense(heap, names int64, kind int, visit func(message []byte) error) error {
	if names == undefined {
		return errors.New("a heap of links or attributes without its index")
	}
	h, err := m.fractalHeap(heap)
	if err != nil {
		return fmt.Errorf("fractal heap at byte %d: %w", heap, err)
	}
	err = m.treeV2(names, kind, func(record []byte) error {
		if kind == linkNames {
			record = record[min(4, len(record)):] // the name's hash comes first
		}
		message, err := h.object(m, record)
		if err != nil {
			return err
		}
		return visit(message)
	})
	if err != nil {
		return fmt.Errorf("index at byte %d: %w", names, err)
	}
	return nil
}
