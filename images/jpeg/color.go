package jpeg

// luminance reports whether the first three components are luminance and two
// differences of colour. libjpeg's rules decide: JFIF's marker says so, then
// Adobe's does or not, then the components' numbers.
func (d *Decoder) luminance() bool {
	c := d.frame.components
	switch {
	case len(c) == 4:
		return d.color.adobe && d.color.transform != 0
	case len(c) == 1:
		return false
	case d.color.jfif:
		return true
	case d.color.adobe:
		return d.color.transform != 0
	}
	return c[0].id != 'R' || c[1].id != 'G' || c[2].id != 'B'
}

// image puts the samples of all components together.
func (d *Decoder) image() *Image {
	f := &d.frame
	n := len(f.components)
	m := &Image{Width: f.width, Height: f.height, Components: n, Pix: make([]uint8, f.width*f.height*n)}
	luminance := d.luminance()
	var rows [maxComponents][]uint8
	for y := range f.height {
		for i := range f.components {
			rows[i] = f.row(&f.components[i], y, d.buffers[i].row)
		}
		out := m.Pix[y*f.width*n:][:f.width*n]
		switch {
		case n == 1:
			copy(out, rows[0])
		case n == 4:
			putInk(out, &rows, luminance)
		case luminance:
			putColors(out, rows[0], rows[1], rows[2])
		default:
			interleave(out, rows[:n])
		}
	}
	return m
}

func interleave(out []uint8, rows [][]uint8) {
	for i, row := range rows {
		for x, sample := range row {
			out[x*len(rows)+i] = sample
		}
	}
}

// The conversion's matrix is JFIF's in 16 binary places. One sum of three
// numbers gives all three colours: green with its binary places, which libjpeg
// rounds last, in the lowest bits, and above it red and blue, which are whole.
// Each is offset to stay positive, so that no borrow leaves its place.
const (
	greenPlaces = 16
	redAt       = 32
	blueAt      = 48
	offset      = 256
	colorMask   = 1<<10 - 1
)

// chroma holds what each value of a difference adds.
type chroma [256]uint64

var blueness, redness = func() (blue, red chroma) {
	const half = 1 << 15
	for i := range 256 {
		x := int64(i) - 128
		blue[i] = uint64(half-22554*x) + uint64((116130*x+half)>>16+offset)<<blueAt
		red[i] = uint64(offset<<greenPlaces-46802*x) + uint64((91881*x+half)>>16+offset)<<redAt
	}
	return blue, red
}()

// putColors converts a row.
func putColors(out, luma, blue, red []uint8) {
	const (
		all    = 1<<greenPlaces | 1<<redAt | 1<<blueAt
		inside = all * offset
		beyond = all * (offset | 2*offset)
	)
	blue, red = blue[:len(luma)], red[:len(luma)]
	for x, y := range luma {
		if len(out) < 3 {
			return
		}
		sum := uint64(y)*all + blueness[blue[x]] + redness[red[x]]
		if sum&beyond == inside { // offset is above the bits of a byte
			out[0], out[1], out[2] = uint8(sum>>redAt), uint8(sum>>greenPlaces), uint8(sum>>blueAt)
		} else {
			out[0], out[1], out[2] = limited(sum>>redAt), limited(sum>>greenPlaces), limited(sum>>blueAt)
		}
		out = out[3:]
	}
}

// limited is the colour in the lowest bits.
func limited(sum uint64) uint8 { return clamp(int32(sum&colorMask) - offset) }

// putInk writes a row of cyan, magenta, yellow and black. Files hold the light
// that the ink leaves, by Adobe's convention; luminance and differences, where
// they have those, are of the ink.
func putInk(out []uint8, rows *[maxComponents][]uint8, luminance bool) {
	if !luminance {
		interleave(out, rows[:])
		for i := range out {
			out[i] = ^out[i]
		}
		return
	}
	colors := make([]uint8, len(out)/4*3)
	putColors(colors, rows[0], rows[1], rows[2])
	for x, black := range rows[3] {
		copy(out[4*x:], colors[3*x:][:3])
		out[4*x+3] = ^black
	}
}
