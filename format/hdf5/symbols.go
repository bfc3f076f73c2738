package hdf5

import (
	"errors"
	"fmt"
	"strings"
)

// symbolTable lists a group of the format's first generation: a B-tree of
// symbol nodes, whose names lie in a local heap.
func (m *meter) symbolTable(c cursor) ([]link, error) {
	tree, heap := c.address(), c.address()
	if c.err != nil {
		return nil, fmt.Errorf("symbol table: %w", c.err)
	}
	names, err := m.localHeap(heap)
	if err != nil {
		return nil, fmt.Errorf("names of the symbol table: %w", err)
	}
	var links []link
	err = m.treeV1(tree, groupTree, m.file.lengthSize, func(child int64, _ []byte) error {
		found, err := m.symbolNode(child, names)
		links = append(links, found...)
		return err
	})
	return links, err
}

// localHeap returns the heap's bytes, as the string that all names are cut from.
func (m *meter) localHeap(address int64) (string, error) {
	block, err := m.read(address, int64(8+2*m.file.lengthSize+m.file.offsetSize), "local heap")
	if err != nil {
		return "", err
	}
	c := cursor{file: m.file, rest: block}
	c.signature("HEAP")
	c.version(0)
	c.skip(3)
	size := c.length()
	c.length() // free list
	at := c.address()
	if c.err != nil {
		return "", fmt.Errorf("local heap at byte %d: %w", address, c.err)
	}
	names, err := m.read(at, size, "local heap's names")
	return string(names), err
}

// heapText returns the text at an offset, which ends at its first zero byte.
func heapText(heap string, offset int64) (string, error) {
	if offset < 0 || offset >= int64(len(heap)) {
		return "", fmt.Errorf("a name at byte %d of a heap of %d bytes", offset, len(heap))
	}
	text := heap[offset:min(offset+maxName+1, int64(len(heap)))]
	end := strings.IndexByte(text, 0)
	if end < 0 {
		return "", errors.New("a name in the heap does not end")
	}
	return text[:end], nil
}

func (m *meter) symbolNode(address int64, names string) ([]link, error) {
	head, err := m.read(address, 8, "symbol node")
	if err != nil {
		return nil, err
	}
	c := cursor{file: m.file, rest: head}
	c.signature("SNOD")
	c.version(1)
	c.skip(1)
	count := c.u16()
	if c.err != nil {
		return nil, fmt.Errorf("symbol node at byte %d: %w", address, c.err)
	}
	block, err := m.read(address+8, int64(count)*int64(2*m.file.offsetSize+24), "symbols")
	if err != nil {
		return nil, err
	}
	c = cursor{file: m.file, rest: block}
	links := make([]link, count)
	for i := range links {
		name := c.size(m.file.offsetSize)
		links[i].address = c.address()
		cached := c.u32()
		c.skip(4)
		scratch := cursor{file: m.file, rest: c.take(16)}
		if c.err != nil {
			return nil, fmt.Errorf("symbol node at byte %d: %w", address, c.err)
		}
		if links[i].name, err = heapText(names, name); err != nil {
			return nil, fmt.Errorf("symbol node at byte %d: %w", address, err)
		}
		if cached == 2 {
			links[i].kind = softLink
			if links[i].target, err = heapText(names, int64(scratch.u32())); err != nil {
				return nil, fmt.Errorf("target of the soft link %q: %w", links[i].name, err)
			}
		}
	}
	return links, nil
}

// The types of version 1 B-trees.
const (
	groupTree = 0
	chunkTree = 1
)

// maxLevels bounds how high a B-tree may be; a version 1 node holds two
// children or more, so that none that fits a file comes near.
const maxLevels = 48

// treeV1 visits what the leaves of a version 1 B-tree refer to, in order:
// its address and the key before it, of keyLength bytes.
func (m *meter) treeV1(address int64, kind, keyLength int, visit func(child int64, key []byte) error) error {
	if address == undefined {
		return nil
	}
	return m.nodeV1(address, kind, -1, keyLength, visit)
}

func (m *meter) nodeV1(address int64, kind, wantLevel, keyLength int, visit func(int64, []byte) error) error {
	head, err := m.read(address, int64(8+2*m.file.offsetSize), "B-tree node")
	if err != nil {
		return err
	}
	c := cursor{file: m.file, rest: head}
	c.signature("TREE")
	gotKind, level, count := c.u8(), c.u8(), c.u16()
	switch {
	case c.err != nil:
		return fmt.Errorf("node of a B-tree at byte %d: %w", address, c.err)
	case gotKind != kind:
		return fmt.Errorf("node of a B-tree at byte %d is of type %d, expected %d", address, gotKind, kind)
	case level > maxLevels || wantLevel >= 0 && level != wantLevel:
		return fmt.Errorf("node of a B-tree at byte %d is at level %d, where %d was to come", address, level, wantLevel)
	}
	size := int64(count) * int64(keyLength+m.file.offsetSize)
	block, err := m.read(address+int64(len(head)), size, "B-tree node")
	if err != nil {
		return err
	}
	c = cursor{file: m.file, rest: block}
	for range count {
		key, child := c.take(keyLength), c.address()
		if c.err != nil {
			return fmt.Errorf("node of a B-tree at byte %d: %w", address, c.err)
		}
		if level == 0 {
			err = visit(child, key)
		} else {
			err = m.nodeV1(child, kind, level-1, keyLength, visit)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
