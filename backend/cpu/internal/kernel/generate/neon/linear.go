package main

import (
	"math"
	"slices"
)

// linear returns Σ coefficients[i]·in[i], in a register that may be an input's.
// Inputs whose coefficient is 0 are not looked at.
func (f *function) linear(coefficients []float64, in []vec) vec {
	var units, others []int
	for i, c := range coefficients {
		switch {
		case math.Abs(c) == 1:
			units = append(units, i)
		case c != 0:
			others = append(others, i)
		}
	}
	byValue := func(i, j int) int { return int(math.Copysign(1, coefficients[j]) - math.Copysign(1, coefficients[i])) }
	slices.SortStableFunc(units, byValue) // what is added before what is subtracted
	slices.SortStableFunc(others, byValue)
	if len(units) == 1 && len(others) == 0 && coefficients[units[0]] == 1 {
		return f.share(in[units[0]])
	}
	sum := f.vec()
	switch {
	case len(units) == 0:
		factor := f.factor(coefficients[others[0]])
		f.fmulBy(sum, in[others[0]], factor.in, factor.lane)
		others = others[1:]
	case coefficients[units[0]] < 0:
		f.fneg(sum, in[units[0]])
		units = units[1:]
	case len(units) == 1:
		f.copy(sum, in[units[0]])
		units = nil
	default:
		f.addSigned(sum, in[units[0]], in[units[1]], coefficients[units[1]])
		units = units[2:]
	}
	for _, i := range units {
		f.addSigned(sum, sum, in[i], coefficients[i])
	}
	for _, i := range others {
		f.addScaled(sum, in[i], coefficients[i])
	}
	return sum
}

// addSigned writes d = n + m or, for a negative sign, n - m.
func (f *function) addSigned(d, n, m vec, sign float64) {
	if sign > 0 {
		f.fadd(d, n, m)
	} else {
		f.fsub(d, n, m)
	}
}

// addScaled adds c·x to sum.
func (f *function) addScaled(sum, x vec, c float64) {
	factor := f.factor(math.Abs(c))
	if c > 0 {
		f.fmlaBy(sum, x, factor.in, factor.lane)
	} else {
		f.fmlsBy(sum, x, factor.in, factor.lane)
	}
}

// paired reports whether two rows differ in the sign of their odd elements alone.
func paired(a, b []float64) bool {
	even, odd := false, false
	for i := range a {
		if i%2 == 0 {
			even = even || a[i] != 0
			if a[i] != b[i] {
				return false
			}
			continue
		}
		odd = odd || a[i] != 0
		if a[i] != -b[i] {
			return false
		}
	}
	return even && odd
}

// analyse multiplies some rows of a matrix with a vector. Neighbours that are
// paired share their sums.
func (f *function) analyse(matrix [][]float64, rows []int, in []vec) []vec {
	var out []vec
	for at := 0; at < len(rows); at++ {
		row := matrix[rows[at]]
		if at+1 < len(rows) && paired(row, matrix[rows[at+1]]) {
			sum, difference := f.analysePair(row, in)
			out = append(out, sum, difference)
			at++
			continue
		}
		out = append(out, f.linear(row, in))
	}
	return out
}

// analysePair multiplies a row, and the one with other signs of its odd
// elements, with a vector.
func (f *function) analysePair(row []float64, in []vec) (sum, difference vec) {
	even, odd := slices.Clone(row), slices.Clone(row)
	factor := 0.
	for i := range row {
		if i%2 == 0 {
			odd[i] = 0
			continue
		}
		even[i] = 0
		if row[i] != 0 && (factor == 0 || math.Abs(row[i]) == 1) {
			factor = row[i]
		}
	}
	for i := range odd {
		odd[i] /= factor
	}
	e, o := f.linear(even, in), f.linear(odd, in)
	sum, difference = f.vec(), e
	if f.holders[e] > 1 { // an input
		difference = f.vec()
		f.release(e)
	}
	if math.Abs(factor) == 1 {
		f.addSigned(sum, e, o, factor)
		f.addSigned(difference, e, o, -factor)
	} else {
		f.copy(sum, e)
		f.copy(difference, e)
		f.addScaled(sum, o, factor)
		f.addScaled(difference, o, -factor)
	}
	f.release(o)
	return sum, difference
}

// synthesise multiplies a matrix with a vector, whose registers it uses up. The
// elements 1 and 2, 3 and 4 have factors that differ in sign at most.
func (f *function) synthesise(matrix [][]float64, in []vec) []vec {
	sums, differences := slices.Clone(in), slices.Clone(in)
	for i := 1; i+1 < len(in); i += 2 {
		sum := f.vec()
		f.fadd(sum, in[i], in[i+1])
		f.fsub(in[i], in[i], in[i+1])
		sums[i] = sum
		f.release(in[i+1])
	}
	var out []vec
	for _, row := range matrix {
		row, from := slices.Clone(row), slices.Clone(differences)
		for i := 1; i+1 < len(row); i += 2 {
			if row[i] == row[i+1] {
				from[i] = sums[i]
			}
			row[i+1] = 0
		}
		out = append(out, f.linear(row, from))
	}
	for i := 0; i < len(in); i++ {
		f.release(in[i])
		if sums[i] != in[i] {
			f.release(sums[i])
			i++ // its neighbour is gone already
		}
	}
	return out
}
