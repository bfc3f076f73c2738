package picture

// orient returns p turned upright from an EXIF orientation 1 … 8.
func (p *Picture) orient(orientation int) *Picture {
	if orientation <= upright || orientation > 8 {
		return p
	}
	h, w := p.Height, p.Width
	turned := &Picture{Height: h, Width: w, Channels: p.Channels, Pix: make([]uint8, len(p.Pix))}
	// The pixel of the source that comes first, and the steps to the next one
	// in the row and to the next row of the result.
	var first, right, down int
	switch orientation {
	case 2: // mirrored
		first, right, down = w-1, -1, w
	case 3: // upside down
		first, right, down = h*w-1, -1, -w
	case 4: // mirrored top to bottom
		first, right, down = (h-1)*w, 1, -w
	case 5: // rows are columns
		first, right, down = 0, w, 1
	case 6: // to be turned right
		first, right, down = (h-1)*w, -w, 1
	case 7: // rows are columns, from the end
		first, right, down = h*w-1, -w, -1
	case 8: // to be turned left
		first, right, down = w-1, w, -1
	}
	if orientation >= sideways {
		turned.Height, turned.Width = w, h
	}
	c := p.Channels
	out := turned.Pix
	for range turned.Height {
		at := first
		for range turned.Width {
			copy(out[:c], p.Pix[at*c:at*c+c])
			out = out[c:]
			at += right
		}
		first += down
	}
	return turned
}
