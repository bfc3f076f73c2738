package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transposes writes the packing kernels that turn rows into panels.
func (m *machine) transposes() {
	if m.wide() {
		m.transpose(16)
		m.transpose(14)
	} else {
		m.transpose(8)
		m.transpose(6)
	}
}

// transpose writes dst[k·stride + r] = rows[r][k] for the given rows out of a
// register's lanes; the table holds a readable pointer for every lane.
func (m *machine) transpose(used int) {
	m.function(fmt.Sprintf("transpose%d", used),
		"func(dst *float32, stride int, rows **float32, depth int)",
		fmt.Sprintf("interleaves %d rows of depth elements.", used))
	dst := Load(Param("dst"), GP64())
	stride := Load(Param("stride"), GP64())
	SHLQ(Imm(2), stride)
	table := Load(Param("rows"), GP64())
	left := Load(Param("depth"), GP64())
	index := GP64()
	XORQ(index, index)

	store := m.partialStore(used)
	Label("loop")
	CMPQ(left, Imm(uint64(m.lanes)))
	JL(LabelRef("tail"))
	for _, v := range m.transposed(m.rowsOf(table, func(row reg.Register) reg.VecVirtual {
		return m.load(Mem{Base: row, Index: index, Scale: 4})
	}, used)) {
		store(v, dst)
		ADDQ(stride, dst)
	}
	ADDQ(Imm(uint64(m.lanes)), index)
	SUBQ(Imm(uint64(m.lanes)), left)
	JMP(LabelRef("loop"))

	Label("tail")
	TESTQ(left, left)
	JZ(LabelRef("done"))
	k := m.maskOf(left)
	for _, v := range m.transposed(m.rowsOf(table, func(row reg.Register) reg.VecVirtual {
		return m.loadMasked(Mem{Base: row, Index: index, Scale: 4}, k)
	}, used))[:m.lanes-1] {
		store(v, dst)
		ADDQ(stride, dst)
		DECQ(left)
		JZ(LabelRef("done"))
	}
	Label("done")
	m.end()
}

func (m *machine) rowsOf(table reg.Register, load func(reg.Register) reg.VecVirtual, used int) []reg.VecVirtual {
	rows := make([]reg.VecVirtual, m.lanes)
	for r := range rows {
		if r >= used {
			rows[r] = rows[r-1] // never stored
			continue
		}
		row := GP64()
		MOVQ(Mem{Base: table, Disp: 8 * r}, row)
		rows[r] = load(row)
	}
	return rows
}

// partialStore returns what stores the first lanes of a register.
func (m *machine) partialStore(used int) func(reg.VecVirtual, reg.Register) {
	switch {
	case used == m.lanes:
		return func(v reg.VecVirtual, to reg.Register) { VMOVUPS(v, Mem{Base: to}) }
	case m.wide():
		bits := GP32()
		MOVL(U32(1<<used-1), bits)
		k := K()
		KMOVW(bits, k)
		return func(v reg.VecVirtual, to reg.Register) { VMOVUPS(v, k, Mem{Base: to}) }
	}
	return func(v reg.VecVirtual, to reg.Register) { // six lanes of eight
		VMOVUPS(v.AsX(), Mem{Base: to})
		high := XMM()
		VEXTRACTF128(Imm(1), v, high)
		VMOVLPS(high, Mem{Base: to, Disp: 16})
	}
}

// transposed turns lanes rows into lanes columns.
func (m *machine) transposed(rows []reg.VecVirtual) []reg.VecVirtual {
	pairs := make([]reg.VecVirtual, m.lanes)
	for i := 0; i < m.lanes; i += 2 {
		pairs[i], pairs[i+1] = m.vec(), m.vec()
		VUNPCKLPS(rows[i+1], rows[i], pairs[i])
		VUNPCKHPS(rows[i+1], rows[i], pairs[i+1])
	}
	quads := make([]reg.VecVirtual, m.lanes) // quads[4q+c], 128-bit lane l: column 4l+c of the rows 4q to 4q+3
	for q := 0; q < m.lanes; q += 4 {
		for half := range 2 {
			quads[q+2*half], quads[q+2*half+1] = m.vec(), m.vec()
			VUNPCKLPD(pairs[q+2+half], pairs[q+half], quads[q+2*half])
			VUNPCKHPD(pairs[q+2+half], pairs[q+half], quads[q+2*half+1])
		}
	}
	columns := make([]reg.VecVirtual, m.lanes)
	if !m.wide() {
		for c := range 4 {
			columns[c], columns[4+c] = m.vec(), m.vec()
			VPERM2F128(Imm(0x20), quads[4+c], quads[c], columns[c])
			VPERM2F128(Imm(0x31), quads[4+c], quads[c], columns[4+c])
		}
		return columns
	}
	shuffle := func(control uint8, low, high reg.VecVirtual) reg.VecVirtual {
		v := m.vec()
		VSHUFF32X4(Imm(uint64(control)), high, low, v)
		return v
	}
	for c := range 4 {
		even0, odd0 := shuffle(0x88, quads[c], quads[4+c]), shuffle(0xdd, quads[c], quads[4+c])
		even1, odd1 := shuffle(0x88, quads[8+c], quads[12+c]), shuffle(0xdd, quads[8+c], quads[12+c])
		columns[c] = shuffle(0x88, even0, even1)
		columns[8+c] = shuffle(0xdd, even0, even1)
		columns[4+c] = shuffle(0x88, odd0, odd1)
		columns[12+c] = shuffle(0xdd, odd0, odd1)
	}
	return columns
}

// stack writes the packing kernel whose lanes already lie side by side.
func (m *machine) stack() {
	m.function("stack", "func(dst *float32, stride int, src *float32, step int, lanes int, depth int)",
		"copies depth runs of lanes elements, step apart in src and stride apart in dst; at most one register's lanes.")
	dst := Load(Param("dst"), GP64())
	stride := Load(Param("stride"), GP64())
	src := Load(Param("src"), GP64())
	step := Load(Param("step"), GP64())
	lanes := Load(Param("lanes"), GP64())
	left := Load(Param("depth"), GP64())
	SHLQ(Imm(2), stride)
	SHLQ(Imm(2), step)
	k := m.maskOf(lanes)
	full := func() {
		VMOVUPS(m.load(Mem{Base: src}), Mem{Base: dst})
	}
	masked := func() {
		m.storeMasked(m.loadMasked(Mem{Base: src}, k), Mem{Base: dst}, k)
	}
	six := func() {
		four, two := XMM(), XMM()
		VMOVUPS(Mem{Base: src}, four)
		VMOVSD(Mem{Base: src, Disp: 16}, two)
		VMOVUPS(four, Mem{Base: dst})
		VMOVSD(two, Mem{Base: dst, Disp: 16})
	}
	loop := func(name string, body func()) {
		Label(name)
		TESTQ(left, left)
		JZ(LabelRef("done"))
		body()
		ADDQ(step, src)
		ADDQ(stride, dst)
		DECQ(left)
		JMP(LabelRef(name))
	}
	CMPQ(lanes, Imm(uint64(m.lanes)))
	JEQ(LabelRef("full"))
	if !m.wide() {
		CMPQ(lanes, Imm(6))
		JEQ(LabelRef("six"))
	}
	loop("masked", masked)
	if !m.wide() {
		loop("six", six)
	}
	loop("full", full)
	Label("done")
	m.end()
}
