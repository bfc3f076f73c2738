package kernel

import "unsafe"

// portableStrided returns a tile in Go for panels of B of the given width.
func portableStrided(rows, columns, width int) Strided {
	return Strided{rows, columns, func(a *float32, step int, offsets *int, segments, length int, b, c *float32, stride, columns int,
		bias, residual *float32, apart int, mode Mode) {
		starts := unsafe.Slice(offsets, segments)
		right := rowAt(b, 0, segments*length*width)
		for i := range rows {
			for j := 0; j < columns; j += 4 {
				var sums [4]float32
				for s, start := range starts {
					add1x4(&sums, rowAt(a, i*step+start, length), right[s*length*width:], width, j)
				}
				used := min(4, columns-j)
				for k, sum := range sums[:used] {
					if bias != nil {
						sum += rowAt(bias, j, used)[k]
					}
					if residual != nil {
						sum += rowAt(residual, i*apart+j, used)[k]
					}
					sums[k] = sum
				}
				out := rowAt(c, i*stride+j, used)
				copy(out, sums[:])
				rectify(out, mode)
			}
		}
	}}
}

// add1x4 adds the products of a line with four columns of a panel, from j on.
func add1x4(sums *[4]float32, line, panel []float32, width, j int) {
	s0, s1, s2, s3 := sums[0], sums[1], sums[2], sums[3]
	for _, x := range line {
		y := panel[j : j+4 : j+4]
		s0 += x * y[0]
		s1 += x * y[1]
		s2 += x * y[2]
		s3 += x * y[3]
		panel = panel[width:]
	}
	*sums = [4]float32{s0, s1, s2, s3}
}

func rectify(out []float32, mode Mode) {
	for j, v := range out {
		if mode&ReLU != 0 {
			v = max(v, 0)
		}
		if mode&Cap != 0 {
			v = min(v, 6)
		}
		out[j] = v
	}
}
