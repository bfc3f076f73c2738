package hdf5

import (
	"fmt"
	"math/bits"
)

// tree2 is the header of a version 2 B-tree.
type tree2 struct {
	kind, nodeSize, recordSize, depth int
	levels                            []levelV2 // from the leaves up
}

// levelV2 is what the nodes of one level have in common: the records that fit
// one, those that fit it and what is below it, and the width of that number.
type levelV2 struct {
	records, total int64
	totalWidth     int
}

// The bytes of a node around its records: signature, version, type, checksum.
const nodeOverhead = 4 + 1 + 1 + 4

// treeV2 visits the records of a version 2 B-tree.
func (m *meter) treeV2(address int64, kind int, visit func(record []byte) error) error {
	size := 4 + 2 + 4 + 2 + 2 + 2 + m.file.offsetSize + 2 + m.file.lengthSize + 4
	block, err := m.read(address, int64(size), "B-tree header")
	if err != nil {
		return err
	}
	c := cursor{file: m.file, rest: block}
	c.signature("BTHD")
	c.version(0)
	t := tree2{kind: c.u8(), nodeSize: c.u32(), recordSize: c.u16(), depth: c.u16()}
	c.skip(2) // when nodes split and merge
	root, count := c.address(), c.u16()
	c.length() // records in all
	c.checksum(m.file, block)
	switch {
	case c.err != nil:
		return c.err
	case t.kind != kind:
		return fmt.Errorf("a B-tree of type %d, expected %d", t.kind, kind)
	case t.recordSize == 0 || t.nodeSize < nodeOverhead+t.recordSize || int64(t.nodeSize) > m.file.size:
		return fmt.Errorf("records of %d bytes in nodes of %d", t.recordSize, t.nodeSize)
	case t.depth > maxLevels:
		return fmt.Errorf("a B-tree %d levels deep, at most %d are read", t.depth, maxLevels)
	case root == undefined:
		return nil
	}
	t.plan(m.file)
	return m.nodeV2(&t, root, int64(count), t.depth, visit)
}

// plan fills in the levels.
func (t *tree2) plan(f *File) {
	leaf := int64((t.nodeSize - nodeOverhead) / t.recordSize)
	t.levels = []levelV2{{records: leaf, total: leaf}}
	for level := 1; level <= t.depth; level++ {
		below := t.levels[level-1]
		pointer := int64(f.offsetSize + byteWidth(leaf) + below.totalWidth)
		records := max(0, (int64(t.nodeSize)-nodeOverhead-pointer)/(int64(t.recordSize)+pointer))
		total := saturatingMul(records+1, below.total) + records
		t.levels = append(t.levels, levelV2{records, total, byteWidth(total)})
	}
}

// byteWidth returns the bytes the format gives numbers up to limit.
func byteWidth(limit int64) int { return (bits.Len64(uint64(max(limit, 1)))-1)/8 + 1 }

func saturatingMul(a, b int64) int64 {
	const limit = 1 << 56
	if b != 0 && a > limit/b {
		return limit
	}
	return a * b
}

func (m *meter) nodeV2(t *tree2, address, count int64, depth int, visit func([]byte) error) error {
	level := t.levels[depth]
	if count > level.records {
		return fmt.Errorf("node of a B-tree at byte %d: %d records where %d fit", address, count, level.records)
	}
	block, err := m.read(address, int64(t.nodeSize), "B-tree node")
	if err != nil {
		return err
	}
	c := cursor{file: m.file, rest: block}
	signature := "BTIN"
	if depth == 0 {
		signature = "BTLF"
	}
	c.signature(signature)
	c.version(0)
	c.skip(1) // the type again
	records := c.take(int(count) * t.recordSize)
	for i := range count {
		if depth > 0 {
			if err := m.childV2(t, &c, depth, visit); err != nil {
				return err
			}
		}
		if c.err != nil {
			break
		}
		if err := visit(records[int(i)*t.recordSize:][:t.recordSize]); err != nil {
			return err
		}
	}
	if depth > 0 && c.err == nil {
		if err := m.childV2(t, &c, depth, visit); err != nil {
			return err
		}
	}
	c.checksum(m.file, block)
	if c.err != nil {
		return fmt.Errorf("node of a B-tree at byte %d: %w", address, c.err)
	}
	return nil
}

// childV2 takes one pointer to a child off c and visits the child.
func (m *meter) childV2(t *tree2, c *cursor, depth int, visit func([]byte) error) error {
	child := c.address()
	count := c.size(byteWidth(t.levels[0].records))
	if depth > 1 {
		c.skip(t.levels[depth-1].totalWidth)
	}
	if c.err != nil {
		return nil // the caller says where
	}
	return m.nodeV2(t, child, count, depth-1, visit)
}
