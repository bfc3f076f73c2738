package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// filter is one step of how chunks were packed.
type filter struct {
	id   int
	size int // of an element, for shuffle
}

// The filters that are known, by the registered numbers.
const (
	deflate  = 1
	shuffle  = 2
	fletcher = 3
)

func parseFilters(c cursor) ([]filter, error) {
	version, count := c.u8(), c.u8()
	switch version {
	case 1:
		c.skip(6)
	case 2:
	default:
		return nil, fmt.Errorf("version %d is unknown", version)
	}
	if count > 32 {
		return nil, fmt.Errorf("%d filters, at most 32 are allowed", count)
	}
	filters := make([]filter, count)
	for i := range filters {
		id, name := c.u16(), 0
		if version == 1 || id >= 256 {
			name = c.u16()
		}
		c.skip(2) // flags
		values := c.u16()
		if version == 1 {
			name = (name + 7) &^ 7
		}
		c.skip(name)
		parameters := cursor{file: c.file, rest: c.take(4 * values)}
		if version == 1 && values%2 == 1 {
			c.skip(4)
		}
		filters[i] = filter{id: id}
		switch id {
		case shuffle:
			filters[i].size = parameters.u32()
		case deflate, fletcher:
		default:
			return nil, fmt.Errorf("filter %d is not supported, only deflate, shuffle and fletcher32 are", id)
		}
		if parameters.err != nil {
			return nil, parameters.err
		}
	}
	return filters, c.err
}

// unpack undoes the filters, in reverse, but for those whose bit in skipped
// is set. The result has exactly size bytes.
func unpack(filters []filter, skipped uint64, data []byte, size int64) ([]byte, error) {
	for i := len(filters) - 1; i >= 0; i-- {
		if skipped>>i&1 != 0 {
			continue
		}
		var err error
		switch filters[i].id {
		case deflate:
			data, err = inflate(data, size+4*int64(len(filters))) // room for fletcher32's sums
		case shuffle:
			data = unshuffle(data, filters[i].size)
		case fletcher:
			data, err = checkFletcher(data)
		}
		if err != nil {
			return nil, err
		}
	}
	if int64(len(data)) != size {
		return nil, fmt.Errorf("a chunk unpacks to %d bytes, expected %d", len(data), size)
	}
	return data, nil
}

// inflate returns at most limit bytes; memory grows with what comes out.
func inflate(data []byte, limit int64) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("deflate: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(z, limit+1))
	if err != nil {
		return nil, fmt.Errorf("deflate: %w", err)
	}
	if int64(len(out)) > limit {
		return nil, fmt.Errorf("deflate: a chunk unpacks to more than the %d bytes it may have", limit)
	}
	return out, nil
}

// unshuffle brings together the bytes of each element, which shuffle had
// sorted by their place in it. A last part of an element stays as it is.
func unshuffle(data []byte, size int) []byte {
	if size <= 1 || size > len(data) {
		return data
	}
	out := bytes.Clone(data)
	count := len(data) / size
	for i := range size {
		for j, b := range data[i*count : (i+1)*count] {
			out[j*size+i] = b
		}
	}
	return out
}

func checkFletcher(data []byte) ([]byte, error) {
	if len(data) < 4 {
		return nil, errors.New("fletcher32: a chunk without its sum")
	}
	data, sum := data[:len(data)-4], data[len(data)-4:]
	if got, want := fletcher32(data), binary.LittleEndian.Uint32(sum); got != want {
		return nil, fmt.Errorf("fletcher32: sum %08x, expected %08x: the data are damaged", got, want)
	}
	return data, nil
}
