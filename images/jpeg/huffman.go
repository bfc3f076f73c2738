package jpeg

import (
	"bytes"
	"fmt"
)

// lookBits is the length of the codes that one look decodes.
const lookBits = 10

// huffman decodes the symbols of one table. A symbol says how many zeros come
// first (its upper four bits) and how many bits the number after it has (its
// lower four).
type huffman struct {
	defined bool
	counts  [16]uint8 // of codes of 1 … 16 bits; symbols has as many
	// look says by the next bits what they begin with: in its lowest byte how
	// many bits to skip, then the symbol, then the number of 16 bits where it
	// fits in too. Such a number is never 0, and then its bits are among those
	// to skip. Where the code is longer the entry is 0.
	look [1 << lookBits]int32
	// pairs says the same of two numbers at once; see pair.
	pairs [1 << lookBits]pair
	// limit[n] is above the codes of up to n bits, padded to 16 bits, and
	// symbols[offset[n]+code] is the symbol of a code of n bits.
	limit   [17]int32
	offset  [17]int32
	symbols [256]uint8
}

func (d *Decoder) readHuffman(segment []byte) error {
	for len(segment) > 0 {
		class, number := segment[0]>>4, segment[0]&15
		if class > 1 || number > 3 {
			return FormatError(fmt.Sprintf("Huffman table %d of class %d, expected 0 … 3 and 0 or 1", number, class))
		}
		if len(segment) < 17 {
			return FormatError("a Huffman table of too few bytes")
		}
		counts, symbols := segment[1:17], segment[17:]
		total := 0
		for _, n := range counts {
			total += int(n)
		}
		if total > 256 || total > len(symbols) {
			return FormatError(fmt.Sprintf("a Huffman table of %d codes in %d bytes", total, len(symbols)))
		}
		if class == 0 {
			for _, symbol := range symbols[:total] {
				if symbol > 15 {
					return FormatError(fmt.Sprintf("a difference of %d bits, expected 15 at most", symbol))
				}
			}
		}
		t := &d.huffman[class][number]
		if *t == nil {
			*t = new(huffman)
		}
		if err := (*t).define(counts, symbols[:total], class == 1); err != nil {
			return err
		}
		segment = symbols[total:]
	}
	return nil
}

// ready reports whether the file has defined the table.
func (t *huffman) ready() bool { return t != nil && t.defined }

// define makes the table: counts says how many codes have 1 … 16 bits, symbols
// has theirs in the order of the codes. Most files have the tables of those
// before them, which are left as they are.
func (t *huffman) define(counts, symbols []byte, paired bool) error {
	if bytes.Equal(t.counts[:], counts) && bytes.HasPrefix(t.symbols[:], symbols) {
		t.defined = true
		return nil
	}
	t.counts = [16]uint8{} // in case that an error leaves half a table
	if err := t.build(counts, symbols); err != nil {
		return err
	}
	if paired {
		t.pair()
	}
	copy(t.counts[:], counts)
	t.defined = true
	return nil
}

// build assigns the codes (T.81, annex C).
func (t *huffman) build(counts, symbols []byte) error {
	clear(t.look[:])
	copy(t.symbols[:], symbols)
	code, next := int32(0), int32(0)
	for length := 1; length <= 16; length++ {
		t.offset[length] = next - code
		for range counts[length-1] {
			if length <= lookBits {
				t.expect(code, length, t.symbols[next&255])
			}
			code++
			next++
		}
		if code > 1<<length {
			return FormatError(fmt.Sprintf("a Huffman table with too many codes of %d bits", length))
		}
		t.limit[length] = code << (16 - length)
		code <<= 1
	}
	return nil
}

// expect enters a short code at all places of look that begin with it.
func (t *huffman) expect(code int32, length int, symbol uint8) {
	free := lookBits - length
	size := int(symbol & 15)
	for after := range int32(1) << free {
		at := code<<free | after
		if at >= int32(len(t.look)) {
			return // build refuses such a table
		}
		entry := int32(length) | int32(symbol)<<8
		if 0 < size && size <= free {
			value := after >> (free - size)
			if value>>(size-1) == 0 {
				value -= 1<<size - 1
			}
			entry = int32(length+size) | int32(symbol)<<8 | value<<16
		}
		t.look[at] = entry
	}
}

// long returns the symbol and the length of a code that look has not, and a
// length of 0 where there is none. bits are the next ones, at the top.
func (t *huffman) long(bits uint64) (symbol uint8, length uint) {
	code := int32(bits >> 48)
	for length = lookBits + 1; length <= 16; length++ {
		if code < t.limit[length] {
			return t.symbols[(t.offset[length]+code>>(16-length))&255], length
		}
	}
	return 0, 0
}

const errCode = FormatError("bits that are no Huffman code")

// symbol returns the next symbol and leaves the bits of its number ready.
func (r *bitReader) symbol(t *huffman) (uint8, error) {
	r.refill()
	entry := t.look[r.buffer>>(64-lookBits)]
	symbol, length := uint8(entry>>8), uint(entry&63)
	if entry == 0 {
		if symbol, length = t.long(r.buffer); length == 0 {
			return 0, errCode
		}
	} else if entry>>16 != 0 {
		length -= uint(symbol & 15)
	}
	r.skip(length)
	return symbol, nil
}

// difference returns the change of a DC level.
func (r *bitReader) difference(t *huffman) (int32, error) {
	size, err := r.symbol(t)
	if err != nil || size == 0 {
		return 0, err
	}
	return r.signed(uint(size & 15)), nil
}
