package main

import (
	"math"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// declareConstants lays out the read-only words that the kernels broadcast.
func (m *machine) declareConstants() {
	numbers := slices.Concat(expPolynomial, tanhPolynomial, []float64{2, 6, 0.625, lowest, highest, math.Log2E, ln2High, ln2Low},
		erfPolynomial, erfcPolynomial, []float64{erfNear, erfScale})
	m.words = []uint32{0x7fffffff, 1 << 31, 127}
	for _, f := range numbers {
		m.words = append(m.words, math.Float32bits(float32(f)))
	}
	m.table = GLOBL("constants"+m.suffix, NOPTR|RODATA)
	for i, word := range m.words {
		DATA(4*i, U32(word))
	}
}

// number fills a register with a float32 of the table.
func (m *machine) number(f float64) reg.VecVirtual { return m.bits(math.Float32bits(float32(f))) }

func (m *machine) bits(word uint32) reg.VecVirtual {
	at := slices.Index(m.words, word)
	if at < 0 {
		panic("generate: constant missing from the table")
	}
	v := m.vec()
	VBROADCASTSS(m.table.Offset(4*at), v)
	return v
}
