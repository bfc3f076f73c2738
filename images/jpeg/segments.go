package jpeg

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/lince-ml/lince/images/internal/kernel"
)

// Markers of T.81, table B.1, without their first byte 0xff.
const (
	startOfFrame   = 0xc0 // baseline; the other kinds follow up to 0xcf
	frameExtended  = 0xc1
	frameProgress  = 0xc2
	defineHuffman  = 0xc4
	reserved       = 0xc8
	arithmetic     = 0xcc
	firstRestart   = 0xd0
	lastRestart    = 0xd7
	startOfImage   = 0xd8
	endOfImage     = 0xd9
	startOfScan    = 0xda
	defineQuant    = 0xdb
	defineInterval = 0xdd
	app0           = 0xe0
	app14          = 0xee
	temporary      = 0x01
)

// colorMarkers is what application segments tell about the colours.
type colorMarkers struct {
	jfif, adobe bool
	transform   uint8 // Adobe's: 0 none, 1 YCbCr, 2 YCCK
}

// readSegments reads one segment after another until one of the kind given, a
// start of frame or the end of the image, has been read.
func (d *Decoder) readSegments(until uint8) error {
	if !bytes.HasPrefix(d.content, []byte{0xff, startOfImage}) {
		if len(d.content) < 2 {
			return errTruncated
		}
		return FormatError("the file does not begin with 0xffd8")
	}
	d.pos = 2
	for {
		marker, err := d.nextMarker()
		switch {
		case err != nil:
			return err
		case marker == endOfImage:
			if until != endOfImage {
				return FormatError("the file has no frame")
			}
			return nil
		case marker == temporary || firstRestart <= marker && marker <= lastRestart:
			continue // these have no content, and no meaning here
		}
		segment, err := d.nextSegment()
		if err != nil {
			return err
		}
		if err := d.readSegment(marker, segment); err != nil {
			return err
		}
		if until == startOfFrame && len(d.frame.components) > 0 {
			return nil
		}
	}
}

// nextMarker skips to the next marker and returns it.
func (d *Decoder) nextMarker() (uint8, error) {
	for {
		rest := d.content[d.pos:]
		i := bytes.IndexByte(rest, 0xff)
		if i < 0 || i+1 >= len(rest) {
			return 0, errTruncated
		}
		d.pos += i + 1
		if marker := rest[i+1]; marker != 0 && marker != 0xff {
			d.pos++
			return marker, nil
		}
	}
}

// nextSegment returns the content of a segment, which begins with its length.
func (d *Decoder) nextSegment() ([]byte, error) {
	rest := d.content[d.pos:]
	if len(rest) < 2 {
		return nil, errTruncated
	}
	length := int(binary.BigEndian.Uint16(rest))
	if length < 2 {
		return nil, FormatError(fmt.Sprintf("a segment of %d bytes, expected 2 at least", length))
	}
	if length > len(rest) {
		return nil, errTruncated
	}
	d.pos += length
	return rest[2:length], nil
}

func (d *Decoder) readSegment(marker uint8, segment []byte) error {
	switch marker {
	case startOfFrame, frameExtended, frameProgress:
		return d.readFrame(segment, marker == frameProgress)
	case defineHuffman:
		return d.readHuffman(segment)
	case defineQuant:
		return d.readQuant(segment)
	case defineInterval:
		if len(segment) < 2 {
			return FormatError("a restart interval without its two bytes")
		}
		d.interval = int(binary.BigEndian.Uint16(segment))
	case startOfScan:
		return d.readScan(segment)
	case startOfImage:
		return FormatError("a second image begins inside the first")
	case app0:
		d.color.jfif = d.color.jfif || len(segment) >= 14 && bytes.HasPrefix(segment, []byte("JFIF\x00"))
	case app14:
		if len(segment) >= 12 && bytes.HasPrefix(segment, []byte("Adobe")) {
			d.color.adobe, d.color.transform = true, segment[11]
		}
	default:
		return refuse(marker)
	}
	return nil
}

// refuse names the kinds of frames that are not read here. Other markers, which
// are comments and applications', are passed over.
func refuse(marker uint8) error {
	switch {
	case marker < startOfFrame || marker > 0xcf:
		return nil
	case marker == reserved:
		return UnsupportedError("the reserved frame 0xffc8")
	case marker >= 0xc9:
		return UnsupportedError("arithmetic coding")
	case marker == 0xc3:
		return UnsupportedError("lossless JPEG")
	}
	return UnsupportedError("hierarchical JPEG")
}

// quantTable holds the step of each coefficient in natural order.
type quantTable struct {
	step    kernel.Block // 16 bits without a sign
	defined bool
}

func (d *Decoder) readQuant(segment []byte) error {
	for len(segment) > 0 {
		wide, number := segment[0]>>4, segment[0]&15
		if wide > 1 || number > 3 {
			return FormatError(fmt.Sprintf("quantization table %d of precision %d, expected 0 … 3 and 0 or 1", number, wide))
		}
		size := blockSize << wide
		if segment = segment[1:]; len(segment) < size {
			return FormatError("a quantization table of too few bytes")
		}
		table := &d.quant[number]
		for k := range blockSize {
			if wide == 1 {
				table.step[zigzag[k]] = int16(binary.BigEndian.Uint16(segment[2*k:]))
			} else {
				table.step[zigzag[k]] = int16(segment[k])
			}
		}
		table.defined = true
		segment = segment[size:]
	}
	return nil
}
