package augment

import "math"

// nearestBorder is how many pixels SciPy repeats around a picture before it
// computes a spline for the mode nearest, which has no exact boundary.
const nearestBorder = 12

// cubicPole is the pole of the inverse cubic B-spline filter, √3 − 2.
const cubicPole = -0.267949192431122706472553658494127633

// cubicWeights returns the weights of the four pixels around a point that lies
// x behind the second, 0 ≤ x < 1.
func cubicWeights(x float64) (w [4]float64) {
	z := 1 - x
	w[0] = z * z * z / 6
	w[1] = (float64(x*x*(x-2)*3) + 4) / 6
	w[2] = (float64(z*z*(z-2)*3) + 4) / 6
	w[3] = 1 - w[0] - w[1] - w[2]
	return w
}

// splineCoefficients fills a.spline with the cubic B-spline coefficients of src with
// border repeated pixels around it: M. Unser, A. Aldroubi and M. Eden, "Fast
// B-spline transforms for continuous image representation and interpolation",
// IEEE PAMI 13(3), 1991.
func splineCoefficients[T float32 | uint8](a *Augmenter, src []T, h, w, c, border int, mode FillMode) {
	rows, columns := h+2*border, w+2*border
	stride := columns * c
	a.spline = grow(a.spline, rows*stride)
	dst := a.spline
	for y := range rows {
		from := max(0, min(y-border, h-1)) * w * c
		for x := range columns {
			pixel := src[from+max(0, min(x-border, w-1))*c:][:c]
			for i, v := range pixel {
				dst[y*stride+x*c+i] = float64(v)
			}
		}
	}
	for x := range stride {
		a.filter(dst[x:], rows, stride, mode)
	}
	for y := range rows {
		for i := range c {
			a.filter(dst[y*stride+i:], columns, c, mode)
		}
	}
}

// filter turns n values, step apart, into their coefficients.
func (a *Augmenter) filter(values []float64, n, step int, mode FillMode) {
	if n == 1 {
		return
	}
	const gain = (1 - cubicPole) * (1 - 1/cubicPole)
	a.line = grow(a.line, n)
	s := a.line
	for i := range s {
		s[i] = values[i*step] * gain
	}
	reflected := mode == Nearest || mode == Reflect
	if reflected {
		s[0] = firstReflected(s)
	} else {
		s[0] = firstMirrored(s)
	}
	for i := 1; i < n; i++ {
		s[i] += float64(cubicPole * s[i-1])
	}
	if reflected {
		s[n-1] *= cubicPole / (cubicPole - 1)
	} else {
		s[n-1] = (float64(cubicPole*s[n-2]) + s[n-1]) * cubicPole / (cubicPole*cubicPole - 1)
	}
	for i := n - 2; i >= 0; i-- {
		s[i] = cubicPole * (s[i+1] - s[i])
	}
	for i, v := range s {
		values[i*step] = v
	}
}

// firstMirrored is where the forward filter starts in a signal that is mirrored
// on its outermost samples.
func firstMirrored(s []float64) float64 {
	n := len(s)
	reach := math.Pow(cubicPole, float64(n-1))
	sum, power := s[0]+float64(reach*s[n-1]), cubicPole
	for i := 1; i < n-1; i++ {
		sum += float64(power * (s[i] + float64(reach*s[n-1-i])))
		power *= cubicPole
	}
	return sum / (1 - float64(reach*reach))
}

// firstReflected is where it starts in one that repeats its outermost samples.
func firstReflected(s []float64) float64 {
	n := len(s)
	reach := math.Pow(cubicPole, float64(n))
	sum, power := s[0]+float64(reach*s[n-1]), cubicPole
	for i := 1; i < n-1; i++ {
		sum += float64(power * (s[i] + float64(reach*s[n-1-i])))
		power *= cubicPole
	}
	sum += float64(power * (s[n-1] + float64(reach*sum))) // sum where s[0] is due, as in SciPy
	return float64(sum*(cubicPole/(1-float64(reach*reach)))) + s[0]
}
