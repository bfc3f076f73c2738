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

// factorsOf returns the positive factors other than 1 of a matrix.
func factorsOf(matrix [][]float64) []float64 {
	var found []float64
	for _, f := range slices.Concat(matrix...) {
		if f = math.Abs(f); f != 0 && f != 1 && !slices.Contains(found, f) {
			found = append(found, f)
		}
	}
	return found
}

// winograd writes the transforms of both schemes and their products.
func (m *machine) winograd() {
	m.declareFactors()
	for _, s := range formulas.Winograds {
		m.spread(fmt.Sprintf("winograd%dPictures", s.Results), s.Pictures, factorsOf(s.Pictures), "transforms tiles of pictures.")
		m.spread(fmt.Sprintf("winograd%dResults", s.Results), formulas.Transpose(s.Outputs), factorsOf(s.Outputs), "transforms tiles of a result's gradient.")
		m.kernelSpread(s)
		m.gather(s, "Outputs", "dst *float32, row, pixel int, src *float32, plane int, bias, residual *float32, residualRow, residualPixel, groups, mode int")
		m.gather(s, "Pooled", "dst *float32, row, pixel int, src *float32, plane int, bias *float32, groups, mode int")
		m.gather(s, "Maxima", "dst *float32, row, pixel int, which *uint8, whichRow, whichPixel int, src *float32, plane int, bias *float32, groups, mode, positive int")
		m.kernelGather(s)
	}
	m.planeProducts()
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
func (m *machine) kernelSpread(s formulas.Winograd) {
	m.function(fmt.Sprintf("winograd%dKernels", s.Results),
		"func(dst *float32, plane, apart int, src *float32, tap, step, count, lanes int)", "transforms the kernels of count channels.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	plane, tap := stride("plane"), stride("tap")
	planes := seriesOf(dst, plane, s.Extent())
	left := Load(Param("count"), GP64())
	k := m.maskOf(Load(Param("lanes"), GP64()))
	m.hold(factorsOf(s.Kernels)...)
	Label("loop")
	walker := GP64()
	MOVQ(src, walker)
	var taps [9]reg.VecVirtual
	for i := range taps {
		taps[i] = m.loadMasked(Mem{Base: walker}, k)
		ADDQ(tap, walker)
	}
	MOVQ(dst, walker)
	for _, set := range m.sets(s.Kernels) {
		lines := make([][]reg.VecVirtual, len(set))
		for j := range 3 {
			for i, v := range m.analyse(s.Kernels, set, func(i int) Op { return taps[3*i+j] }) {
				lines[i] = append(lines[i], v)
			}
		}
		for _, line := range lines {
			m.storeSpread(s.Kernels, line, planes, walker)
		}
	}
	step, apart := stride("step"), stride("apart")
	ADDQ(step, src)
	ADDQ(apart, dst)
	DECQ(left)
	JNZ(LabelRef("loop"))
	m.end()
}

// kernelGather writes the transform Gᵀ·tile·G from planes to the gradient of 3×3 kernels.
func (m *machine) kernelGather(s formulas.Winograd) {
	m.function(fmt.Sprintf("winograd%dGradient", s.Results),
		"func(dst *float32, tap, step int, src *float32, plane, apart, count, lanes int)", "transforms planes back to the kernels of count channels.")
	matrix, n := formulas.Transpose(s.Kernels), s.Extent()
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
	m.hold(factorsOf(s.Kernels)...)
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
