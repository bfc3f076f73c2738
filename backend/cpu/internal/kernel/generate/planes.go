package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// planeProducts writes the matrix products of transformed tiles.
func (m *machine) planeProducts() {
	if m.wide() {
		for _, rows := range []int{14, 8, 4} {
			m.planes(rows, 2)
			m.planes(rows, 1)
		}
		m.accumulate(8)
		return
	}
	for _, rows := range []int{6, 4, 2} {
		m.planes(rows, 2)
		m.planes(rows, 1)
	}
	m.accumulate(4)
}

// planes writes c = a·b for every plane and group of tiles. A group of a is
// [channels/lanes][rows][lanes], a panel of b [channels][2·lanes] and a group
// of c [rows][2·lanes].
func (m *machine) planes(rows, vectors int) {
	m.function(fmt.Sprintf("planes%dx%d", rows, vectors*m.lanes),
		"func(channels, groups, planes int, a *float32, aPlane int, b *float32, bPlane int, c *float32, cPlane int)",
		fmt.Sprintf("multiplies groups of %d tiles with a panel of %d columns.", rows, vectors*m.lanes))
	channels, planes := Load(Param("channels"), GP64()), Load(Param("planes"), GP64())
	a, b, c := Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("c"), GP64())
	aPlane, bPlane, cPlane := stride("aPlane"), stride("bPlane"), stride("cPlane")
	Label("plane")
	from, to := GP64(), GP64()
	MOVQ(a, from)
	MOVQ(c, to)
	groups := Load(Param("groups"), GP64())
	Label("group")
	panel, left := GP64(), GP64()
	MOVQ(b, panel)
	MOVQ(channels, left)
	sums := m.zeros(rows, vectors)
	Label("channels")
	for k := range m.lanes {
		columns := make([]reg.VecVirtual, vectors)
		for v := range columns {
			columns[v] = m.load(Mem{Base: panel, Disp: 4 * m.lanes * (2*k + v)})
		}
		for r := range rows {
			x := m.vec()
			VBROADCASTSS(Mem{Base: from, Disp: 4 * (m.lanes*r + k)}, x)
			for v := range columns {
				VFMADD231PS(x, columns[v], sums[r][v])
			}
		}
	}
	ADDQ(U32(uint32(4*m.lanes*rows)), from)
	ADDQ(U32(uint32(4*m.lanes*2*m.lanes)), panel)
	SUBQ(U32(uint32(m.lanes)), left)
	JNZ(LabelRef("channels"))
	for r := range sums {
		for v := range sums[r] {
			VMOVUPS(sums[r][v], Mem{Base: to, Disp: 4 * m.lanes * (2*r + v)})
		}
	}
	ADDQ(U32(uint32(4*m.lanes*2*rows)), to)
	DECQ(groups)
	JNZ(LabelRef("group"))
	ADDQ(aPlane, a)
	ADDQ(bPlane, b)
	ADDQ(cPlane, c)
	DECQ(planes)
	JNZ(LabelRef("plane"))
	m.end()
}

func (m *machine) zeros(rows, vectors int) [][]reg.VecVirtual {
	sums := make([][]reg.VecVirtual, rows)
	for r := range sums {
		sums[r] = make([]reg.VecVirtual, vectors)
		for v := range sums[r] {
			sums[r][v] = m.vec()
			VXORPS(sums[r][v], sums[r][v], sums[r][v])
		}
	}
	return sums
}

// accumulate writes c = aᵀ·b over tiles, or adds that to c. A group of a is
// [tiles][lanes], and b is two such groups; a block of rows is summed at a time.
func (m *machine) accumulate(rows int) {
	m.function("accumulateTiles",
		"func(tiles, groups int, a, b *float32, bGroup int, c *float32, stride, add int)",
		fmt.Sprintf("multiplies channels of tiles with %d columns of the same tiles.", 2*m.lanes))
	a, b, c := Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("c"), GP64())
	second, down := stride("bGroup"), stride("stride")
	tiles, groups, add := Load(Param("tiles"), GP64()), Load(Param("groups"), GP64()), Load(Param("add"), GP64())
	Label("group")
	for block := range m.lanes / rows {
		label := func(name string) string { return fmt.Sprintf("%s%d", name, block) }
		from, with, left := GP64(), GP64(), GP64()
		MOVQ(a, from)
		MOVQ(b, with)
		MOVQ(tiles, left)
		sums := m.zeros(rows, 2)
		Label(label("tile"))
		columns := []reg.VecVirtual{m.load(Mem{Base: with}), m.load(Mem{Base: with, Index: second, Scale: 1})}
		for r := range rows {
			x := m.vec()
			VBROADCASTSS(Mem{Base: from, Disp: 4 * (rows*block + r)}, x)
			for v := range columns {
				VFMADD231PS(x, columns[v], sums[r][v])
			}
		}
		ADDQ(U32(uint32(4*m.lanes)), from)
		ADDQ(U32(uint32(4*m.lanes)), with)
		DECQ(left)
		JNZ(LabelRef(label("tile")))
		to := GP64()
		MOVQ(c, to)
		TESTQ(add, add)
		JZ(LabelRef(label("store")))
		for r := range sums {
			for v := range sums[r] {
				VADDPS(Mem{Base: to, Disp: 4 * m.lanes * v}, sums[r][v], sums[r][v])
			}
			ADDQ(down, to)
		}
		Label(label("store"))
		for r := range sums {
			for v := range sums[r] {
				VMOVUPS(sums[r][v], Mem{Base: c, Disp: 4 * m.lanes * v})
			}
			ADDQ(down, c)
		}
	}
	size := GP64()
	MOVQ(tiles, size)
	SHLQ(Imm(uint64(2+map[int]int{8: 3, 16: 4}[m.lanes])), size)
	ADDQ(size, a)
	DECQ(groups)
	JNZ(LabelRef("group"))
	m.end()
}
