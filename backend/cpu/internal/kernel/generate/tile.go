package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tiles writes the matrix kernels: the full tile and the smaller ones that
// the last rows of a matrix want, all on panels as wide as the full tile's.
func (m *machine) tiles() {
	if m.wide() {
		for _, rows := range []int{14, 8, 4, 1} {
			m.tile(rows, 2, 14)
			m.tile(rows, 1, 14)
		}
		return
	}
	for _, rows := range []int{6, 4, 1} {
		m.tile(rows, 2, 6)
		m.tile(rows, 1, 6)
	}
}

// tile writes c[rows][vectors·lanes] = Σₖ a[k][row]·b[k][column] with all sums
// in registers, adding what c held, the bias and the rectifier as mode asks.
func (m *machine) tile(rows, vectors, height int) {
	m.function(fmt.Sprintf("tile%dx%d", rows, vectors*m.lanes),
		"func(depth int, a, b, c *float32, stride int, bias *float32, mode int)",
		fmt.Sprintf("multiplies a panel of %d rows with one of %d columns.", rows, vectors*m.lanes))
	depth := Load(Param("depth"), GP64())
	a := Load(Param("a"), GP64())
	b := Load(Param("b"), GP64())
	sums := make([][]reg.VecVirtual, rows)
	for r := range sums {
		sums[r] = make([]reg.VecVirtual, vectors)
		for v := range sums[r] {
			sums[r][v] = m.zero()
		}
	}
	step := func(k int) {
		columns := make([]reg.VecVirtual, vectors)
		for v := range columns {
			columns[v] = m.load(Mem{Base: b, Disp: 4 * m.lanes * (2*k + v)})
		}
		for r := range rows {
			row := m.vec()
			VBROADCASTSS(Mem{Base: a, Disp: 4 * (height*k + r)}, row)
			for v := range columns {
				VFMADD231PS(row, columns[v], sums[r][v])
			}
		}
	}
	const unroll = 2
	Label("pairs")
	CMPQ(depth, Imm(unroll))
	JL(LabelRef("single"))
	for k := range unroll {
		step(k)
	}
	ADDQ(U32(4*height*unroll), a)
	ADDQ(U32(4*2*m.lanes*unroll), b)
	SUBQ(Imm(unroll), depth)
	JMP(LabelRef("pairs"))
	Label("single")
	TESTQ(depth, depth)
	JZ(LabelRef("finish"))
	step(0)
	Label("finish")
	m.finishTile(sums)
	m.end()
}

// finishTile adds, rectifies and stores. Bits of mode: 1 accumulate, 2 relu, 4 relu6.
func (m *machine) finishTile(sums [][]reg.VecVirtual) {
	c := Load(Param("c"), GP64())
	stride := Load(Param("stride"), GP64())
	SHLQ(Imm(2), stride)
	mode := Load(Param("mode"), GP64())
	bias := Load(Param("bias"), GP64())

	TESTQ(U32(1), mode)
	JZ(LabelRef("bias"))
	row := GP64()
	MOVQ(c, row)
	for r := range sums {
		for v := range sums[r] {
			VADDPS(Mem{Base: row, Disp: 4 * m.lanes * v}, sums[r][v], sums[r][v])
		}
		ADDQ(stride, row)
	}
	Label("bias")
	TESTQ(bias, bias)
	JZ(LabelRef("relu"))
	for v := range sums[0] {
		add := m.load(Mem{Base: bias, Disp: 4 * m.lanes * v})
		for r := range sums {
			VADDPS(add, sums[r][v], sums[r][v])
		}
	}
	Label("relu")
	m.rectifySums("tile", sums, mode)
	for r := range sums {
		for v := range sums[r] {
			VMOVUPS(sums[r][v], Mem{Base: c, Disp: 4 * m.lanes * v})
		}
		ADDQ(stride, c)
	}
}

// rectifySums replaces negative sums by zero, and those above six by six, as mode asks.
func (m *machine) rectifySums(label string, sums [][]reg.VecVirtual, mode reg.Register) {
	each := func(bit uint32, after string, bound func() reg.VecVirtual, nearer func(b, a, out Op)) {
		TESTQ(U32(bit), mode)
		JZ(LabelRef(after))
		limit := bound()
		for r := range sums {
			for v := range sums[r] {
				nearer(sums[r][v], alike(limit, sums[r][v]), sums[r][v]) // a NaN in the second source wins
			}
		}
		Label(after)
	}
	each(2, label+"_rectified", m.zero, func(b, a, out Op) { VMAXPS(b, a, out) })
	each(4, label+"_capped", func() reg.VecVirtual { return m.number(6) }, func(b, a, out Op) { VMINPS(b, a, out) })
}

// alike returns v, or its lower half where other is that small.
func alike(v, other reg.VecVirtual) reg.Register {
	if other.Size() < v.Size() {
		return v.AsY()
	}
	return v
}
