package main

import (
	"fmt"
	"testing"
)

// TestWords compares instructions that Go's assembler lacks with what LLVM's
// makes of their names (llvm-mc -triple=aarch64 -show-encoding).
func TestWords(t *testing.T) {
	for _, c := range []struct {
		write func(f *function)
		code  uint32
		name  string
	}{
		{func(f *function) { f.fadd(1, 2, 30) }, 0x4e3ed441, "FADD V1.4S, V2.4S, V30.4S"},
		{func(f *function) { f.fsub(1, 2, 30) }, 0x4ebed441, "FSUB V1.4S, V2.4S, V30.4S"},
		{func(f *function) { f.fmul(1, 2, 30) }, 0x6e3edc41, "FMUL V1.4S, V2.4S, V30.4S"},
		{func(f *function) { f.fdiv(1, 2, 30) }, 0x6e3efc41, "FDIV V1.4S, V2.4S, V30.4S"},
		{func(f *function) { f.fmax(1, 2, 30) }, 0x4e3ef441, "FMAX V1.4S, V2.4S, V30.4S"},
		{func(f *function) { f.fmin(1, 2, 30) }, 0x4ebef441, "FMIN V1.4S, V2.4S, V30.4S"},
		{func(f *function) { f.faddp(1, 2, 30) }, 0x6e3ed441, "FADDP V1.4S, V2.4S, V30.4S"},
		{func(f *function) { f.greater(1, 2, 30) }, 0x6ebee441, "FCMGT V1.4S, V2.4S, V30.4S"},
		{func(f *function) { f.alike(1, 2, 30) }, 0x4e3ee441, "FCMEQ V1.4S, V2.4S, V30.4S"},
		{func(f *function) { f.notLess(1, 2, 30) }, 0x6e3ee441, "FCMGE V1.4S, V2.4S, V30.4S"},
		{func(f *function) { f.positive(1, 30) }, 0x4ea0cbc1, "FCMGT V1.4S, V30.4S, #0.0"},
		{func(f *function) { f.negative(1, 30) }, 0x4ea0ebc1, "FCMLT V1.4S, V30.4S, #0.0"},
		{func(f *function) { f.fabs(1, 30) }, 0x4ea0fbc1, "FABS V1.4S, V30.4S"},
		{func(f *function) { f.fneg(1, 30) }, 0x6ea0fbc1, "FNEG V1.4S, V30.4S"},
		{func(f *function) { f.fsqrt(1, 30) }, 0x6ea1fbc1, "FSQRT V1.4S, V30.4S"},
		{func(f *function) { f.nearest(1, 30) }, 0x4e218bc1, "FRINTN V1.4S, V30.4S"},
		{func(f *function) { f.integer(1, 30) }, 0x4e21abc1, "FCVTNS V1.4S, V30.4S"},
		{func(f *function) { f.halve(1, 30) }, 0x4f3f07c1, "SSHR V1.4S, V30.4S, #1"},
		{func(f *function) { f.not(1, 30) }, 0x6e205bc1, "MVN V1.16B, V30.16B"},
		{func(f *function) { f.orNot(1, 30) }, 0x4efe1c21, "ORN V1.16B, V1.16B, V30.16B"},
		{func(f *function) { f.fmlaBy(1, 2, 30, 0) }, 0x4f9e1041, "FMLA V1.4S, V2.4S, V30.S[0]"},
		{func(f *function) { f.fmlaBy(1, 2, 30, 3) }, 0x4fbe1841, "FMLA V1.4S, V2.4S, V30.S[3]"},
		{func(f *function) { f.fmlsBy(1, 2, 30, 1) }, 0x4fbe5041, "FMLS V1.4S, V2.4S, V30.S[1]"},
		{func(f *function) { f.fmulBy(1, 2, 30, 2) }, 0x4f9e9841, "FMUL V1.4S, V2.4S, V30.S[2]"},
		{func(f *function) { f.six(30) }, 0x4f00f71e, "FMOV V30.4S, #6.0"},
	} {
		f := &function{}
		c.write(f)
		if got, want := f.body.String(), fmt.Sprintf("\tWORD $0x%08x // %s\n", c.code, c.name); got != want {
			t.Errorf("got %qwant %q", got, want)
		}
	}
}

// TestRegistersRunOut holds the generator to what a processor has.
func TestRegistersRunOut(t *testing.T) {
	f := &function{general: [generalRegisters]bool{platformRegister: true}}
	for range generalRegisters - 1 {
		if r := f.gp(); r == platformRegister || r >= prologueRegister {
			t.Fatalf("got %v, which is not to be used", r)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a register was given twice")
		}
	}()
	f.gp()
}
