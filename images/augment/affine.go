package augment

import "math"

// transform resamples src by m into dst. All arithmetic is that of SciPy's
// affine_transform, in its order; the conversions keep compilers from fusing
// products into sums, which rounds otherwise.
func transform[T float32 | uint8](a *Augmenter, dst []float32, src []T, h, w, c int, m affine, o Options) {
	switch o.Order {
	case Bilinear:
		bilinear(dst, src, h, w, c, m, o)
	case NearestPixel:
		nearest(dst, src, h, w, c, m, o)
	case Cubic:
		border := 0
		if o.FillMode == Nearest {
			border = nearestBorder
		}
		splineCoefficients(a, src, h, w, c, border, o.FillMode)
		resample(dst, a.spline, h, w, c, m, 3, o, grid{h: h + 2*border, w: w + 2*border, border: border})
	}
}

// bilinear is resample of order 1 with a shortcut where all four neighbours
// are inside.
func bilinear[T float32 | uint8](dst []float32, src []T, h, w, c int, m affine, o Options) {
	stride := w * c
	size := grid{h: h, w: w}
	for y := range h {
		row0 := m.rows[2] + float64(float64(y)*m.rows[0])
		column0 := m.columns[2] + float64(float64(y)*m.columns[0])
		for x := range w {
			row := row0 + float64(float64(x)*m.rows[1])
			column := column0 + float64(float64(x)*m.columns[1])
			out := dst[:c:c]
			dst = dst[c:]
			if !(row >= 0 && column >= 0 && row < float64(h-1) && column < float64(w-1)) {
				sample(out, src, c, row, column, 1, o, size)
				continue
			}
			top, left := int(row), int(column)
			above := 1 - (row - float64(top))
			before := 1 - (column - float64(left))
			below, after := 1-above, 1-before
			upper := src[top*stride+left*c:][:2*c]
			lower := src[(top+1)*stride+left*c:][:2*c]
			for i := range out {
				t := float64(float64(float64(upper[i])*above) * before)
				t += float64(float64(float64(upper[i+c])*above) * after)
				t += float64(float64(float64(lower[i])*below) * before)
				t += float64(float64(float64(lower[i+c])*below) * after)
				out[i] = float32(t)
			}
		}
	}
}

// nearest is resample of order 0 with the same shortcut.
func nearest[T float32 | uint8](dst []float32, src []T, h, w, c int, m affine, o Options) {
	size := grid{h: h, w: w}
	for y := range h {
		row0 := m.rows[2] + float64(float64(y)*m.rows[0])
		column0 := m.columns[2] + float64(float64(y)*m.columns[0])
		for x := range w {
			row := row0 + float64(float64(x)*m.rows[1])
			column := column0 + float64(float64(x)*m.columns[1])
			out := dst[:c:c]
			dst = dst[c:]
			if !(row >= 0 && column >= 0 && row <= float64(h-1) && column <= float64(w-1)) {
				sample(out, src, c, row, column, 0, o, size)
				continue
			}
			pixel := src[(int(row+0.5)*w+int(column+0.5))*c:][:c]
			for i, v := range pixel {
				out[i] = float32(v)
			}
		}
	}
}

// grid is the size of what is sampled, of which border pixels on every side
// are not the picture's.
type grid struct{ h, w, border int }

// resample interpolates from the pixels of src, whose size may differ from the h×w of dst.
func resample[T float32 | uint8 | float64](dst []float32, src []T, h, w, c int, m affine, order int, o Options, size grid) {
	for y := range h {
		row0 := m.rows[2] + float64(float64(y)*m.rows[0])
		column0 := m.columns[2] + float64(float64(y)*m.columns[0])
		for x := range w {
			row := row0 + float64(float64(x)*m.rows[1])
			column := column0 + float64(float64(x)*m.columns[1])
			sample(dst[:c], src, c, row, column, order, o, size)
			dst = dst[c:]
		}
	}
}

// sample interpolates all channels at one point.
func sample[T float32 | uint8 | float64](out []float32, src []T, c int, row, column float64, order int, o Options, size grid) {
	var rows, columns taps
	if !rows.place(row+float64(size.border), size.h, order, o.FillMode) || !columns.place(column+float64(size.border), size.w, order, o.FillMode) {
		for i := range out {
			out[i] = float32(o.CVal)
		}
		return
	}
	for i := range out {
		t := 0.0
		for j := range order + 1 {
			line := src[rows.at[j]*size.w*c+i:]
			for k := range order + 1 {
				t += float64(float64(float64(line[columns.at[k]*c])*rows.weight[j]) * columns.weight[k])
			}
		}
		out[i] = float32(t)
	}
}

// taps are the pixels along one axis that a point is interpolated from.
type taps struct {
	at     [4]int
	weight [4]float64
}

// place finds the order+1 pixels around x on an axis of n and their spline
// weights; it is false where the point is outside and to be filled with cval.
func (p *taps) place(x float64, n, order int, mode FillMode) bool {
	if mode != Nearest {
		if x = fold(x, n, mode); x <= -1 {
			return false
		}
	}
	middle := math.Floor(x)
	if order == 0 {
		middle = math.Floor(x + 0.5)
	}
	start := int(middle) - order/2
	inside := start >= 0 && start+order < n
	for i := range order + 1 {
		p.at[i] = start + i
		if !inside {
			p.at[i] = neighbour(start+i, n, mode)
		}
	}
	x -= middle
	switch order {
	case 0:
		p.weight[0] = 1
	case 1:
		p.weight[0] = 1 - x
		p.weight[1] = 1 - p.weight[0]
	case 3:
		p.weight = cubicWeights(x)
	}
	return true
}

// fold brings a coordinate outside [0, n-1] back in, as SciPy's
// map_coordinate: what it makes -1 is to be filled with cval.
func fold(x float64, n int, mode FillMode) float64 {
	switch {
	case x >= 0 && x <= float64(n-1):
		return x
	case mode == Constant:
		return -1
	case n == 1:
		return 0
	case mode == Wrap:
		period := float64(n - 1)
		if x < 0 {
			return x + float64(period*(math.Trunc(-x/period)+1))
		}
		return x - float64(period*math.Trunc(x/period))
	}
	return reflect(x, n)
}

func reflect(x float64, n int) float64 {
	period := float64(2 * n)
	if x < 0 {
		if x < -period {
			x = float64(period*math.Trunc(-x/period)) + x
		}
		if x < float64(-n) {
			return x + period
		}
		return max(-x, 1e-15) - 1 // never -1, which would be filled with cval
	}
	x -= float64(period * math.Trunc(x/period))
	if x >= float64(n) {
		return period - x - 1
	}
	return x
}

// neighbour returns the pixel that stands for number i, outside 0 … n-1, in an
// interpolation that reaches over the edge.
func neighbour(i, n int, mode FillMode) int {
	switch {
	case n == 1:
		return 0
	case mode == Nearest:
		return max(0, min(i, n-1))
	case i >= 0 && i < n:
		return i
	case mode == Reflect:
		return int(reflect(float64(i), n))
	}
	period := 2*n - 2 // mirrored on the outermost pixels
	i = ((i % period) + period) % period
	return min(i, period-i)
}

// grow returns a slice of n elements of any content, s itself where it is long
// enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
