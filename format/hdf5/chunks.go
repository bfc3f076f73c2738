package hdf5

import (
	"errors"
	"fmt"
	"math"
)

// The indices of chunks, by the numbers that layout version 4 gives them;
// version 3 has only the version 1 B-tree, which is 0 there.
const (
	indexTree   = 0
	indexSingle = 1
)

// chunkLayout reads where chunks lie and how large they are.
func (d *Dataset) chunkLayout(c cursor, version int) error {
	flags, width := 0, 4
	if version == 4 {
		flags = c.u8()
	}
	rank := c.u8()
	if version == 3 {
		d.place.at = c.address()
	} else {
		width = c.u8()
	}
	if c.err != nil || rank != len(d.shape)+1 || width < 1 || width > 8 {
		return fmt.Errorf("chunks of %d dimensions for data of %d", rank-1, len(d.shape))
	}
	d.place.chunk = make([]int, rank)
	total := int64(1)
	for i := range d.place.chunk {
		n := c.size(width)
		if c.err != nil || n <= 0 || n > math.MaxInt32 || total > math.MaxInt32/n {
			return errors.New("chunks larger than 2 GiB or of no size")
		}
		total *= n
		d.place.chunk[i] = int(n)
	}
	if element := d.place.chunk[rank-1]; element != d.size {
		return fmt.Errorf("chunks of elements of %d bytes, the type has %d", element, d.size)
	}
	d.place.chunk = d.place.chunk[:rank-1]
	if version == 4 {
		return d.chunkIndex(c, flags)
	}
	return c.err
}

func (d *Dataset) chunkIndex(c cursor, flags int) error {
	d.place.index = c.u8()
	if c.err == nil && d.place.index != indexSingle {
		return fmt.Errorf("an index of chunks of type %d, only B-trees and single chunks are read: write the file with libver='earliest'", d.place.index)
	}
	d.place.single = undefined
	if flags&2 != 0 {
		d.place.single = c.length()
		d.place.skipped = c.number(4)
	}
	d.place.at = c.address()
	return c.err
}

// chunk is one piece of chunked data as it is stored.
type chunk struct {
	span
	skipped uint64 // filters that were left out, by bit
	origin  []int  // coordinates of its first element
}

// chunks lists the chunks that were written.
func (d *Dataset) chunks(m *meter) ([]chunk, error) {
	if d.place.at == undefined {
		return nil, nil
	}
	if d.place.index == indexSingle {
		return d.singleChunk()
	}
	var found []chunk
	err := m.treeV1(d.place.at, chunkTree, 8+8*(len(d.shape)+1), func(child int64, key []byte) error {
		c := cursor{file: d.file, rest: key}
		next := chunk{span: span{at: child, size: int64(c.u32())}, skipped: c.number(4), origin: make([]int, len(d.shape))}
		for i := range next.origin {
			at := c.size(8)
			if c.err == nil && (at >= int64(d.shape[i]) || at%int64(d.place.chunk[i]) != 0) {
				c.err = fmt.Errorf("a chunk at %d of dimension %d, whose extent is %d", at, i, d.shape[i])
			}
			next.origin[i] = int(at)
		}
		found = append(found, next)
		return c.err
	})
	return found, err
}

func (d *Dataset) singleChunk() ([]chunk, error) {
	for i, n := range d.shape {
		if n > d.place.chunk[i] {
			return nil, fmt.Errorf("one chunk of %v for data of %v", d.place.chunk, d.shape)
		}
	}
	size := d.place.single
	if size == undefined {
		size = d.chunkBytes()
	}
	return []chunk{{span{d.place.at, size}, d.place.skipped, make([]int, len(d.shape))}}, nil
}

// eachChunk hands out the elements of all chunks, as runs of a row each, and
// before them the fill value for those that were never written.
func (d *Dataset) eachChunk(store func(at int, raw []byte)) error {
	m := d.file.meter()
	chunks, err := d.chunks(m)
	if err != nil {
		return err
	}
	d.eachFill(store)
	for _, c := range chunks {
		packed, err := m.read(c.at, c.size, "chunk")
		if err != nil {
			return err
		}
		raw, err := unpack(d.filters, c.skipped, packed, d.chunkBytes())
		if err != nil {
			return fmt.Errorf("chunk at byte %d: %w", c.at, err)
		}
		d.scatter(0, 0, raw, c.origin, store)
	}
	return nil
}

// chunksAvailable returns the bytes of all chunks unpacked and as stored.
func (d *Dataset) chunksAvailable() (unpacked, stored int64, err error) {
	chunks, err := d.chunks(d.file.meter())
	for _, c := range chunks {
		stored += min(c.size, d.file.size)
	}
	return int64(len(chunks)) * d.chunkBytes(), min(stored, d.file.size), err
}

// chunkBytes is the size of an unpacked chunk; chunkLayout has bounded it.
func (d *Dataset) chunkBytes() int64 {
	size := int64(d.size)
	for _, n := range d.place.chunk {
		size *= int64(n)
	}
	return size
}

// scatter stores the rows of a chunk, or of the part of it that remains from
// dimension axis on, without what reaches beyond the data. The chunk's first
// element has the coordinates origin; at numbers the element whose coordinates
// before axis are those of the part.
func (d *Dataset) scatter(axis, at int, raw []byte, origin []int, store func(at int, raw []byte)) {
	if axis == len(d.shape) {
		store(at, raw[:d.size])
		return
	}
	at = at*d.shape[axis] + origin[axis]
	count := min(d.place.chunk[axis], d.shape[axis]-origin[axis])
	if axis == len(d.shape)-1 {
		store(at, raw[:count*d.size])
		return
	}
	row := len(raw) / d.place.chunk[axis]
	for i := range count {
		d.scatter(axis+1, at+i, raw[i*row:(i+1)*row], origin, store)
	}
}
