package main

import "github.com/lince-ml/lince/backend/cpu/internal/kernel/generate/formulas"

// relations writes the comparisons, what is chosen by them, and the error function.
func relations(a *assembly) {
	compare := func(name, doc string, write func(f *function, x, y vec)) {
		pointwise(a, name, doc, 2, func(f *function) func([]vec) vec {
			unit := f.number(1)
			return func(in []vec) vec {
				write(f, in[0], in[1])
				f.and(in[0], in[0], unit)
				return in[0]
			}
		})
	}
	compare("equal", "sets dst to 1 where x = y, else 0.", func(f *function, x, y vec) { f.alike(x, x, y) })
	compare("notEqual", "sets dst to 1 where x ≠ y, else 0.", func(f *function, x, y vec) {
		f.alike(x, x, y)
		f.not(x, x)
	})
	compare("less", "sets dst to 1 where x < y, else 0.", func(f *function, x, y vec) { f.greater(x, y, x) })
	compare("lessEqual", "sets dst to 1 where x ≤ y, else 0.", func(f *function, x, y vec) { f.notLess(x, y, x) })
	pointwise(a, "choose", "sets dst to y where x is not 0, else to z.", 3, func(f *function) func([]vec) vec {
		zero := f.number(0)
		return func(in []vec) vec {
			f.alike(in[0], in[0], zero)
			f.where(in[0], in[1], in[2])
			return in[1]
		}
	})
	pointwise(a, "erf", "sets dst to the error function of x.", 1, errorFunction)
}

// errorFunction keeps what exp does not need in lanes, as registers are few.
func errorFunction(f *function) func([]vec) vec {
	f.holdConstants(4)
	exp, sign := f.exp(), f.bits(1<<31)
	size, square, near, t, far, p, sum := f.vec(), f.vec(), f.vec(), f.vec(), f.vec(), f.vec(), f.vec()
	nearTerms, farTerms := f.factors(formulas.Erf), f.factors(formulas.Erfc)
	return func(in []vec) vec {
		x := in[0]
		f.fabs(size, x)
		f.fmul(square, x, x)
		f.fmul(near, f.polynomial(square, nearTerms, p, sum), x)
		f.fill(far, f.factor(1))
		f.copy(t, far)
		scale := f.factor(formulas.ErfScale)
		f.fmlaBy(t, size, scale.in, scale.lane)
		f.fdiv(t, far, t)
		tail := f.polynomial(t, farTerms, p, sum)
		f.fneg(square, square)
		f.fmls(far, tail, exp(square))
		f.where(sign, far, x)
		f.fill(t, f.factor(formulas.ErfNear))
		f.greater(size, t, size)
		f.where(size, far, near)
		return far
	}
}
