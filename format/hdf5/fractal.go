package hdf5

import (
	"errors"
	"fmt"
	"math/bits"
)

// fractalHeap keeps the links and attributes of an object that has many: a
// table of blocks whose rows double in size, with the largest objects outside.
type fractalHeap struct {
	address       int64
	idLength      int
	width         int   // blocks in a row
	start, direct int64 // sizes of the smallest and of the largest direct block
	offsetWidth   int   // bytes of an offset into the heap
	lengthWidth   int   // bytes of a managed object's length
	guarded       bool  // direct blocks carry a checksum
	root          int64
	rootRows      int              // 0: the root is a direct block
	hugeIndex     int64            // B-tree of the objects kept outside
	blocks        map[int64][]byte // read so far
	huge          map[uint64]span  // by identifier; nil until needed
}

// span is a piece of the file.
type span struct{ at, size int64 }

func (m *meter) fractalHeap(address int64) (*fractalHeap, error) {
	f := m.file
	size := 4 + 1 + 2 + 2 + 1 + 4 + 12*f.lengthSize + 3*f.offsetSize + 2 + 2 + 2 + 2 + 4
	block, err := m.read(address, int64(size), "fractal heap")
	if err != nil {
		return nil, err
	}
	c := cursor{file: f, rest: block}
	c.signature("FRHP")
	c.version(0)
	h := &fractalHeap{address: address, idLength: c.u16(), blocks: make(map[int64][]byte)}
	filters := c.u16()
	h.guarded = c.u8()&2 != 0
	largest := int64(c.u32()) // of the objects kept in blocks
	c.length()                // next identifier outside
	h.hugeIndex = c.address()
	c.length()  // free bytes
	c.address() // their manager
	c.skip(8 * f.lengthSize)
	h.width = c.u16()
	h.start, h.direct = c.length(), c.length()
	offsetBits := c.u16()
	c.skip(2) // rows of the first indirect root
	h.root = c.address()
	h.rootRows = c.u16()
	c.checksum(f, block)
	switch {
	case c.err != nil:
		return nil, c.err
	case filters != 0:
		return nil, errors.New("its blocks are compressed, which is not supported")
	case h.width == 0 || !powerOfTwo(h.start) || !powerOfTwo(h.direct) || h.direct < h.start || h.direct > 1<<32:
		return nil, fmt.Errorf("rows of %d blocks from %d to %d bytes", h.width, h.start, h.direct)
	case offsetBits == 0 || offsetBits > 62:
		return nil, fmt.Errorf("offsets of %d bits", offsetBits)
	}
	h.offsetWidth = (offsetBits + 7) / 8
	h.lengthWidth = min(byteWidth(h.direct), byteWidth(largest))
	return h, nil
}

func powerOfTwo(n int64) bool { return n > 0 && n&(n-1) == 0 }

// object returns the bytes that an identifier stands for.
func (h *fractalHeap) object(m *meter, id []byte) ([]byte, error) {
	if len(id) < h.idLength || h.idLength < 1 {
		return nil, fmt.Errorf("an identifier of %d bytes, expected %d", len(id), h.idLength)
	}
	c := cursor{file: m.file, rest: id[:h.idLength]}
	switch first := c.u8(); first >> 4 {
	case 0:
		offset, size := c.size(h.offsetWidth), c.size(h.lengthWidth)
		if c.err != nil {
			return nil, c.err
		}
		return h.managed(m, offset, size)
	case 1:
		return h.outside(m, c)
	case 2:
		if h.idLength > 17 {
			return nil, errors.New("objects inside of long identifiers are not supported")
		}
		object := c.take(first&0x0f + 1)
		return object, c.err
	default:
		return nil, fmt.Errorf("an object of the unknown kind %#x", first)
	}
}

// managed returns an object that lies in a direct block.
func (h *fractalHeap) managed(m *meter, offset, size int64) ([]byte, error) {
	block, from, err := h.block(m, h.root, h.rootRows, 0, offset)
	if err != nil {
		return nil, err
	}
	at := offset - from
	if at < 0 || at > int64(len(block)) || size > int64(len(block))-at {
		return nil, fmt.Errorf("an object of %d bytes at %d of a block of %d", size, at, len(block))
	}
	return block[at : at+size], nil
}

// rowSize is the size of the blocks in a row: the first two rows have the
// smallest, every further row twice the size of the one before it.
func (h *fractalHeap) rowSize(row int) int64 { return h.start << max(0, row-1) }

// rows returns how many rows there are of blocks up to size.
func (h *fractalHeap) rows(size int64) int {
	return bits.Len64(uint64(size)) - bits.Len64(uint64(h.start)) + 2
}

// block returns the direct block that holds the offset and the offset of its
// beginning, looking below the block at the address: indirect with that many
// rows, direct with none.
func (h *fractalHeap) block(m *meter, address int64, rows int, from, offset int64) ([]byte, int64, error) {
	if rows == 0 {
		block, err := h.load(m, address, h.start, "FHDB")
		return block, from, err
	}
	directRows := h.rows(h.direct)
	if rows > 62-bits.Len64(uint64(h.start)*uint64(h.width)) || offset < from {
		return nil, 0, fmt.Errorf("an indirect block of %d rows at offset %d", rows, from)
	}
	head := 5 + m.file.offsetSize + h.offsetWidth
	size := int64(head + 4 + rows*h.width*m.file.offsetSize)
	block, err := h.load(m, address, size, "FHIB")
	if err != nil {
		return nil, 0, err
	}
	for row := range rows {
		each := h.rowSize(row)
		column := (offset - from) / each
		if column >= int64(h.width) {
			from += each * int64(h.width)
			continue
		}
		entry := head + (row*h.width+int(column))*m.file.offsetSize
		c := cursor{file: m.file, rest: block[entry:]}
		child := c.address()
		from += each * column
		if row < directRows {
			direct, err := h.load(m, child, each, "FHDB")
			return direct, from, err
		}
		below := bits.Len64(uint64(each)) - bits.Len64(uint64(h.start)*uint64(h.width)) + 1
		if below < 1 || below >= rows {
			return nil, 0, fmt.Errorf("an indirect block of %d rows below one of %d", below, rows)
		}
		return h.block(m, child, below, from, offset)
	}
	return nil, 0, fmt.Errorf("offset %d is beyond the heap", offset)
}

// load reads and checks a block, once.
func (h *fractalHeap) load(m *meter, address, size int64, signature string) ([]byte, error) {
	if block, found := h.blocks[address]; found && int64(len(block)) == size {
		return block, nil
	}
	block, err := m.read(address, size, "block of the fractal heap")
	if err != nil {
		return nil, err
	}
	c := cursor{file: m.file, rest: block}
	c.signature(signature)
	c.version(0)
	if owner := c.address(); c.err == nil && owner != h.address {
		c.err = fmt.Errorf("it belongs to the heap at byte %d", owner)
	}
	switch {
	case signature == "FHIB":
		c.rest = block[max(0, len(block)-4):]
		c.checksum(m.file, block)
	case h.guarded:
		c.skip(h.offsetWidth)
		at := len(block) - len(c.rest)
		want := c.number(4)
		clear(block[min(at, len(block)):min(at+4, len(block))]) // the sum is over the block without itself
		if c.err == nil && !m.file.unchecked && uint64(lookup3(block)) != want {
			c.err = errors.New("wrong checksum: the file is damaged")
		}
	}
	if c.err != nil {
		return nil, fmt.Errorf("block at byte %d: %w", address, c.err)
	}
	h.blocks[address] = block
	return block, nil
}

// outside returns an object that is too large for the blocks, whose place is
// in the identifier or in a B-tree.
func (h *fractalHeap) outside(m *meter, c cursor) ([]byte, error) {
	var place span
	if h.idLength-1 >= m.file.offsetSize+m.file.lengthSize {
		place.at, place.size = c.address(), c.length()
	} else {
		if h.huge == nil {
			h.huge = make(map[uint64]span)
			err := m.treeV2(h.hugeIndex, hugeObjects, func(record []byte) error {
				r := cursor{file: m.file, rest: record}
				place := span{r.address(), r.length()}
				h.huge[r.number(m.file.lengthSize)] = place
				return r.err
			})
			if err != nil {
				return nil, fmt.Errorf("index of large objects: %w", err)
			}
		}
		key := c.number(min(h.idLength-1, m.file.lengthSize))
		var found bool
		if place, found = h.huge[key]; !found {
			return nil, fmt.Errorf("the large object %d is in no index", key)
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	return m.read(place.at, place.size, "large object of the fractal heap")
}
