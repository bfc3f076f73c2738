package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel/generate/formulas"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// declareFactors lays out the matrices' elements, a register's worth of each.
func (m *machine) declareFactors() {
	for _, s := range formulas.Winograds {
		for _, matrix := range [][][]float64{s.Pictures, s.Kernels, s.Outputs} {
			for _, row := range matrix {
				for _, f := range row {
					if !slices.Contains(m.factors, f) {
						m.factors = append(m.factors, f, -f)
					}
				}
			}
		}
	}
	m.factors = append(m.factors, 3, 6, nowhere) // numbers of windows, and where a rectifier ends
	m.factorTable = GLOBL("factors"+m.suffix, NOPTR|RODATA)
	for i, f := range m.factors {
		for lane := range 8 {
			DATA(32*i+4*lane, U32(math.Float32bits(float32(f))))
		}
	}
}

// factor is where a factor lies.
func (m *machine) factor(f float64) Mem {
	at := slices.Index(m.factors, f)
	if at < 0 {
		panic(fmt.Sprint("generate: no factor ", f))
	}
	return m.factorTable.Offset(32 * at)
}

// hold keeps the factors of a matrix in registers, where there are enough.
func (m *machine) hold(factors ...float64) {
	m.held = map[float64]reg.VecVirtual{}
	if !m.wide() {
		return
	}
	for _, f := range factors {
		v := m.vec()
		VBROADCASTSS(m.factor(f), v)
		m.held[f] = v
	}
}

// addScaled adds f·x to sum.
func (m *machine) addScaled(f float64, x, sum reg.VecVirtual) {
	positive, isHeld := m.held[f]
	negative, isNegative := m.held[-f]
	switch {
	case isHeld:
		VFMADD231PS(positive, x, sum)
	case isNegative:
		VFNMADD231PS(negative, x, sum)
	case m.wide():
		VFMADD231PS_BCST(m.factor(f), x, sum)
	default:
		VFMADD231PS(m.factor(f), x, sum)
	}
}

func (m *machine) scaled(f float64, x reg.VecVirtual) reg.VecVirtual {
	v := m.vec()
	if held, ok := m.held[f]; ok {
		VMULPS(held, x, v)
		return v
	}
	if m.wide() {
		VMULPS_BCST(m.factor(f), x, v)
	} else {
		VMULPS(m.factor(f), x, v)
	}
	return v
}

// input is an input of a transform: a register, or memory still to be read.
type input func(i int) Op

func (m *machine) inRegister(x Op) reg.VecVirtual {
	if v, ok := x.(reg.VecVirtual); ok {
		return v
	}
	return m.load(x.(Mem))
}

// linear returns Σ coefficients[i]·in(i), in a register that may be an input's.
func (m *machine) linear(coefficients []float64, in input) (sum reg.VecVirtual, own bool) {
	var order []int
	for i, f := range coefficients {
		switch {
		case f == 1 && (len(order) == 0 || coefficients[order[0]] != 1):
			order = append([]int{i}, order...)
		case f != 0:
			order = append(order, i)
		}
	}
	first := order[0]
	x := in(first)
	_, isRegister := x.(reg.VecVirtual)
	sum, own = m.inRegister(x), !isRegister
	if coefficients[first] != 1 {
		sum, own = m.scaled(coefficients[first], sum), true
	}
	for _, i := range order[1:] {
		f := coefficients[i]
		if f != 1 && f != -1 {
			if !own {
				next := m.vec()
				VMOVAPS(sum, next)
				sum, own = next, true
			}
			m.addScaled(f, m.inRegister(in(i)), sum)
			continue
		}
		next := sum
		if !own {
			next = m.vec()
		}
		if f == 1 {
			VADDPS(in(i), sum, next)
		} else {
			VSUBPS(in(i), sum, next)
		}
		sum, own = next, true
	}
	return sum, own
}

// analyse multiplies some rows of a matrix with a vector. Two rows must be
// such that they differ in the sign of the odd elements.
func (m *machine) analyse(matrix [][]float64, rows []int, in input) []reg.VecVirtual {
	if len(rows) == 1 {
		v, _ := m.linear(matrix[rows[0]], in)
		return []reg.VecVirtual{v}
	}
	even, odd := slices.Clone(matrix[rows[0]]), slices.Clone(matrix[rows[0]])
	factor := 0.
	for i := range even {
		if i%2 == 1 {
			even[i] = 0
			if factor == 0 || math.Abs(odd[i]) == 1 {
				factor = odd[i]
			}
		} else {
			odd[i] = 0
		}
	}
	for i := range odd {
		odd[i] /= factor
	}
	e, own := m.linear(even, in)
	o, _ := m.linear(odd, in)
	sum, difference := m.vec(), e
	if !own {
		difference = m.vec()
	}
	if factor == 1 || factor == -1 {
		VADDPS(o, e, sum)
		VSUBPS(o, e, difference)
		if factor < 0 {
			sum, difference = difference, sum
		}
		return []reg.VecVirtual{sum, difference}
	}
	VMOVAPS(e, sum)
	if !own {
		VMOVAPS(e, difference)
	}
	m.addScaled(factor, o, sum)
	m.addScaled(-factor, o, difference)
	return []reg.VecVirtual{sum, difference}
}

// sets divides the rows of an analysing matrix into what analyse takes at a
// time: neighbours that share sums are two, where registers suffice.
func (m *machine) sets(matrix [][]float64) [][]int {
	var sets [][]int
	for i := 0; i < len(matrix); i++ {
		if m.wide() && i > 0 && i+2 < len(matrix) {
			sets = append(sets, []int{i, i + 1})
			i++
			continue
		}
		sets = append(sets, []int{i})
	}
	return sets
}

// synthesise multiplies some rows of a matrix with a vector whose elements 1
// and 2, 3 and 4 have factors that differ in sign alone.
func (m *machine) synthesise(matrix [][]float64, rows []int, in input) []reg.VecVirtual {
	size := len(matrix[0])
	sums, differences := map[int]reg.VecVirtual{}, map[int]reg.VecVirtual{}
	for i := 1; i+1 < size; i += 2 {
		first, second := m.inRegister(in(i)), in(i+1)
		for _, r := range rows {
			if matrix[r][i] == matrix[r][i+1] && matrix[r][i] != 0 && sums[i] == nil {
				sums[i] = m.vec()
				VADDPS(second, first, sums[i])
			}
			if matrix[r][i] == -matrix[r][i+1] && matrix[r][i] != 0 && differences[i] == nil {
				differences[i] = m.vec()
				VSUBPS(second, first, differences[i])
			}
		}
	}
	out := make([]reg.VecVirtual, len(rows))
	for at, r := range rows {
		row := slices.Clone(matrix[r])
		for i := 1; i+1 < size; i += 2 {
			row[i+1] = 0
		}
		out[at], _ = m.linear(row, func(i int) Op {
			if i == 0 || i == size-1 {
				return in(i)
			}
			if matrix[r][i] == matrix[r][i+1] {
				return sums[i]
			}
			return differences[i]
		})
	}
	return out
}
