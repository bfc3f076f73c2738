package main

import (
	"math"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel/generate/formulas"
)

// An operation is what an elementwise kernel does with one register of each
// input, whose result is in a register that may be an input's. It is made once
// per kernel, before the loop, to prepare constants.
type operation func(f *function) func(in []vec) vec

// elementwise writes the kernels dst[i] = g(x[i], y[i], z[i]).
func elementwise(a *assembly) {
	binary := func(name, doc string, write func(f *function, d, n, m vec)) {
		pointwise(a, name, doc, 2, func(f *function) func([]vec) vec {
			return func(in []vec) vec {
				write(f, in[0], in[0], in[1])
				return in[0]
			}
		})
	}
	binary("add", "sets dst to x + y.", (*function).fadd)
	binary("sub", "sets dst to x - y.", (*function).fsub)
	binary("mul", "sets dst to x · y.", (*function).fmul)
	binary("div", "sets dst to x / y.", (*function).fdiv)
	binary("max", "sets dst to the larger of x and y; NaN if either is.", (*function).fmax)
	binary("min", "sets dst to the smaller of x and y; NaN if either is.", (*function).fmin)
	pointwise(a, "mulAdd", "sets dst to x·y + z, rounded once.", 3, func(f *function) func([]vec) vec {
		return func(in []vec) vec {
			f.fmla(in[2], in[0], in[1])
			return in[2]
		}
	})
	pointwise(a, "sqrt", "sets dst to the square root of x.", 1, func(f *function) func([]vec) vec {
		return func(in []vec) vec {
			f.fsqrt(in[0], in[0])
			return in[0]
		}
	})
	pointwise(a, "relu", "sets dst to max(x, 0).", 1, func(f *function) func([]vec) vec {
		zero := f.number(0)
		return func(in []vec) vec {
			f.fmax(in[0], in[0], zero)
			return in[0]
		}
	})
	pointwise(a, "reluGrad", "sets dst to x where y is positive, else 0.", 2, func(f *function) func([]vec) vec {
		return func(in []vec) vec {
			f.positive(in[1], in[1])
			f.and(in[0], in[0], in[1])
			return in[0]
		}
	})
	pointwise(a, "exp", "sets dst to eˣ.", 1, exponential)
	pointwise(a, "sigmoid", "sets dst to 1/(1 + e⁻ˣ).", 1, sigmoid)
	pointwise(a, "tanh", "sets dst to the hyperbolic tangent of x.", 1, hyperbolicTangent)
}

func pointwise(a *assembly, name, doc string, inputs int, op operation) {
	names := []string{"x", "y", "z"}[:inputs]
	parameters := "dst []float32"
	for _, input := range names {
		parameters += ", " + input + " []float32"
	}
	a.function(name, parameters, "", doc, func(f *function) {
		dst, n := f.argument("dst_base"), f.argument("dst_len")
		var sources []gp
		for _, input := range names {
			sources = append(sources, f.argument(input+"_base"))
		}
		apply, in := op(f), f.vecs(inputs)
		f.each("element", n, func(w width) {
			for i, v := range in {
				f.loadNext(w, v, sources[i])
			}
			f.storeNext(w, apply(in), dst)
		})
		f.end()
	})
}

// scalars writes the kernels that take numbers besides vectors.
func scalars(a *assembly) {
	a.function("scaleShift", "dst []float32, x []float32, scale float32, shift float32", "",
		"sets dst to x·scale + shift, rounded once.", func(f *function) {
			dst, n, x := f.argument("dst_base"), f.argument("dst_len"), f.argument("x_base")
			scale, shift, v, sum := f.float("scale"), f.float("shift"), f.vec(), f.vec()
			f.each("element", n, func(w width) {
				f.loadNext(w, v, x)
				f.copy(sum, shift)
				f.fmla(sum, v, scale)
				f.storeNext(w, sum, dst)
			})
			f.end()
		})
	a.function("fill", "dst []float32, value float32", "", "sets every element of dst.", func(f *function) {
		dst, n, value := f.argument("dst_base"), f.argument("dst_len"), f.float("value")
		f.each("element", n, func(w width) { f.storeNext(w, value, dst) })
		f.end()
	})
}

// numbers fills a register with each of some numbers.
func (f *function) numbers(values []float64) []constant {
	var list []constant
	for _, value := range values {
		list = append(list, constant{float32(value), f.number(value), everyLane})
	}
	return list
}

// exp prepares eˣ, which overwrites x: x = n·ln 2 + r, then 2ⁿ·eʳ.
func (f *function) exp() func(x vec) vec {
	high, low := f.number(formulas.Highest), f.number(formulas.Lowest)
	scale, coarse, fine := f.number(math.Log2E), f.number(formulas.Ln2High), f.number(formulas.Ln2Low)
	coefficients, bias := f.numbers(formulas.Exp), f.bits(127)
	n, p, sum := f.vec(), f.vec(), f.vec()
	return func(x vec) vec {
		f.fmin(x, x, high)
		f.fmax(x, x, low)
		f.fmul(n, x, scale)
		f.nearest(n, n)
		f.fmls(x, n, coarse)
		f.fmls(x, n, fine)
		result := f.polynomial(x, coefficients, p, sum)
		half := x // 2ⁿ in two factors, so that the ends overflow and fade as they should
		f.integer(n, n)
		f.halve(half, n)
		f.emit("VSUB %v.S4, %v.S4, %v.S4", half, n, n)
		for _, part := range []vec{half, n} {
			f.emit("VADD %v.S4, %v.S4, %v.S4", bias, part, part)
			f.emit("VSHL $23, %v.S4, %v.S4", part, part)
			f.fmul(result, result, part)
		}
		return result
	}
}

// polynomial returns its value at x in one of two registers that it takes turns with.
func (f *function) polynomial(x vec, coefficients []constant, p, sum vec) vec {
	last := coefficients[0].in
	if coefficients[0].lane != everyLane {
		last, p, sum = sum, sum, p
		f.fill(last, coefficients[0])
	}
	for _, c := range coefficients[1:] {
		f.fill(sum, c)
		f.fmla(sum, last, x)
		last, p, sum = sum, sum, p
	}
	return last
}

// fill fills a register with a constant.
func (f *function) fill(d vec, c constant) {
	if c.lane == everyLane {
		f.copy(d, c.in)
		return
	}
	f.emit("VDUP %v.S[%d], %v.S4", c.in, c.lane, d)
}

func exponential(f *function) func([]vec) vec {
	exp := f.exp()
	return func(in []vec) vec { return exp(in[0]) }
}

// sigmoid is 1/(1 + e⁻ˣ) for positive x and eˣ/(1 + eˣ) for negative, so that
// nothing overflows and small results keep their precision.
func sigmoid(f *function) func([]vec) vec {
	exp, unit := f.exp(), f.number(1)
	below, above, sum := f.vec(), f.vec(), f.vec()
	return func(in []vec) vec {
		f.fabs(below, in[0])
		f.fneg(below, below)
		e := exp(below)
		f.fadd(sum, e, unit)
		f.copy(above, unit)
		f.negative(in[0], in[0])
		f.where(in[0], above, e)
		f.fdiv(above, above, sum)
		return above
	}
}

// hyperbolicTangent is 1 - 2/(e²ˣ + 1), and the polynomial near zero, where
// that would cancel.
func hyperbolicTangent(f *function) func([]vec) vec {
	exp, unit, two, edge := f.exp(), f.number(1), f.number(2), f.number(formulas.TanhNear)
	coefficients := f.numbers(formulas.Tanh)
	small, square, near, p, sum := f.vec(), f.vec(), f.vec(), f.vec(), f.vec()
	return func(in []vec) vec {
		x := in[0]
		f.fabs(small, x)
		f.greater(small, edge, small)
		f.fmul(square, x, x)
		q := f.polynomial(square, coefficients, p, sum)
		f.fmul(q, q, square)
		f.copy(near, x)
		f.fmla(near, q, x)
		f.fadd(x, x, x)
		far := exp(x)
		f.fadd(far, far, unit)
		f.fdiv(far, two, far)
		f.fsub(far, unit, far)
		f.where(small, far, near)
		return far
	}
}
