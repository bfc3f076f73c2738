package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// outers writes the kernels that sum outer products of short vectors, where
// they lie: gradients of the weights between few channels and many filters.
func (m *machine) outers() {
	most := 6
	if m.wide() {
		most = 14
	}
	for rows := most; rows > 0; rows-- {
		m.outer(rows, 2)
		m.outer(rows, 1)
	}
}

// outer writes c[row][column] += Σₚ a[p·step + row]·b[p·across + column].
func (m *machine) outer(rows, vectors int) {
	m.function(fmt.Sprintf("outer%dx%d", rows, vectors*m.lanes),
		"func(count int, a *float32, step int, b *float32, across int, c *float32, stride int, columns int)",
		fmt.Sprintf("adds the outer products of %d rows and %d columns.", rows, vectors*m.lanes))
	count := Load(Param("count"), GP64())
	a := Load(Param("a"), GP64())
	step := Load(Param("step"), GP64())
	b := Load(Param("b"), GP64())
	across := Load(Param("across"), GP64())
	columns := Load(Param("columns"), GP64())
	SHLQ(Imm(2), step)
	SHLQ(Imm(2), across)
	last := vectors - 1
	if last > 0 {
		SUBQ(U32(uint32(last*m.lanes)), columns)
	}
	k := m.maskOf(columns)
	sums := make([][]reg.VecVirtual, rows)
	for r := range sums {
		sums[r] = make([]reg.VecVirtual, vectors)
		for v := range sums[r] {
			sums[r][v] = m.zero()
		}
	}
	products := func(masked bool) {
		line := make([]reg.VecVirtual, vectors)
		for v := range line {
			from := Mem{Base: b, Disp: 4 * m.lanes * v}
			if masked && v == last {
				line[v] = m.loadMasked(from, k)
			} else {
				line[v] = m.load(from)
			}
		}
		for r := range rows {
			if vectors == 1 && m.wide() {
				VFMADD231PS_BCST(Mem{Base: a, Disp: 4 * r}, line[0], sums[r][0])
				continue
			}
			row := m.vec()
			VBROADCASTSS(Mem{Base: a, Disp: 4 * r}, row)
			for v := range line {
				VFMADD231PS(row, line[v], sums[r][v])
			}
		}
		ADDQ(step, a)
		ADDQ(across, b)
	}
	loop := func(name string, masked bool) {
		Label(name)
		TESTQ(count, count)
		JZ(LabelRef("finish"))
		products(masked)
		DECQ(count)
		JMP(LabelRef(name))
	}
	CMPQ(columns, Imm(uint64(m.lanes)))
	JNE(LabelRef("masked"))
	loop("full", false)
	loop("masked", true)
	Label("finish")
	c := Load(Param("c"), GP64())
	stride := Load(Param("stride"), GP64())
	SHLQ(Imm(2), stride)
	for r := range sums {
		for v := range sums[r] {
			to := Mem{Base: c, Disp: 4 * m.lanes * v}
			if v < last {
				VADDPS(to, sums[r][v], sums[r][v])
				VMOVUPS(sums[r][v], to)
				continue
			}
			VADDPS(m.loadMasked(to, k), sums[r][v], sums[r][v])
			m.storeMasked(sums[r][v], to, k)
		}
		ADDQ(stride, c)
	}
	m.end()
}
