package jpeg

import "github.com/lince-ml/lince/images/internal/kernel"

// hasLuminance reports whether the first three components are luminance and two
// differences of colour. libjpeg's rules decide: JFIF's marker says so, then
// Adobe's does or not, then the components' numbers.
func (d *Decoder) hasLuminance() bool {
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

// row puts the samples of all components of a row together.
func (d *Decoder) row(out []uint8, y int) {
	f := &d.frame
	var rows [maxComponents][]uint8
	for i := range f.components {
		rows[i] = f.row(&f.components[i], y, d.buffers[i].row)
	}
	switch n := len(f.components); {
	case n == 1:
		copy(out, rows[0])
	case n == 4:
		d.putInk(out, &rows)
	case d.luminance:
		kernel.Colors(out, rows[0], rows[1], rows[2])
	default:
		interleave(out, rows[:n])
	}
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
func (d *Decoder) putInk(out []uint8, rows *[maxComponents][]uint8) {
	if !d.luminance {
		interleave(out, rows[:])
		for i := range out {
			out[i] = ^out[i]
		}
		return
	}
	d.inks = resized(d.inks, len(out)/4*3)
	kernel.Colors(d.inks, rows[0], rows[1], rows[2])
	for x, black := range rows[3] {
		copy(out[4*x:], d.inks[3*x:][:3])
		out[4*x+3] = ^black
	}
}
