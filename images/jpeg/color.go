package jpeg

import "github.com/lince-ml/lince/images/internal/kernel"

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
			kernel.Colors(out, rows[0], rows[1], rows[2])
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
	kernel.Colors(colors, rows[0], rows[1], rows[2])
	for x, black := range rows[3] {
		copy(out[4*x:], colors[3*x:][:3])
		out[4*x+3] = ^black
	}
}
