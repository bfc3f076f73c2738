package tfevents

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

const (
	headerSize = 12 // length and its checksum
	footerSize = 4

	// maxRecord bounds what a file may claim for one event.
	maxRecord = 256 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked returns TFRecord's checksum of data. The rotation and offset keep a
// checksum of data that itself contains checksums from degenerating.
func masked(data []byte) uint32 {
	sum := crc32.Checksum(data, castagnoli)
	return (sum>>15 | sum<<17) + 0xa282ead8
}

// appendRecord appends data in its frame.
func appendRecord(to, data []byte) []byte {
	start := len(to)
	to = binary.LittleEndian.AppendUint64(to, uint64(len(data)))
	to = binary.LittleEndian.AppendUint32(to, masked(to[start:]))
	to = append(to, data...)
	return binary.LittleEndian.AppendUint32(to, masked(data))
}

// readRecord returns the data of the next record; io.EOF where the input ends
// between records, io.ErrUnexpectedEOF where it ends within one.
func readRecord(r io.Reader) ([]byte, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(header[8:]) != masked(header[:8]) {
		return nil, errors.New("checksum of a record's length does not match: the file is damaged or no event file")
	}
	length := binary.LittleEndian.Uint64(header[:8])
	if length > maxRecord {
		return nil, fmt.Errorf("record of %d bytes, at most %d are read", length, maxRecord)
	}
	var body bytes.Buffer // grows with what is there, not with what is claimed
	if _, err := io.CopyN(&body, r, int64(length)+footerSize); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	data, footer := body.Bytes()[:length], body.Bytes()[length:]
	if binary.LittleEndian.Uint32(footer) != masked(data) {
		return nil, errors.New("checksum of a record does not match: the file is damaged")
	}
	return data, nil
}
