package kernel

// portableTile returns a tile in Go for panels of the given height and width,
// two rows and four columns at a time.
func portableTile(rows, columns, height, width int) func(depth int, a, b, c *float32, stride int, bias *float32, mode Mode) {
	return func(depth int, a, b, c *float32, stride int, bias *float32, mode Mode) {
		left, right := rowAt(a, 0, depth*height), rowAt(b, 0, depth*width)
		for i := 0; i < rows; i += 2 {
			for j := 0; j < columns; j += 4 {
				var sums [2][4]float32
				if i+1 < rows {
					sums = multiply2x4(left, right, i, j, height, width)
				} else {
					sums[0] = multiply1x4(left, right, i, j, height, width)
				}
				for r := range min(2, rows-i) {
					out := rowAt(c, (i+r)*stride+j, 4)
					var add []float32
					if bias != nil {
						add = rowAt(bias, j, 4)
					}
					finish(out, sums[r], add, mode)
				}
			}
		}
	}
}

func multiply2x4(a, b []float32, i, j, height, width int) (sums [2][4]float32) {
	var s00, s01, s02, s03, s10, s11, s12, s13 float32
	for ; len(a) >= height && len(b) >= width; a, b = a[height:], b[width:] {
		x0, x1 := a[i], a[i+1]
		y := b[j : j+4 : j+4]
		s00 += x0 * y[0]
		s01 += x0 * y[1]
		s02 += x0 * y[2]
		s03 += x0 * y[3]
		s10 += x1 * y[0]
		s11 += x1 * y[1]
		s12 += x1 * y[2]
		s13 += x1 * y[3]
	}
	return [2][4]float32{{s00, s01, s02, s03}, {s10, s11, s12, s13}}
}

func multiply1x4(a, b []float32, i, j, height, width int) (sums [4]float32) {
	for ; len(a) >= height && len(b) >= width; a, b = a[height:], b[width:] {
		x, y := a[i], b[j:j+4:j+4]
		sums[0] += x * y[0]
		sums[1] += x * y[1]
		sums[2] += x * y[2]
		sums[3] += x * y[3]
	}
	return sums
}

func finish(out []float32, sums [4]float32, bias []float32, mode Mode) {
	for j, sum := range sums {
		if mode&Accumulate != 0 {
			sum += out[j]
		}
		if bias != nil {
			sum += bias[j]
		}
		if mode&ReLU != 0 {
			sum = max(sum, 0)
		}
		if mode&Cap != 0 {
			sum = min(sum, 6)
		}
		out[j] = sum
	}
}
