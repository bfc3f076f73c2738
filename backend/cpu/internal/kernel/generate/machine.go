package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// machine is an instruction set to write for: AVX-512 with 16 float32 lanes a
// register and mask registers, or AVX2 with FMA, 8 lanes and masks in vectors.
type machine struct {
	suffix string
	lanes  int
	tail   Mem // AVX2: 8 words of ones, 8 of zeros
	table  Mem // constants
	words  []uint32

	factors     []float64 // of Winograd's transforms
	factorTable Mem
	held        map[float64]reg.VecVirtual // those that a kernel keeps in registers
}

func (m *machine) wide() bool { return m.lanes == 16 }

func (m *machine) vec() reg.VecVirtual {
	if m.wide() {
		return ZMM()
	}
	return YMM()
}

func (m *machine) declareTailMask() {
	if m.wide() {
		return
	}
	m.tail = GLOBL("tailMask"+m.suffix, NOPTR|RODATA)
	for i := range 16 {
		ones := U32(0)
		if i < 8 {
			ones = 0xffffffff
		}
		DATA(4*i, ones)
	}
}

// function begins a kernel.
func (m *machine) function(name, signature, doc string) {
	TEXT(name+m.suffix, NOSPLIT, signature)
	Pragma("noescape")
	Doc(name + m.suffix + " " + doc)
}

func (m *machine) end() {
	VZEROUPPER()
	RET()
}

// zero clears a register.
func (m *machine) zero() reg.VecVirtual {
	v := m.vec()
	m.clear(v)
	return v
}

func (m *machine) clear(v reg.VecVirtual) {
	if m.wide() {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
}

// A mask covers the first lanes of a register: an opmask or a vector.
type mask struct {
	k reg.Register
}

// maskOf makes the mask of the first n lanes, n < lanes (n ≤ lanes for AVX-512).
func (m *machine) maskOf(n reg.Register) mask {
	if m.wide() {
		bits, one := GP64(), GP64()
		MOVQ(I32(1), one)
		SHLXQ(n, one, bits)
		DECQ(bits)
		k := K()
		KMOVW(bits.As32(), k)
		return mask{k}
	}
	table, negative := GP64(), GP64()
	LEAQ(m.tail, table)
	MOVQ(n, negative)
	NEGQ(negative)
	v := YMM()
	VMOVUPS(Mem{Base: table, Index: negative, Scale: 4, Disp: 32}, v)
	return mask{v}
}

func (m *machine) load(from Mem) reg.VecVirtual {
	v := m.vec()
	VMOVUPS(from, v)
	return v
}

func (m *machine) loadMasked(from Mem, k mask) reg.VecVirtual {
	v := m.vec()
	m.loadMaskedInto(from, k, v)
	return v
}

func (m *machine) loadMaskedInto(from Mem, k mask, v reg.VecVirtual) {
	if m.wide() {
		VMOVUPS_Z(from, k.k, v)
	} else {
		VMASKMOVPS(from, k.k, v)
	}
}

func (m *machine) storeMasked(v reg.Register, to Mem, k mask) {
	if m.wide() {
		VMOVUPS(v, k.k, to)
	} else {
		VMASKMOVPS(v, k.k, to)
	}
}

// sweep runs body over n lanes of memory: in whole registers, then once
// masked. body gets loads and stores bound to the current position: a base
// register and an extra displacement index are all they need.
func (m *machine) sweep(label string, n reg.GPVirtual, body func(at cursor)) {
	index, left := GP64(), GP64()
	XORQ(index, index)
	MOVQ(n, left)
	Label(label + "_loop")
	CMPQ(left, I32(int32(m.lanes)))
	JL(LabelRef(label + "_tail"))
	body(cursor{m: m, index: index})
	ADDQ(I32(int32(m.lanes)), index)
	SUBQ(I32(int32(m.lanes)), left)
	JMP(LabelRef(label + "_loop"))
	Label(label + "_tail")
	TESTQ(left, left)
	JZ(LabelRef(label + "_done"))
	k := m.maskOf(left)
	body(cursor{m: m, index: index, masked: true, mask: k})
	Label(label + "_done")
}

// cursor is a position in sweep.
type cursor struct {
	m      *machine
	index  reg.GPVirtual
	masked bool
	mask   mask
}

func (c cursor) load(base reg.Register) reg.VecVirtual {
	return c.loadAt(Mem{Base: base, Index: c.index, Scale: 4})
}

func (c cursor) loadAt(from Mem) reg.VecVirtual {
	if c.masked {
		return c.m.loadMasked(from, c.mask)
	}
	return c.m.load(from)
}

func (c cursor) store(v reg.Register, base reg.Register) {
	c.storeAt(v, Mem{Base: base, Index: c.index, Scale: 4})
}

func (c cursor) storeAt(v reg.Register, to Mem) {
	if c.masked {
		c.m.storeMasked(v, to, c.mask)
	} else {
		VMOVUPS(v, to)
	}
}
