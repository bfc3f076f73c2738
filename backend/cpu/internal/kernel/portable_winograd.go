package kernel

import "unsafe"

// scheme is the matrices of a Winograd convolution.
type scheme struct {
	pictures, kernels, outputs [][]float32 // Bᵀ, G and Aᵀ
}

func schemes() []scheme {
	return []scheme{{
		pictures: [][]float32{{4, 0, -5, 0, 1, 0}, {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0}, {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}},
		kernels:  [][]float32{{1. / 4, 0, 0}, {-1. / 6, -1. / 6, -1. / 6}, {-1. / 6, 1. / 6, -1. / 6}, {1. / 24, 1. / 12, 1. / 6}, {1. / 24, -1. / 12, 1. / 6}, {0, 0, 1}},
		outputs:  [][]float32{{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}},
	}, {
		pictures: [][]float32{{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}},
		kernels:  [][]float32{{1, 0, 0}, {1. / 2, 1. / 2, 1. / 2}, {1. / 2, -1. / 2, 1. / 2}, {0, 0, 1}},
		outputs:  [][]float32{{1, 1, 1, 0}, {0, 1, -1, -1}},
	}}
}

func transposed(a [][]float32) [][]float32 {
	t := make([][]float32, len(a[0]))
	for i := range t {
		for _, row := range a {
			t[i] = append(t[i], row[i])
		}
	}
	return t
}

// tile is a square of at most 6×6 numbers.
type tile [6][6]float32

// conjugate returns matrix·t·matrixᵀ.
func conjugate(matrix [][]float32, t *tile) (result tile) {
	var half tile
	for i, row := range matrix {
		for j := range row {
			for k, f := range row {
				half[i][j] += f * t[k][j]
			}
		}
	}
	for i := range matrix {
		for j, row := range matrix {
			for k, f := range row {
				result[i][j] += half[i][k] * f
			}
		}
	}
	return result
}

// portableWinograd returns the transforms in Go for registers of the given lanes.
func portableWinograd(lanes int) [2]Winograd {
	var all [2]Winograd
	for i, s := range schemes() {
		all[i] = Winograd{
			Results:         len(s.outputs),
			Pictures:        portableSpread(s.pictures, lanes),
			Gradients:       portableSpread(transposed(s.outputs), lanes),
			Kernels:         portableKernels(s.kernels, lanes),
			KernelGradients: portableKernelGradients(transposed(s.kernels)),
		}
		g := gathering{matrix: s.outputs, lanes: lanes}
		all[i].Outputs, all[i].Pooled, all[i].Maxima = g.outputs, g.pooled, g.maxima
	}
	return all
}

func portableSpread(matrix [][]float32, lanes int) func(dst *float32, plane, group int, src *float32, row, pixel, groups int) {
	n, extent := len(matrix), len(matrix[0])
	return func(dst *float32, plane, group int, src *float32, row, pixel, groups int) {
		for c := range groups * lanes {
			var t tile
			for i := range extent {
				for j := range extent {
					t[i][j] = rowAt(src, i*row+j*pixel+c, 1)[0]
				}
			}
			t = conjugate(matrix, &t)
			for i := range n * n {
				rowAt(dst, i*plane+c/lanes*group+c%lanes, 1)[0] = t[i/n][i%n]
			}
		}
	}
}

func portableKernels(matrix [][]float32, lanes int) func(dst *float32, plane, apart int, src *float32, tap, step, count, used int) {
	n := len(matrix)
	return func(dst *float32, plane, apart int, src *float32, tap, step, count, used int) {
		for c := range count * lanes {
			channel, lane := c/lanes, c%lanes
			var t tile
			for i := range 9 {
				if lane < used {
					t[i/3][i%3] = rowAt(src, i*tap+channel*step+lane, 1)[0]
				}
			}
			t = conjugate(matrix, &t)
			for i := range n * n {
				rowAt(dst, i*plane+channel*apart+lane, 1)[0] = t[i/n][i%n]
			}
		}
	}
}

func portableKernelGradients(matrix [][]float32) func(dst *float32, tap, step int, src *float32, plane, apart, count, lanes int) {
	n := len(matrix[0])
	return func(dst *float32, tap, step int, src *float32, plane, apart, count, lanes int) {
		for c := range count * lanes {
			channel, lane := c/lanes, c%lanes
			var t tile
			for i := range n * n {
				t[i/n][i%n] = rowAt(src, i*plane+channel*apart+lane, 1)[0]
			}
			t = conjugate(matrix, &t)
			for i := range 9 {
				rowAt(dst, i*tap+channel*step+lane, 1)[0] = t[i/3][i%3]
			}
		}
	}
}

// gathering is the transforms back to results.
type gathering struct {
	matrix [][]float32
	lanes  int
}

// tile returns the results of one filter, neither rectified.
func (g gathering) tile(src *float32, plane int, bias *float32, filter int) tile {
	n := len(g.matrix[0])
	var t tile
	for i := range n * n {
		t[i/n][i%n] = rowAt(src, i*plane+filter, 1)[0]
	}
	if bias != nil {
		t[1][1] += rowAt(bias, filter, 1)[0] // every result contains it once
	}
	return conjugate(g.matrix, &t)
}

func rectified(x float32, mode Mode) float32 {
	if mode&ReLU != 0 {
		x = max(x, 0)
	}
	if mode&Cap != 0 {
		x = min(x, 6)
	}
	return x
}

func (g gathering) outputs(dst *float32, row, pixel int, src *float32, plane int, bias, residual *float32, residualRow, residualPixel, groups int, mode Mode) {
	m := len(g.matrix)
	for c := range groups * g.lanes {
		t := g.tile(src, plane, bias, c)
		for i := range m {
			for j := range m {
				x := t[i][j]
				if residual != nil {
					x += rowAt(residual, i*residualRow+j*residualPixel+c, 1)[0]
				}
				rowAt(dst, i*row+j*pixel+c, 1)[0] = rectified(x, mode)
			}
		}
	}
}

func (g gathering) pooled(dst *float32, row, pixel int, src *float32, plane int, bias *float32, groups int, mode Mode) {
	g.maxima(dst, row, pixel, nil, 0, 0, src, plane, bias, groups, mode, 0)
}

func (g gathering) maxima(dst *float32, row, pixel int, which *uint8, whichRow, whichPixel int, src *float32, plane int, bias *float32, groups int, mode Mode, positive int) {
	half := len(g.matrix) / 2
	for c := range groups * g.lanes {
		t := g.tile(src, plane, bias, c)
		for i := range half {
			for j := range half {
				largest, number := t[2*i][2*j], 0
				for k := 1; k < 4; k++ {
					x := t[2*i+k/2][2*j+k%2]
					if x > largest {
						number = k
					}
					largest = max(largest, x)
				}
				if positive == 1 && !(largest > 0) {
					number = Nowhere
				}
				rowAt(dst, i*row+j*pixel+c, 1)[0] = rectified(largest, mode)
				if which != nil {
					*(*uint8)(unsafe.Add(unsafe.Pointer(which), i*whichRow+j*whichPixel+c)) = uint8(number)
				}
			}
		}
	}
}

// portablePlanes returns the product in Go for panels of the given width.
func portablePlanes(rows, columns, lanes, width int) Planes {
	return Planes{rows, columns, func(channels, groups, planes int, a *float32, aPlane int, b *float32, bPlane int, c *float32, cPlane int) {
		for plane := range planes {
			for group := range groups {
				left := rowAt(a, plane*aPlane+group*channels*rows, channels*rows)
				right := rowAt(b, plane*bPlane, channels*width)
				out := rowAt(c, plane*cPlane+group*rows*width, rows*width)
				for i := range rows {
					line := out[i*width:][:columns]
					clear(line)
					for k := range channels {
						x := left[k/lanes*rows*lanes+i*lanes+k%lanes]
						for j, y := range right[k*width:][:columns] {
							line[j] += x * y
						}
					}
				}
			}
		}
	}}
}

func portableAccumulateTiles(lanes int) func(tiles, groups int, a, b *float32, bGroup int, c *float32, stride, add int) {
	return func(tiles, groups int, a, b *float32, bGroup int, c *float32, stride, add int) {
		for channel := range groups * lanes {
			out := rowAt(c, channel*stride, 2*lanes)
			for j := range out {
				var sum float32
				for t := range tiles {
					sum += rowAt(a, channel/lanes*tiles*lanes+t*lanes+channel%lanes, 1)[0] * rowAt(b, j/lanes*bGroup+t*lanes+j%lanes, 1)[0]
				}
				if add != 0 {
					sum += out[j]
				}
				out[j] = sum
			}
		}
	}
}
