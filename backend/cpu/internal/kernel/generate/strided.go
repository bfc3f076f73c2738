package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stridedTiles writes the matrix kernels that read the left factor where it
// lies, one for every number of rows, so that lines of any length can be cut
// into tiles of nearly the same height.
func (m *machine) stridedTiles() {
	most := 6
	if m.wide() {
		most = 14
	}
	for rows := most; rows > 0; rows-- {
		m.strided(rows, m.lanes, m.lanes)
		m.strided(rows, m.lanes)
		if m.wide() {
			m.strided(rows, m.lanes, m.lanes/2)
		}
	}
}

// sized returns a register of so many lanes.
func (m *machine) sized(lanes int) reg.VecVirtual {
	if lanes < m.lanes {
		return YMM()
	}
	return m.vec()
}

// strided writes, for registers of so many columns, c[rows][columns] = Σₛ Σₖ a[row·step + offsets[s] + k]·b[s·length + k][column]
// with all sums in registers.
func (m *machine) strided(rows int, widths ...int) {
	vectors, across := len(widths), 0
	for _, width := range widths {
		across += width
	}
	m.function(fmt.Sprintf("strided%dx%d", rows, across),
		"func(a *float32, step int, offsets *int, segments int, length int, b, c *float32, stride int, columns int, bias, residual *float32, apart int, mode int)",
		fmt.Sprintf("multiplies %d rows that lie step apart with a panel of %d columns.", rows, across))
	a := Load(Param("a"), GP64())
	step := Load(Param("step"), GP64())
	offsets := Load(Param("offsets"), GP64())
	segments := Load(Param("segments"), GP64())
	length := Load(Param("length"), GP64())
	b := Load(Param("b"), GP64())
	SHLQ(Imm(2), step)
	sums := m.beginStrided(rows, widths, "segment")
	at := newLadder(rows, step)
	multiply := func(k int) {
		columns := make([]reg.VecVirtual, vectors)
		for v := range columns {
			columns[v] = m.sized(widths[v])
			VMOVUPS(Mem{Base: b, Disp: 4 * m.lanes * (2*k + v)}, columns[v])
		}
		for r := range rows {
			if vectors == 1 && m.wide() {
				VFMADD231PS_BCST(at.rung(r, 4*k), columns[0], sums[r][0])
				continue
			}
			row := m.vec()
			VBROADCASTSS(at.rung(r, 4*k), row)
			for v := range columns {
				VFMADD231PS(alike(row, sums[r][v]), columns[v], sums[r][v])
			}
		}
	}
	left := GP64()
	Label("segment")
	TESTQ(segments, segments)
	JZ(LabelRef("finish"))
	offset := GP64()
	MOVQ(Mem{Base: offsets}, offset)
	ADDQ(Imm(8), offsets)
	DECQ(segments)
	at.stand(Mem{Base: a, Index: offset, Scale: 4})
	MOVQ(length, left)
	const unroll = 2
	Label("pairs")
	CMPQ(left, Imm(unroll))
	JL(LabelRef("single"))
	for k := range unroll {
		multiply(k)
	}
	at.climb(4 * unroll)
	ADDQ(U32(4*2*m.lanes*unroll), b)
	SUBQ(Imm(unroll), left)
	JMP(LabelRef("pairs"))
	Label("single")
	TESTQ(left, left)
	JZ(LabelRef("segment"))
	multiply(0)
	ADDQ(U32(4*2*m.lanes), b)
	JMP(LabelRef("segment"))
	Label("finish")
	m.finishStrided(sums, widths)
	m.end()
}

// beginStrided sets the sums to the bias, or to zero, and goes to the label.
// What follows it must begin there.
func (m *machine) beginStrided(rows int, widths []int, label string) [][]reg.VecVirtual {
	vectors := len(widths)
	sums := make([][]reg.VecVirtual, rows)
	for r := range sums {
		for _, width := range widths {
			sums[r] = append(sums[r], m.sized(width))
		}
	}
	bias := Load(Param("bias"), GP64())
	TESTQ(bias, bias)
	JZ(LabelRef("unbiased"))
	columns := Load(Param("columns"), GP64())
	if vectors > 1 {
		SUBQ(U32(uint32((vectors-1)*m.lanes)), columns)
	}
	k := m.maskOf(columns)
	for v := range vectors {
		from := Mem{Base: bias, Disp: 4 * m.lanes * v}
		add := m.sized(widths[v])
		if v == vectors-1 {
			m.loadMaskedInto(from, k, add)
		} else {
			VMOVUPS(from, add)
		}
		for r := range sums {
			VMOVAPS(add, sums[r][v])
		}
	}
	JMP(LabelRef(label))
	Label("unbiased")
	for r := range sums {
		for v := range sums[r] {
			m.clear(sums[r][v])
		}
	}
	return sums
}

// finishStrided adds the residual, rectifies and stores; in the
// last register only the columns that exist.
func (m *machine) finishStrided(sums [][]reg.VecVirtual, widths []int) {
	c := Load(Param("c"), GP64())
	stride := Load(Param("stride"), GP64())
	columns := Load(Param("columns"), GP64())
	residual := Load(Param("residual"), GP64())
	apart := Load(Param("apart"), GP64())
	mode := Load(Param("mode"), GP64())
	SHLQ(Imm(2), stride)
	SHLQ(Imm(2), apart)
	last := len(sums[0]) - 1
	if last > 0 {
		SUBQ(U32(uint32(last*m.lanes)), columns)
	}
	k := m.maskOf(columns)
	load := func(base reg.Register, v int) reg.VecVirtual {
		from, to := Mem{Base: base, Disp: 4 * m.lanes * v}, m.sized(widths[v])
		if v == last {
			m.loadMaskedInto(from, k, to)
		} else {
			VMOVUPS(from, to)
		}
		return to
	}
	TESTQ(residual, residual)
	JZ(LabelRef("rectify"))
	for r := range sums {
		for v := range sums[r] {
			VADDPS(load(residual, v), sums[r][v], sums[r][v])
		}
		ADDQ(apart, residual)
	}
	Label("rectify")
	m.rectifySums("strided", sums, mode)
	CMPQ(columns, Imm(uint64(widths[last])))
	JNE(LabelRef("masked"))
	row := GP64()
	MOVQ(c, row)
	for r := range sums {
		for v := range sums[r] {
			VMOVUPS(sums[r][v], Mem{Base: row, Disp: 4 * m.lanes * v})
		}
		ADDQ(stride, row)
	}
	m.end()
	Label("masked")
	for r := range sums {
		for v := range sums[r] {
			to := Mem{Base: c, Disp: 4 * m.lanes * v}
			if v == last {
				m.storeMasked(sums[r][v], to, k)
			} else {
				VMOVUPS(sums[r][v], to)
			}
		}
		ADDQ(stride, c)
	}
}

// A ladder is addresses a constant step apart, reached from one pointer for
// every three of them.
type ladder struct {
	feet []reg.GPVirtual
	step reg.Register
}

func newLadder(rungs int, step reg.Register) *ladder {
	l := &ladder{step: step}
	for range (rungs + 2) / 3 {
		l.feet = append(l.feet, GP64())
	}
	return l
}

// stand sets the first rung.
func (l *ladder) stand(at Mem) {
	LEAQ(at, l.feet[0])
	for i := 1; i < len(l.feet); i++ {
		LEAQ(Mem{Base: l.feet[i-1], Index: l.step, Scale: 2}, l.feet[i])
		ADDQ(l.step, l.feet[i])
	}
}

func (l *ladder) rung(i, displacement int) Mem {
	foot := Mem{Base: l.feet[i/3], Disp: displacement}
	if i%3 > 0 {
		foot.Index, foot.Scale = l.step, uint8(i%3)
	}
	return foot
}

// climb moves all rungs on.
func (l *ladder) climb(bytes int) {
	for _, foot := range l.feet {
		ADDQ(U32(uint32(bytes)), foot)
	}
}
