package picture

import (
	"bytes"
	"encoding/binary"
)

// upright is the orientation of files that have none.
const upright = 1

// sideways is the first orientation whose rows are columns upright.
const sideways = 5

// exifOrientation returns the orientation that the first directory of EXIF
// data, which is a TIFF file, gives; upright where it is absent or makes no
// sense.
func exifOrientation(data []byte) int {
	const (
		orientationTag = 0x0112
		short          = 3
		entrySize      = 12
	)
	if len(data) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.LittleEndian
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	directory := order.Uint32(data[4:])
	if uint64(directory)+2 > uint64(len(data)) {
		return upright
	}
	entries := data[directory+2:]
	count := int(order.Uint16(data[directory:]))
	for range min(count, len(entries)/entrySize) {
		if order.Uint16(entries) == orientationTag && order.Uint16(entries[2:]) == short {
			if value := int(order.Uint16(entries[8:])); 1 <= value && value <= 8 {
				return value
			}
			return upright
		}
		entries = entries[entrySize:]
	}
	return upright
}

var exifPrefix = []byte("Exif\x00\x00")

// jpegOrientation looks for EXIF in the segments before the first scan.
func jpegOrientation(content []byte) int {
	const app1, startOfScan = 0xe1, 0xda
	for rest := content[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		if rest[1] == 0xff { // padding
			rest = rest[1:]
			continue
		}
		length := 2 + int(binary.BigEndian.Uint16(rest[2:]))
		if rest[1] == startOfScan || length < 4 || length > len(rest) {
			break
		}
		if exif, ok := bytes.CutPrefix(rest[4:length], exifPrefix); ok && rest[1] == app1 {
			return exifOrientation(exif)
		}
		rest = rest[length:]
	}
	return upright
}

// pngOrientation looks for the chunk eXIf.
func pngOrientation(content []byte) int {
	for rest := content[8:]; len(rest) >= 12; {
		length := uint64(binary.BigEndian.Uint32(rest))
		if length > uint64(len(rest)-12) {
			break
		}
		if string(rest[4:8]) == "eXIf" {
			return exifOrientation(rest[8 : 8+length])
		}
		rest = rest[12+length:]
	}
	return upright
}

// webpOrientation looks for the chunk EXIF.
func webpOrientation(content []byte) int {
	for rest := content[12:]; len(rest) >= 8; {
		length := uint64(binary.LittleEndian.Uint32(rest[4:]))
		if length > uint64(len(rest)-8) {
			break
		}
		if string(rest[:4]) == "EXIF" {
			return exifOrientation(bytes.TrimPrefix(rest[8:8+length], exifPrefix))
		}
		rest = rest[8+min(length+length%2, uint64(len(rest)-8)):]
	}
	return upright
}
