package main

import (
	"fmt"
	"math"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// scheme is one of Winograd's convolutions F(m×m, 3×3): its matrices after
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016).
type scheme struct {
	results  int         // m
	pictures [][]float64 // Bᵀ
	kernels  [][]float64 // G
	outputs  [][]float64 // Aᵀ
}

func (s scheme) extent() int { return s.results + 2 }

var schemes = []scheme{{
	results:  4,
	pictures: [][]float64{{4, 0, -5, 0, 1, 0}, {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0}, {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}},
	kernels:  [][]float64{{1. / 4, 0, 0}, {-1. / 6, -1. / 6, -1. / 6}, {-1. / 6, 1. / 6, -1. / 6}, {1. / 24, 1. / 12, 1. / 6}, {1. / 24, -1. / 12, 1. / 6}, {0, 0, 1}},
	outputs:  [][]float64{{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}},
}, {
	results:  2,
	pictures: [][]float64{{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}},
	kernels:  [][]float64{{1, 0, 0}, {1. / 2, 1. / 2, 1. / 2}, {1. / 2, -1. / 2, 1. / 2}, {0, 0, 1}},
	outputs:  [][]float64{{1, 1, 1, 0}, {0, 1, -1, -1}},
}}

// factors returns the positive factors other than 1 of a matrix.
func (s scheme) factors(matrix [][]float64) []float64 {
	var found []float64
	for _, f := range slices.Concat(matrix...) {
		if f = math.Abs(f); f != 0 && f != 1 && !slices.Contains(found, f) {
			found = append(found, f)
		}
	}
	return found
}

func transpose(a [][]float64) [][]float64 {
	t := make([][]float64, len(a[0]))
	for i := range t {
		for _, row := range a {
			t[i] = append(t[i], row[i])
		}
	}
	return t
}

// winograd writes the transforms of both schemes and their products.
func (m *machine) winograd() {
	m.declareFactors()
	for _, s := range schemes {
		m.spread(fmt.Sprintf("winograd%dPictures", s.results), s.pictures, s.factors(s.pictures), "transforms tiles of pictures.")
		m.spread(fmt.Sprintf("winograd%dResults", s.results), transpose(s.outputs), s.factors(s.outputs), "transforms tiles of a result's gradient.")
		m.kernelSpread(s)
		m.gather(s, "Outputs", "dst *float32, row, pixel int, src *float32, plane int, bias, residual *float32, residualRow, residualPixel, groups, mode int")
		m.gather(s, "Pooled", "dst *float32, row, pixel int, src *float32, plane int, bias *float32, groups, mode int")
		m.gather(s, "Maxima", "dst *float32, row, pixel int, which *uint8, whichRow, whichPixel int, src *float32, plane int, bias *float32, groups, mode, positive int")
		m.kernelGather(s)
	}
	m.planeProducts()
}

// declareFactors lays out the matrices' elements, a register's worth of each.
func (m *machine) declareFactors() {
	for _, s := range schemes {
		for _, matrix := range [][][]float64{s.pictures, s.kernels, s.outputs} {
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

// series is up to six places in memory, a step apart.
type series struct {
	base, step, step3, step5 reg.Register
}

// times returns three and five times a step; five only if a series has so many.
func times(step reg.Register, length int) (step3, step5 reg.Register) {
	a, b := GP64(), GP64()
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, a)
	if length > 5 {
		LEAQ(Mem{Base: step, Index: step, Scale: 4}, b)
	}
	return a, b
}

func seriesOf(base, step reg.Register, length int) series {
	s := series{base: base, step: step}
	if length > 3 {
		s.step3, s.step5 = times(step, length)
	}
	return s
}

func (s series) at(i int) Mem {
	switch i {
	case 0:
		return Mem{Base: s.base}
	case 3:
		return Mem{Base: s.base, Index: s.step3, Scale: 1}
	case 5:
		return Mem{Base: s.base, Index: s.step5, Scale: 1}
	}
	return Mem{Base: s.base, Index: s.step, Scale: uint8(i)}
}

// from is the same series elsewhere.
func (s series) from(base reg.Register) series {
	s.base = base
	return s
}

// stride loads a parameter that counts elements, as bytes.
func stride(name string) reg.GPVirtual {
	v := Load(Param(name), GP64()).(reg.GPVirtual)
	SHLQ(Imm(2), v)
	return v
}

// spread writes the transform matrix·tile·matrixᵀ of tiles that lie in
// pictures, one register of channels at a time.
func (m *machine) spread(name string, matrix [][]float64, factors []float64, doc string) {
	n, extent := len(matrix), len(matrix[0])
	m.function(name, "func(dst *float32, plane, group int, src *float32, row, pixel, groups int)", doc)
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	plane, row, pixel := stride("plane"), stride("row"), stride("pixel")
	planes, rows := seriesOf(dst, plane, n), seriesOf(src, row, extent)
	left := Load(Param("groups"), GP64())
	m.hold(factors...)
	Label("loop")
	walker := GP64()
	MOVQ(dst, walker)
	for _, set := range m.sets(matrix) {
		column := GP64()
		MOVQ(src, column)
		lines := make([][]reg.VecVirtual, len(set))
		for j := range extent {
			for i, v := range m.analyse(matrix, set, func(i int) Op { return rows.from(column).at(i) }) {
				lines[i] = append(lines[i], v)
			}
			if j+1 < extent {
				ADDQ(pixel, column)
			}
		}
		for _, line := range lines {
			m.storeSpread(matrix, line, planes, walker)
		}
	}
	ADDQ(U32(uint32(4*m.lanes)), src)
	group := stride("group")
	ADDQ(group, dst)
	DECQ(left)
	JNZ(LabelRef("loop"))
	m.end()
}

// storeSpread transforms one line of a tile and stores it, each number in a plane of its own.
func (m *machine) storeSpread(matrix [][]float64, line []reg.VecVirtual, planes series, walker reg.Register) {
	for _, set := range m.sets(matrix) {
		for i, v := range m.analyse(matrix, set, func(i int) Op { return line[i] }) {
			VMOVUPS(v, planes.from(walker).at(set[i]))
		}
	}
	next(planes, walker, len(matrix))
}

// next moves on by a line of planes.
func next(planes series, walker reg.Register, n int) {
	if n == 6 {
		LEAQ(Mem{Base: walker, Index: planes.step3, Scale: 2}, walker)
	} else {
		LEAQ(Mem{Base: walker, Index: planes.step, Scale: 4}, walker)
	}
}

// kernelSpread writes the transform of 3×3 kernels.
func (m *machine) kernelSpread(s scheme) {
	m.function(fmt.Sprintf("winograd%dKernels", s.results),
		"func(dst *float32, plane, apart int, src *float32, tap, step, count, lanes int)", "transforms the kernels of count channels.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	plane, tap := stride("plane"), stride("tap")
	planes := seriesOf(dst, plane, s.extent())
	left := Load(Param("count"), GP64())
	k := m.maskOf(Load(Param("lanes"), GP64()))
	m.hold(s.factors(s.kernels)...)
	Label("loop")
	walker := GP64()
	MOVQ(src, walker)
	var taps [9]reg.VecVirtual
	for i := range taps {
		taps[i] = m.loadMasked(Mem{Base: walker}, k)
		ADDQ(tap, walker)
	}
	MOVQ(dst, walker)
	for _, set := range m.sets(s.kernels) {
		lines := make([][]reg.VecVirtual, len(set))
		for j := range 3 {
			for i, v := range m.analyse(s.kernels, set, func(i int) Op { return taps[3*i+j] }) {
				lines[i] = append(lines[i], v)
			}
		}
		for _, line := range lines {
			m.storeSpread(s.kernels, line, planes, walker)
		}
	}
	step, apart := stride("step"), stride("apart")
	ADDQ(step, src)
	ADDQ(apart, dst)
	DECQ(left)
	JNZ(LabelRef("loop"))
	m.end()
}

// gather writes the transform Aᵀ·tile·A from planes to results (Outputs), to
// the maxima of 2×2 of them (Pooled), or to those and their numbers (Maxima).
// Adding the bias to the plane of row 1 and column 1, which every result
// contains once, adds it to all results.
func (m *machine) gather(s scheme, name, parameters string) {
	m.function(fmt.Sprintf("winograd%d%s", s.results, name), "func("+parameters+")", "transforms planes back to a tile of results.")
	n := s.extent()
	src, line := Load(Param("src"), GP64()), stride("plane")
	plane := GP64()
	MOVQ(line, plane)
	if n == 6 {
		LEAQ(Mem{Base: line, Index: line, Scale: 2}, line)
		ADDQ(line, line)
	} else {
		SHLQ(Imm(2), line)
	}
	g := gathering{machine: m, scheme: s, name: name, src: src, plane: plane, lines: seriesOf(src, line, n), index: GP64()}
	XORQ(g.index, g.index)
	m.hold(s.factors(s.outputs)...)
	Label("loop")
	g.tile()
	ADDQ(U32(uint32(4*m.lanes)), g.index)
	left := Load(Param("groups"), GP64())
	SHLQ(Imm(uint64(2+map[int]int{8: 3, 16: 4}[m.lanes])), left)
	CMPQ(g.index, left)
	JL(LabelRef("loop"))
	m.end()
}

// gathering is the body of gather: one register of filters.
type gathering struct {
	*machine
	scheme     scheme
	name       string
	src, plane reg.Register
	lines      series
	index      reg.GPVirtual // bytes
	labels     int
}

func (g *gathering) tile() {
	all := make([]int, g.scheme.results)
	for i := range all {
		all[i] = i
	}
	var windows []maximum
	emit := func(r int, line []reg.VecVirtual) {
		values := g.synthesise(g.scheme.outputs, all, func(i int) Op { return line[i] })
		if g.name == "Outputs" {
			g.finish(r, values)
			g.store(r, values)
			return
		}
		if r%2 == 0 {
			windows = nil
			for i := 0; i < len(values); i += 2 {
				windows = append(windows, g.begin(values[i], values[i+1]))
			}
			return
		}
		maxima := make([]reg.VecVirtual, len(windows))
		for i := range windows {
			g.join(&windows[i], values[2*i], 2)
			g.join(&windows[i], values[2*i+1], 3)
			maxima[i] = windows[i].largest
		}
		if g.name == "Maxima" {
			g.storeNumbers(r/2, windows)
		}
		g.rectify(maxima)
		g.store(r/2, maxima)
	}
	if g.wide() {
		for r, line := range g.columns(all) {
			emit(r, line)
		}
		return
	}
	for r := range all {
		emit(r, g.columns(all[r : r+1])[0])
	}
}

// columns transforms the columns of a tile; lines[i][j] is row rows[i], column j.
func (g *gathering) columns(rows []int) [][]reg.VecVirtual {
	lines := make([][]reg.VecVirtual, len(rows))
	column := GP64()
	LEAQ(Mem{Base: g.src, Index: g.index, Scale: 1}, column)
	n := g.scheme.extent()
	for j := range n {
		in := func(i int) Op { return g.lines.from(column).at(i) }
		if j == 1 {
			biased := g.biased(g.lines.from(column).at(1))
			plain := in
			in = func(i int) Op {
				if i == 1 {
					return biased
				}
				return plain(i)
			}
		}
		for i, v := range g.synthesise(g.scheme.outputs, rows, in) {
			lines[i] = append(lines[i], v)
		}
		if j+1 < n {
			ADDQ(g.plane, column)
		}
	}
	return lines
}

func (g *gathering) label(name string) string {
	g.labels++
	return fmt.Sprintf("%s%d", name, g.labels)
}

// biased reads a register of the plane that takes the bias, if there is one.
func (g *gathering) biased(at Mem) reg.VecVirtual {
	v, bias, done := g.load(at), GP64(), g.label("unbiased")
	Load(Param("bias"), bias)
	TESTQ(bias, bias)
	JZ(LabelRef(done))
	VADDPS(Mem{Base: bias, Index: g.index, Scale: 1}, v, v)
	Label(done)
	return v
}

// maximum is a window's largest result and, as a float, its number.
type maximum struct{ largest, number reg.VecVirtual }

// begin compares the first two results of windows.
func (g *gathering) begin(first, second reg.VecVirtual) maximum {
	w := maximum{largest: first}
	if g.name == "Maxima" {
		w.number = g.vec()
		VXORPS(w.number, w.number, w.number)
	}
	g.join(&w, second, 1)
	return w
}

// join compares one more result of windows, whose number is given.
func (g *gathering) join(w *maximum, value reg.VecVirtual, number float64) {
	const greater = 30
	if g.name == "Maxima" {
		g.where(greater, w.largest, value, w.number, g.constant(number))
	}
	w.largest = extreme(func(b, a, out Op) { VMAXPS(b, a, out) })(g.machine)([]reg.VecVirtual{w.largest, value})
}

func (g *gathering) constant(f float64) reg.VecVirtual {
	v := g.vec()
	VBROADCASTSS(g.factor(f), v)
	return v
}

// storeNumbers writes row r of the windows' numbers, one byte each.
func (g *gathering) storeNumbers(r int, windows []maximum) {
	const notGreater = 26
	positive, all := Load(Param("positive"), GP64()), g.label("all")
	TESTQ(positive, positive)
	JZ(LabelRef(all))
	for _, w := range windows {
		g.where(notGreater, g.constant(0), w.largest, w.number, g.constant(nowhere))
	}
	Label(all)
	at, down, across, index := Load(Param("which"), GP64()), Load(Param("whichRow"), GP64()), Load(Param("whichPixel"), GP64()), GP64()
	MOVQ(g.index, index)
	SHRQ(Imm(2), index)
	for range r {
		ADDQ(down, at)
	}
	for _, w := range windows {
		VCVTTPS2DQ(w.number, w.number)
		cursor{m: g.machine, index: index}.storeBytes(w.number, at, nil)
		ADDQ(across, at)
	}
}

// finish adds the residual, if there is one, to row r of a tile and rectifies it.
func (g *gathering) finish(r int, values []reg.VecVirtual) {
	residual, done := Load(Param("residual"), GP64()), g.label("alone")
	TESTQ(residual, residual)
	JZ(LabelRef(done))
	places := g.places(r, len(values), "residual", "residualRow", "residualPixel")
	for i, v := range values {
		VADDPS(places.at(i), v, v)
	}
	Label(done)
	g.rectify(values)
}

// rectify replaces negative numbers by zero, and those above six by six, as mode asks.
func (g *gathering) rectify(values []reg.VecVirtual) {
	each := func(bit uint32, name string, bound float64, nearer func(b, a, out Op)) {
		mode, done := Load(Param("mode"), GP64()), g.label(name)
		TESTQ(U32(bit), mode)
		JZ(LabelRef(done))
		limit := g.constant(bound)
		for _, v := range values {
			nearer(v, limit, v) // a NaN in the second source wins
		}
		Label(done)
	}
	each(2, "linear", 0, func(b, a, out Op) { VMAXPS(b, a, out) })
	each(4, "uncapped", 6, func(b, a, out Op) { VMINPS(b, a, out) })
}

// store writes row r of a tile.
func (g *gathering) store(r int, values []reg.VecVirtual) {
	places := g.places(r, len(values), "dst", "row", "pixel")
	for i, v := range values {
		VMOVUPS(v, places.at(i))
	}
}

// places is where row r of a tile lies in a picture.
func (g *gathering) places(r, length int, base, row, pixel string) series {
	at, down := Load(Param(base), GP64()), stride(row)
	ADDQ(g.index, at)
	for range r {
		ADDQ(down, at)
	}
	return seriesOf(at, stride(pixel), length)
}

// kernelGather writes the transform Gᵀ·tile·G from planes to the gradient of 3×3 kernels.
func (m *machine) kernelGather(s scheme) {
	m.function(fmt.Sprintf("winograd%dGradient", s.results),
		"func(dst *float32, tap, step int, src *float32, plane, apart, count, lanes int)", "transforms planes back to the kernels of count channels.")
	matrix, n := transpose(s.kernels), s.extent()
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	tap, line := stride("tap"), stride("plane")
	plane := GP64()
	MOVQ(line, plane)
	if n == 6 {
		LEAQ(Mem{Base: line, Index: line, Scale: 2}, line)
		ADDQ(line, line)
	} else {
		SHLQ(Imm(2), line)
	}
	lines := seriesOf(src, line, n)
	left := Load(Param("count"), GP64())
	k := m.maskOf(Load(Param("lanes"), GP64()))
	all := []int{0, 1, 2}
	m.hold(s.factors(s.kernels)...)
	Label("loop")
	to := GP64()
	MOVQ(dst, to)
	sets := [][]int{all}
	if !m.wide() {
		sets = [][]int{{0}, {1}, {2}}
	}
	for _, set := range sets {
		rows := make([][]reg.VecVirtual, len(set))
		column := GP64()
		MOVQ(src, column)
		for range n {
			for i, v := range m.synthesise(matrix, set, func(i int) Op { return lines.from(column).at(i) }) {
				rows[i] = append(rows[i], v)
			}
			ADDQ(plane, column)
		}
		for _, row := range rows {
			for _, v := range m.synthesise(matrix, all, func(i int) Op { return row[i] }) {
				m.storeMasked(v, Mem{Base: to}, k)
				ADDQ(tap, to)
			}
		}
	}
	step, apart := stride("step"), stride("apart")
	ADDQ(step, dst)
	ADDQ(apart, src)
	DECQ(left)
	JNZ(LabelRef("loop"))
	m.end()
}
