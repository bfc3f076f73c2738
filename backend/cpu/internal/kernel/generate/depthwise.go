package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// depthwise writes the convolutions whose filters see one channel each: a
// register holds channels of one pixel.
func (m *machine) depthwise() {
	for columns := 8; columns > 0; columns-- {
		m.depthwiseColumns(columns)
	}
	for taps := 6; taps > 0; taps-- {
		m.depthwiseGradient(taps)
	}
}

// depthwiseColumns writes the kernel that computes so many pixels of a row at
// a time, with their sums in registers, and so loads a weight once for all.
func (m *machine) depthwiseColumns(columns int) {
	m.function(fmt.Sprintf("depthwise%d", columns),
		"func(out *float32, across int, x *float32, step int, w *float32, taps *int, count int, channels int, bias, residual *float32, apart int, mode int, blocks int)",
		fmt.Sprintf("convolves blocks of %d pixels, channel by channel.", columns))
	out := Load(Param("out"), GP64())
	x := Load(Param("x"), GP64())
	step := Load(Param("step"), GP64())
	w := Load(Param("w"), GP64())
	residual := Load(Param("residual"), GP64())
	channel := GP64() // in bytes
	SHLQ(Imm(2), step)
	Label("block")
	XORQ(channel, channel)
	Label("whole")
	left := Load(Param("channels"), GP64())
	SHLQ(Imm(2), left)
	SUBQ(channel, left)
	CMPQ(left, U32(uint32(4*m.lanes)))
	JL(LabelRef("part"))
	p := pixels{m: m, name: "whole", out: out, x: x, step: step, w: w, residual: residual, channel: channel}
	p.compute(columns)
	ADDQ(U32(uint32(4*m.lanes)), channel)
	JMP(LabelRef("whole"))
	Label("part")
	TESTQ(left, left)
	JZ(LabelRef("next"))
	SHRQ(Imm(2), left)
	p.name, p.masked, p.mask = "part", true, m.maskOf(left)
	p.compute(columns)
	Label("next")
	DECQ(NewParamAddr("blocks", 96)) // there are no registers left
	JZ(LabelRef("end"))
	far := GP64()
	IMUL3Q(U32(uint32(columns)), step, far)
	ADDQ(far, x)
	across := Load(Param("across"), GP64())
	IMUL3Q(U32(uint32(4*columns)), across, across)
	ADDQ(across, out)
	TESTQ(residual, residual)
	JZ(LabelRef("block"))
	apart := Load(Param("apart"), GP64())
	IMUL3Q(U32(uint32(4*columns)), apart, apart)
	ADDQ(apart, residual)
	JMP(LabelRef("block"))
	Label("end")
	m.end()
}

// pixels is one register's channels of some pixels of a row.
type pixels struct {
	m                         *machine
	name                      string
	out, x, step, w, residual reg.Register
	channel                   reg.Register
	masked                    bool
	mask                      mask
}

func (p *pixels) load(from Mem) reg.VecVirtual {
	if p.masked {
		return p.m.loadMasked(from, p.mask)
	}
	return p.m.load(from)
}

func (p *pixels) compute(columns int) {
	sums := make([]reg.VecVirtual, columns)
	for j := range sums {
		sums[j] = p.m.zero()
	}
	p.multiply(sums)
	bias := Load(Param("bias"), GP64())
	TESTQ(bias, bias)
	JZ(LabelRef(p.name + "_residual"))
	add := p.load(Mem{Base: bias, Index: p.channel, Scale: 1})
	for j := range sums {
		VADDPS(add, sums[j], sums[j])
	}
	Label(p.name + "_residual")
	TESTQ(p.residual, p.residual)
	JZ(LabelRef(p.name + "_rectify"))
	p.along(p.residual, "apart", columns, func(j int, at Mem) { VADDPS(p.load(at), sums[j], sums[j]) })
	Label(p.name + "_rectify")
	p.m.rectifySums(p.name, [][]reg.VecVirtual{sums}, Load(Param("mode"), GP64()))
	p.along(p.out, "across", columns, func(j int, at Mem) {
		if p.masked {
			p.m.storeMasked(sums[j], at, p.mask)
		} else {
			VMOVUPS(sums[j], at)
		}
	})
}

// multiply sums the taps' products.
func (p *pixels) multiply(sums []reg.VecVirtual) {
	taps := Load(Param("taps"), GP64())
	count := Load(Param("count"), GP64())
	pixel, weight, channel := GP64(), GP64(), GP64()
	MOVQ(p.x, pixel)
	ADDQ(p.channel, pixel)
	MOVQ(p.w, weight)
	ADDQ(p.channel, weight)
	at := newLadder(len(sums), p.step)
	Label(p.name + "_tap")
	TESTQ(count, count)
	JZ(LabelRef(p.name + "_bias"))
	MOVQ(Mem{Base: taps, Disp: 8}, channel)
	factor := p.load(Mem{Base: weight, Index: channel, Scale: 4})
	MOVQ(Mem{Base: taps}, channel)
	at.stand(Mem{Base: pixel, Index: channel, Scale: 4})
	for j := range sums {
		if p.masked {
			VFMADD231PS(p.load(at.rung(j, 0)), factor, sums[j])
		} else {
			VFMADD231PS(at.rung(j, 0), factor, sums[j])
		}
	}
	ADDQ(Imm(16), taps)
	DECQ(count)
	JMP(LabelRef(p.name + "_tap"))
	Label(p.name + "_bias")
}

// along visits pixels of base that lie a parameter's elements apart.
func (p *pixels) along(base reg.Register, distance string, columns int, visit func(j int, at Mem)) {
	apart, at := Load(Param(distance), GP64()), GP64()
	SHLQ(Imm(2), apart)
	MOVQ(base, at)
	ADDQ(p.channel, at)
	for j := range columns {
		visit(j, Mem{Base: at})
		if j < columns-1 {
			ADDQ(apart, at)
		}
	}
}

// depthwiseGradient writes the kernel that adds the gradient of so many
// weights, between over a row of pixels apart.
func (m *machine) depthwiseGradient(taps int) {
	m.function(fmt.Sprintf("depthwiseGradient%d", taps),
		"func(sums *float32, x *float32, step int, between int, gradient *float32, count int, channels int)",
		fmt.Sprintf("adds the gradients of %d weights of each channel.", taps))
	sums := Load(Param("sums"), GP64())
	x := Load(Param("x"), GP64())
	between := Load(Param("between"), GP64())
	gradient := Load(Param("gradient"), GP64())
	step := Load(Param("step"), GP64())
	SHLQ(Imm(2), between)
	SHLQ(Imm(2), step)
	channel := GP64()
	XORQ(channel, channel)
	body := func(name string, k *mask) {
		load := func(from Mem) reg.VecVirtual {
			if k != nil {
				return m.loadMasked(from, *k)
			}
			return m.load(from)
		}
		totals := make([]reg.VecVirtual, taps)
		for t := range totals {
			totals[t] = m.zero()
		}
		at, from, count, across := newLadder(taps, between), GP64(), Load(Param("count"), GP64()), Load(Param("channels"), GP64())
		SHLQ(Imm(2), across)
		at.stand(Mem{Base: x, Index: channel, Scale: 1})
		MOVQ(gradient, from)
		ADDQ(channel, from)
		Label(name + "_pixel")
		TESTQ(count, count)
		JZ(LabelRef(name + "_done"))
		g := load(Mem{Base: from})
		for t := range totals {
			if k != nil {
				VFMADD231PS(load(at.rung(t, 0)), g, totals[t])
			} else {
				VFMADD231PS(at.rung(t, 0), g, totals[t])
			}
		}
		for _, foot := range at.feet {
			ADDQ(step, foot)
		}
		ADDQ(across, from)
		DECQ(count)
		JMP(LabelRef(name + "_pixel"))
		Label(name + "_done")
		to := GP64()
		MOVQ(sums, to)
		ADDQ(channel, to)
		for t := range totals {
			VADDPS(load(Mem{Base: to}), totals[t], totals[t])
			if k != nil {
				m.storeMasked(totals[t], Mem{Base: to}, *k)
			} else {
				VMOVUPS(totals[t], Mem{Base: to})
			}
			ADDQ(across, to)
		}
	}
	Label("whole")
	left := Load(Param("channels"), GP64())
	SHLQ(Imm(2), left)
	SUBQ(channel, left)
	CMPQ(left, U32(uint32(4*m.lanes)))
	JL(LabelRef("part"))
	body("whole", nil)
	ADDQ(U32(uint32(4*m.lanes)), channel)
	JMP(LabelRef("whole"))
	Label("part")
	TESTQ(left, left)
	JZ(LabelRef("end"))
	SHRQ(Imm(2), left)
	k := m.maskOf(left)
	body("part", &k)
	Label("end")
	m.end()
}
