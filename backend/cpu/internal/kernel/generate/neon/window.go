package main

// windows writes pooling over windows of any form, and the gradient of its
// maxima. Taps point to what the elements of the first window read; those of
// the next lie step elements on.
func windows(a *assembly) {
	overWindows(a, "maxWindows", "", "takes the maximum over taps for every channel of some pixels.", func(w *window) {
		w.others(func(tap vec) { w.fmax(w.best, w.best, tap) })
		w.storeNext(w.width, w.best, w.to)
	})
	overWindows(a, "sumWindows", ", scale float32", "adds up taps for every channel of some pixels, then scales the sums.", func(w *window) {
		w.others(func(tap vec) { w.fadd(w.best, w.best, tap) })
		scale := w.float("scale")
		w.fmul(w.best, w.best, scale)
		w.release(scale)
		w.storeNext(w.width, w.best, w.to)
	})
	firstMaxima(a)
	addWhere(a)
	sumWon(a)
	unpool2(a)
}

// window is some channels of one pixel, whose first tap is read.
type window struct {
	*function
	width               width
	best                vec
	taps, count, shift  gp
	to, number, pointer gp
}

const windowParameters = "dst *float32, apart int, taps []*float32, step int, pixels int, channels int"

// overWindows writes the loops over pixels and channels around body.
func overWindows(a *assembly, name, more, doc string, body func(w *window)) {
	a.function(name, windowParameters+more, "", doc, func(f *function) {
		f.eachWindow(body)
		f.end()
	})
}

func (f *function) eachWindow(body func(w *window)) {
	w := &window{function: f, best: f.vec(), taps: f.argument("taps_base"), count: f.argument("taps_len"), shift: f.gp(), to: f.gp(), number: f.gp(), pointer: f.gp()}
	dst, apart, step, pixels := f.argument("dst"), f.stride("apart"), f.stride("step"), f.argument("pixels")
	first, left := f.gp(), f.gp()
	f.emit("MOVD $0, %v", first)
	f.repeat("pixel", pixels, func() {
		f.emit("MOVD %v, %v", first, w.shift)
		f.emit("MOVD %v, %v", dst, w.to)
		f.reload("channels", left)
		f.each("channel", left, func(size width) {
			w.width = size
			f.emit("MOVD (%v), %v", w.taps, w.pointer)
			f.emit("ADD %v, %v", w.shift, w.pointer)
			f.load(size, w.best, w.pointer, 0)
			body(w)
			f.add(size.bytes(), w.shift)
		})
		f.emit("ADD %v, %v", step, first)
		f.emit("ADD %v, %v", apart, dst)
	})
}

// others loops over the other taps, whose number is in w.number.
func (w *window) others(body func(tap vec)) {
	again, done, tap := w.label("tap"), w.label("taps_done"), w.vec()
	w.emit("MOVD $1, %v", w.number)
	w.place(again)
	w.emit("CMP %v, %v", w.count, w.number)
	w.emit("BGE %s", done)
	w.emit("ADD %v<<3, %v, %v", w.number, w.taps, w.pointer)
	w.emit("MOVD (%v), %v", w.pointer, w.pointer)
	w.emit("ADD %v, %v", w.shift, w.pointer)
	w.load(w.width, tap, w.pointer, 0)
	body(tap)
	w.add(1, w.number)
	w.emit("JMP %s", again)
	w.place(done)
	w.release(tap)
}

// nowhere marks a window that hands its gradient to no element.
const nowhere = 255

// firstMaxima writes maxWindows that also tells, in a byte, which tap holds
// each maximum.
func firstMaxima(a *assembly) {
	a.function("firstMaxima", windowParameters+", which *uint8, numbers *int32, positive int", "",
		"takes the maximum over taps for every channel of some pixels, and the number of the first tap that holds it.", func(f *function) {
			which, numbers, positive := f.argument("which"), f.argument("numbers"), f.argument("positive")
			most, winner, mask, number, at := f.vec(), f.vec(), f.vec(), f.vec(), f.gp()
			f.eachWindow(func(w *window) {
				f.copy(most, w.best)
				f.emit("VLD1R (%v), [%v.S4]", numbers, winner)
				w.others(func(tap vec) {
					f.fmax(most, most, tap)
					f.emit("ADD %v<<2, %v, %v", w.number, numbers, at)
					f.emit("VLD1R (%v), [%v.S4]", at, number)
					f.greater(mask, tap, w.best)
					f.where(mask, winner, number)
					f.where(mask, w.best, tap)
				})
				f.unless("positive", positive, func() {
					f.positive(mask, w.best)
					f.orNot(winner, mask)
				})
				f.storeNext(w.width, most, w.to)
				f.storeBytes(w.width, winner, which)
			})
			f.end()
		})
}

// storeBytes writes the lowest byte of each lane, which it spoils, and moves base on.
func (f *function) storeBytes(w width, v vec, base gp) {
	if w == whole {
		f.narrow(v)
		f.emit("FMOVS.P %s, %d(%v)", v.scalar(), lanes, base)
		return
	}
	r := f.gp()
	f.emit("VMOV %v.B[0], %v", v, r)
	f.emit("MOVB.P %v, 1(%v)", r, base)
	f.free(r)
}

// loadBytes reads a byte into each lane and moves base on.
func (f *function) loadBytes(w width, v vec, base gp) {
	if w == whole {
		f.emit("FMOVS.P %d(%v), %s", lanes, base, v.scalar())
		f.emit("VUXTL %v.B8, %v.H8", v, v)
		f.emit("VUXTL %v.H4, %v.S4", v, v)
		return
	}
	r := f.gp()
	f.emit("MOVBU.P 1(%v), %v", base, r)
	f.emit("VDUP %v, %v.S4", r, v)
	f.free(r)
}

// equal sets the lanes where n = m to ones, the others to zeros.
func (f *function) equal(d, n, m vec) { f.emit("VCMEQ %v.S4, %v.S4, %v.S4", m, n, d) }

// everywhere fills the lanes of a register with a whole number.
func (f *function) everywhere(r gp) vec {
	v := f.vec()
	f.emit("VDUP %v, %v.S4", r, v)
	return v
}

// addWhere writes the sum of gradients that windows hand to the tap of one number.
func addWhere(a *assembly) {
	a.function("addWhere", "dst *float32, step int, gradient *float32, which *uint8, pixels int, channels int, number int", "",
		"adds to every channel of some pixels the gradient of the windows in which they won.", func(f *function) {
			dst, step, gradient, which := f.argument("dst"), f.stride("step"), f.argument("gradient"), f.argument("which")
			pixels, number := f.argument("pixels"), f.everywhere(f.argument("number"))
			left, to, before, sum, mask := f.gp(), f.gp(), f.vec(), f.vec(), f.vec()
			f.repeat("pixel", pixels, func() {
				f.emit("MOVD %v, %v", dst, to)
				f.reload("channels", left)
				f.each("channel", left, func(w width) {
					f.loadBytes(w, mask, which)
					f.equal(mask, mask, number)
					f.loadNext(w, sum, gradient)
					f.load(w, before, to, 0)
					f.fadd(sum, sum, before)
					f.where(mask, before, sum)
					f.storeNext(w, before, to)
				})
				f.emit("ADD %v, %v", step, dst)
			})
			f.end()
		})
}

// sumWon writes the sums of the gradients that windows hand to any tap.
func sumWon(a *assembly) {
	a.function("sumWon", "sums *float32, gradient *float32, which *uint8, pixels int, channels int", "",
		"adds up, for every channel, the gradient of the windows that somebody won.", func(f *function) {
			sums, gradient, which := f.argument("sums"), f.argument("gradient"), f.argument("which")
			pixels, none, left, to := f.argument("pixels"), f.vec(), f.gp(), f.gp()
			r := f.gp()
			f.emit("MOVD $%d, %v", nowhere, r)
			f.emit("VDUP %v, %v.S4", r, none)
			before, sum, mask := f.vec(), f.vec(), f.vec()
			f.repeat("pixel", pixels, func() {
				f.emit("MOVD %v, %v", sums, to)
				f.reload("channels", left)
				f.each("channel", left, func(w width) {
					f.loadBytes(w, mask, which)
					f.equal(mask, mask, none)
					f.loadNext(w, sum, gradient)
					f.load(w, before, to, 0)
					f.fadd(sum, sum, before)
					f.where(mask, sum, before)
					f.storeNext(w, sum, to)
				})
			})
			f.end()
		})
}

// unpool2 writes the gradient of pooling by windows of 2×2 side by side.
func unpool2(a *assembly) {
	a.function("unpool2", "toTop *float32, toBottom *float32, gradient *float32, which *uint8, pixels int, channels int", "",
		"sets each of the four pixels of windows to the gradient if it won, else to zero.", func(f *function) {
			top, bottom, gradient, which := f.argument("toTop"), f.argument("toBottom"), f.argument("gradient"), f.argument("which")
			pixels, pixel, left, at := f.argument("pixels"), f.stride("channels"), f.gp(), f.gp()
			var numbers []vec
			for i := range 4 {
				numbers = append(numbers, f.bits(uint32(i)))
			}
			winner, from, out := f.vec(), f.vec(), f.vec()
			f.repeat("window", pixels, func() {
				f.reload("channels", left)
				f.each("channel", left, func(w width) {
					f.loadBytes(w, winner, which)
					f.loadNext(w, from, gradient)
					for i, row := range []gp{top, bottom} {
						f.emit("ADD %v, %v, %v", pixel, row, at)
						for j, to := range []gp{row, at} {
							f.equal(out, winner, numbers[2*i+j])
							f.and(out, out, from)
							f.storeNext(w, out, to)
						}
					}
				})
				f.emit("ADD %v, %v", pixel, top)
				f.emit("ADD %v, %v", pixel, bottom)
			})
			f.end()
		})
}
