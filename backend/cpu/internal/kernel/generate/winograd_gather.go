package main

import (
	"fmt"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel/generate/formulas"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gather writes the transform Aᵀ·tile·A from planes to results (Outputs), to
// the maxima of 2×2 of them (Pooled), or to those and their numbers (Maxima).
// Adding the bias to the plane of row 1 and column 1, which every result
// contains once, adds it to all results.
func (m *machine) gather(s formulas.Winograd, name, parameters string) {
	m.function(fmt.Sprintf("winograd%d%s", s.Results, name), "func("+parameters+")", "transforms planes back to a tile of results.")
	n := s.Extent()
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
	m.hold(factorsOf(s.Outputs)...)
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
	scheme     formulas.Winograd
	name       string
	src, plane reg.Register
	lines      series
	index      reg.GPVirtual // bytes
	labels     int
}

func (g *gathering) tile() {
	all := make([]int, g.scheme.Results)
	for i := range all {
		all[i] = i
	}
	var windows []maximum
	emit := func(r int, line []reg.VecVirtual) {
		values := g.synthesise(g.scheme.Outputs, all, func(i int) Op { return line[i] })
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
	n := g.scheme.Extent()
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
		for i, v := range g.synthesise(g.scheme.Outputs, rows, in) {
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
