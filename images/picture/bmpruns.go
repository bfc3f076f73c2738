package picture

import "fmt"

// expandRuns returns the colour numbers, rows from the top, of a BMP file
// compressed by run lengths. Pixels that no run covers have number 0.
func (b *bmpHeader) expandRuns() ([]uint8, error) {
	const endOfRow, endOfPicture, move = 0, 1, 2
	// No two bytes get farther than a move of 255 columns and rows.
	if b.height/256*(b.width/256) > len(b.pixels) {
		return nil, fmt.Errorf("%w: %d bytes cannot hold %d×%d pixels", ErrTruncated, len(b.pixels), b.height, b.width)
	}
	numbers := make([]uint8, b.height*b.width)
	x, y := 0, 0
	put := func(number uint8) {
		if x < b.width && y < b.height {
			numbers[(b.height-1-y)*b.width+x] = number
		}
		x++
	}
	for in := b.pixels; y < b.height; {
		if len(in) < 2 {
			return nil, fmt.Errorf("%w: %d of %d rows are there", ErrTruncated, y, b.height)
		}
		count, code := int(in[0]), in[1]
		in = in[2:]
		switch {
		case count > 0:
			for i := range count {
				put(b.number(code, i))
			}
		case code == endOfRow:
			x, y = 0, y+1
		case code == endOfPicture:
			return numbers, nil
		case code == move:
			if len(in) < 2 {
				return nil, ErrTruncated
			}
			x, y, in = x+int(in[0]), y+int(in[1]), in[2:]
		default: // as many pixels as they are, in whole 16-bit words
			size := int(code)
			if b.compression == bmpRuns4 {
				size = (size + 1) / 2
			}
			if len(in) < size {
				return nil, ErrTruncated
			}
			for i := range int(code) {
				if b.compression == bmpRuns4 {
					put(b.number(in[i/2], i))
				} else {
					put(in[i])
				}
			}
			in = in[min(size+size%2, len(in)):]
		}
	}
	return numbers, nil
}

// number returns the colour of pixel i in a run: runs of 4-bit pixels alternate
// between two.
func (b *bmpHeader) number(code uint8, i int) uint8 {
	switch {
	case b.compression == bmpRuns8:
		return code
	case i%2 == 0:
		return code >> 4
	}
	return code & 15
}
