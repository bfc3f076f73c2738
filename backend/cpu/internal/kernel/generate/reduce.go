package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reductions writes sum and dot: four registers of running sums, folded in a
// fixed order.
func (m *machine) reductions() {
	m.reduction("sum", "func(x []float32) float32", "adds the elements of x.", false)
	m.reduction("dot", "func(x, y []float32) float32", "adds the products of x and y.", true)
}

func (m *machine) reduction(name, signature, doc string, product bool) {
	m.function(name, signature, doc)
	x := Load(Param("x").Base(), GP64())
	n := Load(Param("x").Len(), GP64()).(reg.GPVirtual)
	var y reg.Register
	if product {
		y = Load(Param("y").Base(), GP64())
	}
	const ways = 4
	var sums [ways]reg.VecVirtual
	for i := range sums {
		sums[i] = m.zero()
	}
	Label("wide")
	CMPQ(n, U32(uint32(ways*m.lanes)))
	JL(LabelRef("narrow"))
	for i := range sums {
		v := m.load(Mem{Base: x, Disp: 4 * m.lanes * i})
		if product {
			VFMADD231PS(Mem{Base: y, Disp: 4 * m.lanes * i}, v, sums[i])
		} else {
			VADDPS(v, sums[i], sums[i])
		}
	}
	ADDQ(U32(uint32(4*ways*m.lanes)), x)
	if product {
		ADDQ(U32(uint32(4*ways*m.lanes)), y)
	}
	SUBQ(U32(uint32(ways*m.lanes)), n)
	JMP(LabelRef("wide"))
	Label("narrow")
	m.sweep(name, n, func(at cursor) {
		v := at.load(x)
		if product {
			VFMADD231PS(at.load(y), v, sums[0])
		} else {
			VADDPS(v, sums[0], sums[0])
		}
	})
	VADDPS(sums[1], sums[0], sums[0])
	VADDPS(sums[3], sums[2], sums[2])
	VADDPS(sums[2], sums[0], sums[0])
	total := m.fold(sums[0])
	Store(total, ReturnIndex(0))
	m.end()
}

// fold adds the lanes of v, halving again and again.
func (m *machine) fold(v reg.VecVirtual) reg.VecVirtual {
	if m.wide() {
		high := YMM()
		VEXTRACTF64X4(Imm(1), v, high)
		low := YMM()
		VADDPS(v.AsY(), high, low)
		v = low
	}
	high, sum := XMM(), XMM()
	VEXTRACTF128(Imm(1), v.AsY(), high)
	VADDPS(v.AsX(), high, sum)
	VMOVHLPS(sum, sum, high)
	VADDPS(high, sum, sum)
	VMOVSHDUP(sum, high)
	VADDSS(high, sum, sum)
	return sum
}

// combine writes the sums over rows: of a matrix times a vector, and plain.
func (m *machine) combine() {
	m.rowSum("combine", "func(dst, weights []float32, rows *float32, stride int)",
		"adds Σₖ weights[k]·rows[k·stride + j] to dst[j].", true)
	m.rowSum("addRows", "func(dst []float32, rows *float32, stride, count int)",
		"adds Σₖ rows[k·stride + j], k < count, to dst[j].", false)
}

func (m *machine) rowSum(name, signature, doc string, weighted bool) {
	m.function(name, signature, doc)
	dst := Load(Param("dst").Base(), GP64())
	n := Load(Param("dst").Len(), GP64()).(reg.GPVirtual)
	rows := Load(Param("rows"), GP64())
	stride := Load(Param("stride"), GP64())
	SHLQ(Imm(2), stride)
	var weights, count reg.Register
	if weighted {
		weights = Load(Param("weights").Base(), GP64())
		count = Load(Param("weights").Len(), GP64())
	} else {
		count = Load(Param("count"), GP64())
	}
	const block = 8
	Label("block")
	CMPQ(n, U32(uint32(block*m.lanes)))
	JL(LabelRef("rest"))
	var sums [block]reg.VecVirtual
	for i := range sums {
		sums[i] = m.load(Mem{Base: dst, Disp: 4 * m.lanes * i})
	}
	m.eachRow("blockrow", rows, stride, weights, count, func(row reg.Register, weight reg.VecVirtual) {
		for i := range sums {
			from := Mem{Base: row, Disp: 4 * m.lanes * i}
			if weighted {
				VFMADD231PS(from, weight, sums[i])
			} else {
				VADDPS(from, sums[i], sums[i])
			}
		}
	})
	for i := range sums {
		VMOVUPS(sums[i], Mem{Base: dst, Disp: 4 * m.lanes * i})
	}
	ADDQ(U32(uint32(4*block*m.lanes)), dst)
	ADDQ(U32(uint32(4*block*m.lanes)), rows)
	SUBQ(U32(uint32(block*m.lanes)), n)
	JMP(LabelRef("block"))
	Label("rest")
	inner := 0
	m.sweep(name, n, func(at cursor) {
		sum := at.load(dst)
		inner++
		m.eachRow([]string{"", "lane", "last"}[inner], rows, stride, weights, count, func(row reg.Register, weight reg.VecVirtual) {
			v := at.load(row)
			if weighted {
				VFMADD231PS(v, weight, sum)
			} else {
				VADDPS(v, sum, sum)
			}
		})
		at.store(sum, dst)
	})
	m.end()
}

// eachRow loops over the rows with the weight of each in all lanes.
func (m *machine) eachRow(label string, rows, stride, weights, count reg.Register, body func(row reg.Register, weight reg.VecVirtual)) {
	row, left := GP64(), GP64()
	MOVQ(rows, row)
	MOVQ(count, left)
	var next reg.GPVirtual
	if weights != nil {
		next = GP64()
		MOVQ(weights, next)
	}
	Label(label)
	TESTQ(left, left)
	JZ(LabelRef(label + "_done"))
	var weight reg.VecVirtual
	if weights != nil {
		weight = m.vec()
		VBROADCASTSS(Mem{Base: next}, weight)
		ADDQ(Imm(4), next)
	}
	body(row, weight)
	ADDQ(stride, row)
	DECQ(left)
	JMP(LabelRef(label))
	Label(label + "_done")
}
