package main

import "fmt"

// depthwise writes the convolutions whose filters see one channel each:
// registers hold channels of one pixel.
func depthwise(a *assembly) {
	for columns := 8; columns > 0; columns-- {
		depthwiseColumns(a, columns, 0)
	}
	for stride := 1; stride <= 2; stride++ {
		for columns := 8; columns > 3; columns-- {
			depthwiseColumns(a, columns, stride)
		}
	}
	for taps := 6; taps > 0; taps-- {
		depthwiseGradient(a, taps)
	}
}

// A share is the channels that a loop takes at a time: some registers or one element.
type share struct {
	registers int
	width     width
}

func (s share) channels() int { return s.registers * int(s.width) }

func (s share) load(f *function, list []vec, base gp) {
	if s.width == one {
		f.load(one, list[0], base, 0)
		return
	}
	f.loadAll(list, base, 0)
}

func (s share) store(f *function, list []vec, base gp) {
	if s.width == one {
		f.store(one, list[0], base, 0)
		return
	}
	f.storeAll(list, base, 0)
}

// overChannels runs body over left channels, two registers at a time while it
// can. Body moves its pointers on by itself.
func (f *function) overChannels(left gp, body func(s share)) {
	pair, single, last := share{2, whole}, share{1, whole}, share{1, one}
	f.steps("pairs", left, pair.channels(), func() { body(pair) })
	f.steps("registers", left, single.channels(), func() { body(single) })
	f.repeat("channel", left, func() { body(last) })
}

// pixels is the registers of a depthwise convolution.
type pixels struct {
	*function
	columns                                  int
	stride                                   int // of windows of 3×3 side by side, 0 for any taps
	out, across, x, step, w, taps, count     gp
	bias, residual, apart, mode, channel, at gp
}

// depthwiseColumns writes the kernel that computes so many pixels of a row at
// a time, with their sums in registers, and so loads a weight once for all; at
// a stride above 0 the one for windows of 3×3, which loads pixels once too.
func depthwiseColumns(a *assembly, columns, stride int) {
	name, doc := fmt.Sprintf("depthwise%d", columns), fmt.Sprintf("convolves blocks of %d pixels, channel by channel.", columns)
	if stride > 0 {
		name = fmt.Sprintf("depthwise3x3s%dx%d", stride, columns)
		doc = fmt.Sprintf("convolves blocks of %d pixels by windows of 3×3 at stride %d, channel by channel.", columns, stride)
	}
	a.function(name,
		"out *float32, across int, x *float32, step int, w *float32, taps *int, count int, channels int, "+
			"bias *float32, residual *float32, apart int, mode int, blocks int", "", doc, func(f *function) {
			p := pixels{
				function: f, columns: columns, stride: stride, out: f.argument("out"), across: f.stride("across"), x: f.argument("x"), step: f.stride("step"),
				w: f.argument("w"), taps: f.argument("taps"), count: f.argument("count"), bias: f.argument("bias"),
				residual: f.argument("residual"), apart: f.stride("apart"), mode: f.argument("mode"), channel: f.gp(), at: f.gp(),
			}
			blocks, left := f.argument("blocks"), f.gp()
			f.repeatOnce("block", blocks, func() {
				f.reload("channels", left)
				f.emit("MOVD $0, %v", p.channel)
				f.overChannels(left, func(s share) {
					p.compute(s)
					f.add(4*s.channels(), p.channel)
				})
				far := f.times(columns, p.step)
				f.emit("ADD %v, %v", far, p.x)
				f.free(far)
				far = f.times(columns, p.across)
				f.emit("ADD %v, %v", far, p.out)
				f.free(far)
				f.unless("next", p.residual, func() {
					far := f.times(columns, p.apart)
					f.emit("ADD %v, %v", far, p.residual)
					f.free(far)
				})
			})
			f.end()
		})
}

// compute computes some channels of the pixels.
func (p *pixels) compute(s share) {
	sums := p.zeros(p.columns, s.registers)
	if p.stride > 0 {
		p.multiplyWindows(s, sums)
	} else {
		p.multiply(s, sums)
	}
	add := p.vecs(s.registers)
	p.unless("bias", p.bias, func() {
		p.emit("ADD %v, %v, %v", p.channel, p.bias, p.at)
		s.load(p.function, add, p.at)
		for _, line := range sums {
			for v := range line {
				p.fadd(line[v], line[v], add[v])
			}
		}
	})
	p.unless("residual", p.residual, func() {
		p.along(p.residual, p.apart, func(j int) {
			s.load(p.function, add, p.at)
			for v := range add {
				p.fadd(sums[j][v], sums[j][v], add[v])
			}
		})
	})
	p.release(add...)
	p.rectify(p.mode, sums...)
	p.along(p.out, p.across, func(j int) { s.store(p.function, sums[j], p.at) })
	for _, line := range sums {
		p.release(line...)
	}
}

// multiply sums the taps' products.
func (p *pixels) multiply(s share, sums [][]vec) {
	taps, count, weight, pixel := p.gp(), p.gp(), p.gp(), p.gp()
	weights, in := p.vecs(s.registers), p.vecs(s.registers)
	p.emit("MOVD %v, %v", p.taps, taps)
	p.emit("MOVD %v, %v", p.count, count)
	p.repeat("tap", count, func() {
		p.emit("LDP.P 16(%v), (%v, %v)", taps, pixel, weight)
		p.emit("ADD %v<<2, %v, %v", weight, p.w, weight)
		p.emit("ADD %v, %v", p.channel, weight)
		s.load(p.function, weights, weight)
		p.emit("ADD %v<<2, %v, %v", pixel, p.x, pixel)
		p.emit("ADD %v, %v", p.channel, pixel)
		for j, line := range sums {
			s.load(p.function, in, pixel)
			for v := range line {
				p.fmla(line[v], in[v], weights[v])
			}
			if j+1 < len(sums) {
				p.emit("ADD %v, %v", p.step, pixel)
			}
		}
	})
	p.release(weights...)
	p.release(in...)
	p.free(taps, count, weight, pixel)
}

// multiplyWindows sums the products of windows of 3×3: each pixel of a row is
// loaded once for all taps of all windows that it is in.
func (p *pixels) multiplyWindows(s share, sums [][]vec) {
	const size = 3
	far, pixel, place := p.gp(), p.gp(), p.gp()
	p.emit("MOVD (%v), %v", p.taps, pixel)
	p.emit("MOVD 16(%v), %v", p.taps, far)
	p.emit("SUB %v, %v", pixel, far)
	p.emit("LSL $2, %v", far)
	in := p.vecs(s.registers)
	for row := range size {
		weights := make([][]vec, size)
		for tap := range weights {
			p.emit("MOVD %d(%v), %v", 16*(size*row+tap)+8, p.taps, place)
			p.emit("ADD %v<<2, %v, %v", place, p.w, place)
			p.emit("ADD %v, %v", p.channel, place)
			weights[tap] = p.vecs(s.registers)
			s.load(p.function, weights[tap], place)
		}
		p.emit("MOVD %d(%v), %v", 16*size*row, p.taps, pixel)
		p.emit("ADD %v<<2, %v, %v", pixel, p.x, pixel)
		p.emit("ADD %v, %v", p.channel, pixel)
		for i := range p.stride*(len(sums)-1) + size {
			s.load(p.function, in, pixel)
			p.emit("ADD %v, %v", far, pixel)
			for tap, weight := range weights {
				if j := i - tap; j >= 0 && j%p.stride == 0 && j/p.stride < len(sums) {
					for v, sum := range sums[j/p.stride] {
						p.fmla(sum, in[v], weight[v])
					}
				}
			}
		}
		for _, weight := range weights {
			p.release(weight...)
		}
	}
	p.release(in...)
	p.free(far, pixel, place)
}

// along visits the pixels of base, which lie apart, through the pointer at.
func (p *pixels) along(base, apart gp, visit func(j int)) {
	p.emit("ADD %v, %v, %v", p.channel, base, p.at)
	for j := range p.columns {
		visit(j)
		if j+1 < p.columns {
			p.emit("ADD %v, %v", apart, p.at)
		}
	}
}

// depthwiseGradient writes the kernel that adds the gradient of so many
// weights, between over a row of pixels apart.
func depthwiseGradient(a *assembly, taps int) {
	a.function(fmt.Sprintf("depthwiseGradient%d", taps),
		"sums *float32, x *float32, step int, between int, gradient *float32, count int, channels int", "",
		fmt.Sprintf("adds the gradients of %d weights of each channel.", taps), func(f *function) {
			sums, x, gradient, pixels := f.argument("sums"), f.argument("x"), f.argument("gradient"), f.argument("count")
			step, between, across := f.stride("step"), f.stride("between"), f.stride("channels")
			left, from, with, at, count := f.argument("channels"), f.gp(), f.gp(), f.gp(), f.gp()
			f.overChannels(left, func(s share) {
				totals := f.zeros(taps, s.registers)
				factor, in := f.vecs(s.registers), f.vecs(s.registers)
				f.emit("MOVD %v, %v", x, from)
				f.emit("MOVD %v, %v", gradient, with)
				f.emit("MOVD %v, %v", pixels, count)
				f.repeat("pixel", count, func() {
					s.load(f, factor, with)
					f.emit("ADD %v, %v", across, with)
					f.emit("MOVD %v, %v", from, at)
					for t, line := range totals {
						s.load(f, in, at)
						for v := range line {
							f.fmla(line[v], in[v], factor[v])
						}
						if t+1 < len(totals) {
							f.emit("ADD %v, %v", between, at)
						}
					}
					f.emit("ADD %v, %v", step, from)
				})
				f.emit("MOVD %v, %v", sums, at)
				for _, line := range totals {
					s.load(f, in, at)
					for v := range line {
						f.fadd(line[v], line[v], in[v])
					}
					s.store(f, line, at)
					f.emit("ADD %v, %v", across, at)
					f.release(line...)
				}
				f.release(factor...)
				f.release(in...)
				for _, pointer := range []gp{sums, x, gradient} {
					f.add(4*s.channels(), pointer)
				}
			})
			f.end()
		})
}
