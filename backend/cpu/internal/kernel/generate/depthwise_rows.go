package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// depthwiseRows writes the depthwise convolutions with 3×3 weights at strides 1
// and 2, for instruction sets with registers enough: the weights stay in them
// for a whole row, and a pixel is loaded once for all taps of its row.
func (m *machine) depthwiseRows() {
	if !m.wide() {
		return
	}
	for stride := 1; stride <= 2; stride++ {
		for columns := 8; columns >= 4; columns-- {
			m.depthwiseRow(columns, stride)
		}
	}
}

func (m *machine) depthwiseRow(columns, stride int) {
	m.function(fmt.Sprintf("depthwise3x3s%dx%d", stride, columns),
		"func(out *float32, across int, x *float32, step int, w *float32, taps *int, count int, channels int, bias, residual *float32, apart int, mode int, blocks int)",
		fmt.Sprintf("convolves blocks of %d pixels with 3×3 weights at stride %d, channel by channel.", columns, stride))
	channel := GP64() // in bytes
	XORQ(channel, channel)
	Label("whole")
	left := Load(Param("channels"), GP64())
	SHLQ(Imm(2), left)
	SUBQ(channel, left)
	CMPQ(left, U32(uint32(4*m.lanes)))
	JL(LabelRef("part"))
	w := window3{pixels: pixels{m: m, name: "whole", channel: channel}, stride: stride}
	w.row(columns)
	ADDQ(U32(uint32(4*m.lanes)), channel)
	JMP(LabelRef("whole"))
	Label("part")
	TESTQ(left, left)
	JZ(LabelRef("end"))
	SHRQ(Imm(2), left)
	w.name, w.masked, w.mask = "part", true, m.maskOf(left)
	w.row(columns)
	Label("end")
	m.end()
}

// window3 is one register's channels of the blocks of a row.
type window3 struct {
	pixels
	stride  int
	rows    [3]reg.GPVirtual // the first pixel that the block sees in each
	weights [9]reg.VecVirtual
	bias    reg.VecVirtual
}

// at loads a pointer and adds the channel to it.
func (w *window3) at(parameter string) reg.GPVirtual {
	p := GP64()
	Load(Param(parameter), p)
	ADDQ(w.channel, p)
	return p
}

// inBytes loads a distance.
func inBytes(parameter string) reg.GPVirtual {
	d := GP64()
	Load(Param(parameter), d)
	SHLQ(Imm(2), d)
	return d
}

// begin loads what serves the whole row.
func (w *window3) begin() {
	taps, weight, offset := GP64(), w.at("w"), GP64()
	Load(Param("taps"), taps)
	for t := range w.weights {
		MOVQ(Mem{Base: taps, Disp: 16*t + 8}, offset)
		w.weights[t] = w.load(Mem{Base: weight, Index: offset, Scale: 4})
	}
	x := w.at("x")
	for k := range w.rows {
		w.rows[k] = GP64()
		MOVQ(Mem{Base: taps, Disp: 16 * 3 * k}, offset)
		LEAQ(Mem{Base: x, Index: offset, Scale: 4}, w.rows[k])
	}
	w.bias = w.m.zero()
	bias := GP64()
	Load(Param("bias"), bias)
	TESTQ(bias, bias)
	JZ(LabelRef(w.name + "_unbiased"))
	at := Mem{Base: bias, Index: w.channel, Scale: 1}
	if w.masked {
		w.m.loadMaskedInto(at, w.mask, w.bias)
	} else {
		VMOVUPS(at, w.bias)
	}
	Label(w.name + "_unbiased")
}

func (w *window3) row(columns int) {
	w.begin()
	pixel := inBytes("step") // from one pixel to the next
	if w.stride == 2 {
		SARQ(Imm(1), pixel)
	}
	three, on := GP64(), GP64()
	LEAQ(Mem{Base: pixel, Index: pixel, Scale: 2}, three)
	IMUL3Q(U32(uint32(columns*w.stride)), pixel, on)
	out, across, residual, apart, blocks := w.at("out"), inBytes("across"), GP64(), inBytes("apart"), GP64()
	Load(Param("residual"), residual)
	Load(Param("blocks"), blocks)
	TESTQ(residual, residual)
	JZ(LabelRef(w.name + "_block"))
	ADDQ(w.channel, residual)
	Label(w.name + "_block")
	sums := make([]reg.VecVirtual, columns)
	for j := range sums {
		sums[j] = w.m.zero()
	}
	w.multiply(sums, pixel, three, on)
	for j := range sums {
		VADDPS(w.bias, sums[j], sums[j])
	}
	TESTQ(residual, residual)
	JZ(LabelRef(w.name + "_rectify"))
	for j := range sums {
		VADDPS(w.load(Mem{Base: residual}), sums[j], sums[j])
		ADDQ(apart, residual)
	}
	Label(w.name + "_rectify")
	mode := GP64()
	Load(Param("mode"), mode)
	w.m.rectifySums(w.name, [][]reg.VecVirtual{sums}, mode)
	for j := range sums {
		if w.masked {
			w.m.storeMasked(sums[j], Mem{Base: out}, w.mask)
		} else {
			VMOVUPS(sums[j], Mem{Base: out})
		}
		ADDQ(across, out)
	}
	DECQ(blocks)
	JNZ(LabelRef(w.name + "_block"))
}

// multiply sums the taps' products, in their order, and moves the rows on.
func (w *window3) multiply(sums []reg.VecVirtual, pixel, three, on reg.GPVirtual) {
	at := GP64()
	for k, row := range w.rows {
		MOVQ(row, at)
		for i := range (len(sums)-1)*w.stride + 3 {
			if i > 0 && i%3 == 0 {
				ADDQ(three, at)
			}
			from := Mem{Base: at}
			if i%3 > 0 {
				from.Index, from.Scale = pixel, uint8(i%3)
			}
			x := w.load(from)
			for l := range 3 {
				if j := (i - l) / w.stride; i >= l && (i-l)%w.stride == 0 && j < len(sums) {
					VFMADD231PS(x, w.weights[3*k+l], sums[j])
				}
			}
		}
		ADDQ(on, row)
	}
}
