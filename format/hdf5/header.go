package hdf5

import (
	"errors"
	"fmt"
)

// object reads the object header at the address, in either of its versions.
func (m *meter) object(path string, address int64) (*object, error) {
	o := &object{file: m.file, path: path, address: address}
	start, err := m.read(address, min(16, max(0, m.file.size-address)), "object header")
	if err != nil {
		return nil, fmt.Errorf("hdf5: %s: %w", path, err)
	}
	if string(start[:min(4, len(start))]) == "OHDR" {
		err = m.headerV2(o)
	} else {
		err = m.headerV1(o, start)
	}
	if err != nil {
		return nil, o.errorf("object header: %w", err)
	}
	return o, nil
}

// headerV1 reads messages until their stated number is reached, over the
// first block and the continuations it names.
func (m *meter) headerV1(o *object, start []byte) error {
	c := cursor{file: m.file, rest: start}
	c.version(1)
	c.skip(1)
	count := c.u16()
	c.skip(4) // links to this object
	size := c.u32()
	if c.err != nil {
		return c.err
	}
	block, err := m.read(o.address+16, int64(size), "messages")
	if err != nil {
		return err
	}
	blocks := [][]byte{block}
	for len(blocks) > 0 && count > 0 {
		c := cursor{file: m.file, rest: blocks[0]}
		blocks = blocks[1:]
		for ; len(c.rest) >= 8 && count > 0; count-- {
			kind, size, flags := c.u16(), c.u16(), c.u8()
			c.skip(3)
			next, err := m.message(o, message{kind, c.take(size)}, flags, c.err)
			if err != nil {
				return err
			}
			if next != nil {
				blocks = append(blocks, next)
			}
		}
	}
	if count > 0 {
		return fmt.Errorf("%d messages are missing", count)
	}
	return nil
}

// headerV2 reads blocks guarded by checksums, whose messages fill them.
func (m *meter) headerV2(o *object) error {
	fixed, err := m.read(o.address, min(34, m.file.size-o.address), "object header")
	if err != nil {
		return err
	}
	c := cursor{file: m.file, rest: fixed}
	c.signature("OHDR")
	c.version(2)
	flags := c.u8()
	if flags&0x20 != 0 {
		c.skip(16) // times of access, change and birth
	}
	if flags&0x10 != 0 {
		c.skip(4) // when attributes move to a heap
	}
	size := c.size(1 << (flags & 3))
	if c.err != nil {
		return c.err
	}
	before := int64(len(fixed) - len(c.rest))
	if size > m.file.size {
		return fmt.Errorf("messages of %d bytes, the file has %d", size, m.file.size)
	}
	block, err := m.read(o.address, before+size+4, "object header")
	if err != nil {
		return err
	}
	blocks := [][]byte{block}
	for first := true; len(blocks) > 0; first = false {
		block, blocks = blocks[0], blocks[1:]
		guard := cursor{file: m.file, rest: block[len(block)-4:]}
		if guard.checksum(m.file, block); guard.err != nil {
			return guard.err
		}
		c := cursor{file: m.file, rest: block[:len(block)-4]}
		if first {
			c.skip(int(before))
		} else {
			c.take(4) // OCHK, which message has compared
		}
		more, err := m.messagesV2(o, &c, flags&0x04 != 0)
		if err != nil {
			return err
		}
		blocks = append(blocks, more...)
	}
	return nil
}

// messagesV2 takes the messages of one block and returns its continuations.
func (m *meter) messagesV2(o *object, c *cursor, ordered bool) ([][]byte, error) {
	prefix := 4
	if ordered {
		prefix = 6
	}
	var blocks [][]byte
	for len(c.rest) >= prefix {
		kind, size, flags := c.u8(), c.u16(), c.u8()
		c.skip(prefix - 4)
		next, err := m.message(o, message{kind, c.take(size)}, flags, c.err)
		if err != nil {
			return nil, err
		}
		if next == nil {
			continue
		}
		if len(next) < 8 || string(next[:4]) != "OCHK" {
			return nil, errors.New("a continuation without its signature OCHK")
		}
		blocks = append(blocks, next)
	}
	return blocks, nil
}

// message keeps a message that is of use, and returns the block that a
// continuation refers to.
func (m *meter) message(o *object, got message, flags int, err error) ([]byte, error) {
	if err != nil {
		return nil, fmt.Errorf("message of type %#x: %w", got.kind, err)
	}
	switch got.kind {
	case messageContinuation:
		c := o.cursor(got)
		at, size := c.address(), c.length()
		if c.err != nil {
			return nil, fmt.Errorf("continuation: %w", c.err)
		}
		return m.read(at, size, "continuation of the header")
	case messageDataspace, messageLinkInfo, messageDatatype, messageOldFill, messageFill,
		messageLink, messageExternal, messageLayout, messageGroupInfo, messageFilters,
		messageAttribute, messageSymbolTable, messageAttributeInfo:
		if flags&0x02 != 0 {
			return nil, fmt.Errorf("message of type %#x is shared with another object (a named datatype?), which is not supported", got.kind)
		}
		o.messages = append(o.messages, got)
	}
	return nil, nil
}
