package main

import (
	"fmt"
	"log"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Go's assembler does not know the instructions of AVX512_BF16, so they are
// written as bytes, which can be told only once avo has chosen registers.

// dotProductBF16 adds to each float32 of sums the products of the two bfloat16
// at its place in a and b: VDPBF16PS.
func dotProductBF16(b, a, sums reg.Register) {
	encode("VDPBF16PS", 0x52, []Op{sums, a, b}, []Op{sums})
}

// roundBF16 rounds float32 to bfloat16, ties to even: VCVTNEPS2BF16.
func roundBF16(from, to reg.Register) {
	encode("VCVTNEPS2BF16", 0x72, []Op{from}, []Op{to})
}

func encode(name string, opcode byte, inputs, outputs []Op) {
	i := &ir.Instruction{Opcode: "BYTE", Inputs: inputs, Outputs: outputs, ISA: []string{"AVX512_BF16"}}
	i.Operands = []Op{encoded{U8(0), i, name, opcode}}
	Instruction(i)
}

// encoded is an instruction of the EVEX map 0F38 with prefix F3 between
// registers: its first output is the destination, its last input the second
// source and, if there are three, the one before it the first.
type encoded struct {
	Constant    // avo wants its operands to be of its own types
	instruction *ir.Instruction
	name        string
	opcode      byte
}

// Asm implements operand.Op with the operands of the BYTE statements.
func (e encoded) Asm() string {
	inputs := e.instruction.Inputs
	to, from := number(e.instruction.Outputs[0]), number(inputs[len(inputs)-1])
	first := byte(0) // encoded as all ones where there is none
	if len(inputs) == 3 {
		first = number(inputs[1])
	}
	length := byte(2)
	if inputs[len(inputs)-1].(reg.Register).Size() == 32 {
		length = 1
	}
	bytes := []byte{
		0x62,
		not(to>>3)<<7 | not(from>>4)<<6 | not(from>>3)<<5 | not(to>>4)<<4 | 2,
		(^first&15)<<3 | 1<<2 | 2,
		length<<5 | not(first>>4)<<3,
		e.opcode,
		3<<6 | to&7<<3 | from&7,
	}
	var b strings.Builder
	for i, v := range bytes {
		if i > 0 {
			b.WriteString("; BYTE ")
		}
		fmt.Fprintf(&b, "$0x%02x", v)
	}
	return b.String() + " // " + e.name
}

// number returns which of the 32 vector registers an operand is.
func number(op Op) byte {
	physical := reg.ToPhysical(op.(reg.Register))
	if physical == nil {
		log.Fatalf("generate: %v has no register", op)
	}
	return byte(physical.PhysicalIndex())
}

// not returns the last bit, inverted.
func not(v byte) byte { return ^v & 1 }
