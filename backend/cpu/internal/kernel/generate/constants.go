package main

import (
	"math"
	"slices"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel/generate/formulas"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// declareConstants lays out the read-only words that the kernels broadcast.
func (m *machine) declareConstants() {
	numbers := slices.Concat(formulas.Exp, formulas.Tanh, []float64{2, 6, formulas.TanhNear, formulas.Lowest, formulas.Highest, math.Log2E, formulas.Ln2High, formulas.Ln2Low},
		formulas.Erf, formulas.Erfc, []float64{formulas.ErfNear, formulas.ErfScale})
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
