package main

import "fmt"

// three writes an instruction on whole registers, d = n ∘ m, that Go's assembler lacks.
func (f *function) three(code uint32, mnemonic string, d, n, m vec) {
	f.word(code|uint32(m)<<16|uint32(n)<<5|uint32(d), "%s %v.4S, %v.4S, %v.4S", mnemonic, d, n, m)
}

func (f *function) two(code uint32, mnemonic string, d, n vec) {
	f.word(code|uint32(n)<<5|uint32(d), "%s %v.4S, %v.4S", mnemonic, d, n)
}

func (f *function) fadd(d, n, m vec) { f.three(0x4e20d400, "FADD", d, n, m) }
func (f *function) fsub(d, n, m vec) { f.three(0x4ea0d400, "FSUB", d, n, m) }
func (f *function) fmul(d, n, m vec) { f.three(0x6e20dc00, "FMUL", d, n, m) }
func (f *function) fdiv(d, n, m vec) { f.three(0x6e20fc00, "FDIV", d, n, m) }

// fmax and fmin are NaN if either source is.
func (f *function) fmax(d, n, m vec) { f.three(0x4e20f400, "FMAX", d, n, m) }
func (f *function) fmin(d, n, m vec) { f.three(0x4ea0f400, "FMIN", d, n, m) }

// faddp adds neighbours: those of n, then those of m.
func (f *function) faddp(d, n, m vec) { f.three(0x6e20d400, "FADDP", d, n, m) }

// greater sets the lanes where n > m to ones, the others to zeros.
func (f *function) greater(d, n, m vec) { f.three(0x6ea0e400, "FCMGT", d, n, m) }

// alike sets the lanes where n = m to ones, notLess those where n ≥ m.
func (f *function) alike(d, n, m vec)   { f.three(0x4e20e400, "FCMEQ", d, n, m) }
func (f *function) notLess(d, n, m vec) { f.three(0x6e20e400, "FCMGE", d, n, m) }

func (f *function) not(d, n vec) {
	f.word(0x6e205800|uint32(n)<<5|uint32(d), "MVN %v.16B, %v.16B", d, n)
}

func (f *function) positive(d, n vec) {
	f.word(0x4ea0c800|uint32(n)<<5|uint32(d), "FCMGT %v.4S, %v.4S, #0.0", d, n)
}
func (f *function) negative(d, n vec) {
	f.word(0x4ea0e800|uint32(n)<<5|uint32(d), "FCMLT %v.4S, %v.4S, #0.0", d, n)
}

func (f *function) fabs(d, n vec)    { f.two(0x4ea0f800, "FABS", d, n) }
func (f *function) fneg(d, n vec)    { f.two(0x6ea0f800, "FNEG", d, n) }
func (f *function) fsqrt(d, n vec)   { f.two(0x6ea1f800, "FSQRT", d, n) }
func (f *function) nearest(d, n vec) { f.two(0x4e218800, "FRINTN", d, n) }
func (f *function) integer(d, n vec) { f.two(0x4e21a800, "FCVTNS", d, n) }

// fmla adds n·m to d, rounded once; fmls subtracts it.
func (f *function) fmla(d, n, m vec) { f.emit("VFMLA %v.S4, %v.S4, %v.S4", m, n, d) }
func (f *function) fmls(d, n, m vec) { f.emit("VFMLS %v.S4, %v.S4, %v.S4", m, n, d) }

// byElement writes d ∘ n·m[lane].
func (f *function) byElement(code uint32, mnemonic string, d, n, m vec, lane int) {
	l, h := uint32(lane&1), uint32(lane>>1)
	f.word(code|l<<21|uint32(m)<<16|h<<11|uint32(n)<<5|uint32(d), "%s %v.4S, %v.4S, %v.S[%d]", mnemonic, d, n, m, lane)
}

func (f *function) fmlaBy(d, n, m vec, lane int) { f.byElement(0x4f801000, "FMLA", d, n, m, lane) }
func (f *function) fmlsBy(d, n, m vec, lane int) { f.byElement(0x4f805000, "FMLS", d, n, m, lane) }
func (f *function) fmulBy(d, n, m vec, lane int) { f.byElement(0x4f809000, "FMUL", d, n, m, lane) }

func (f *function) six(d vec) { f.word(0x4f00f700|uint32(d), "FMOV %v.4S, #6.0", d) }

func (f *function) clear(v vec) { f.emit("VEOR %v.B16, %v.B16, %v.B16", v, v, v) }

// copy writes d = n.
func (f *function) copy(d, n vec) {
	if d != n {
		f.emit("VORR %v.B16, %v.B16, %v.B16", n, n, d)
	}
}

func (f *function) and(d, n, m vec) { f.emit("VAND %v.B16, %v.B16, %v.B16", m, n, d) }

// where replaces the lanes of d that mask marks by those of by.
func (f *function) where(mask, d, by vec) { f.emit("VBIT %v.B16, %v.B16, %v.B16", mask, by, d) }

// orNot sets the lanes of d that mask leaves out to ones.
func (f *function) orNot(d, mask vec) {
	f.word(0x4ee01c00|uint32(mask)<<16|uint32(d)<<5|uint32(d), "ORN %v.16B, %v.16B, %v.16B", d, d, mask)
}

func (f *function) halve(d, n vec) {
	f.word(0x4f3f0400|uint32(n)<<5|uint32(d), "SSHR %v.4S, %v.4S, #1", d, n)
}

// narrow gathers the lowest byte of each lane in the first lane.
func (f *function) narrow(v vec) {
	f.word(0x0e612800|uint32(v)<<5|uint32(v), "XTN %v.4H, %v.4S", v, v)
	f.word(0x0e212800|uint32(v)<<5|uint32(v), "XTN %v.8B, %v.8H", v, v)
}

// width is how much of a register is loaded and stored.
type width int

// One element, or all.
const (
	one   width = 1
	whole width = lanes
)

func (w width) bytes() int { return 4 * int(w) }

func (w width) move() string {
	if w == one {
		return "FMOVS"
	}
	return "FMOVQ"
}

// load reads what lies bytes behind base; lanes that it does not read become zero.
func (f *function) load(w width, v vec, base gp, bytes int) {
	f.emit("%s %d(%v), %s", w.move(), bytes, base, v.scalar())
}

func (f *function) store(w width, v vec, base gp, bytes int) {
	f.emit("%s %s, %d(%v)", w.move(), v.scalar(), bytes, base)
}

// loadNext reads and moves base on.
func (f *function) loadNext(w width, v vec, base gp) {
	f.emit("%s.P %d(%v), %s", w.move(), w.bytes(), base, v.scalar())
}

func (f *function) storeNext(w width, v vec, base gp) {
	f.emit("%s.P %s, %d(%v)", w.move(), v.scalar(), w.bytes(), base)
}

// loadAll fills registers with neighbours, two at a time.
func (f *function) loadAll(list []vec, base gp, bytes int) {
	for ; len(list) > 1; list = list[2:] {
		f.emit("FLDPQ %d(%v), (%s, %s)", bytes, base, list[0].scalar(), list[1].scalar())
		bytes += 32
	}
	if len(list) > 0 {
		f.load(whole, list[0], base, bytes)
	}
}

func (f *function) storeAll(list []vec, base gp, bytes int) {
	for ; len(list) > 1; list = list[2:] {
		f.emit("FSTPQ (%s, %s), %d(%v)", list[0].scalar(), list[1].scalar(), bytes, base)
		bytes += 32
	}
	if len(list) > 0 {
		f.store(whole, list[0], base, bytes)
	}
}

// loadSome reads the first count elements, 1 to 4.
func (f *function) loadSome(v vec, base gp, bytes int, count gp) {
	f.some(base, bytes, count, func(move string) { f.emit("%s %d(%v), %s", move, bytes, base, v.scalar()) },
		func(third gp) { f.emit("VLD1 (%v), %v.S[2]", third, v) })
}

func (f *function) storeSome(v vec, base gp, bytes int, count gp) {
	f.some(base, bytes, count, func(move string) { f.emit("%s %s, %d(%v)", move, v.scalar(), bytes, base) },
		func(third gp) { f.emit("VST1 %v.S[2], (%v)", v, third) })
}

// some moves 4, 2 or 1 elements, and a third behind two.
func (f *function) some(base gp, bytes int, count gp, move func(instruction string), third func(at gp)) {
	all, single, done := f.label("all"), f.label("single"), f.label("moved")
	f.emit("TBNZ $2, %v, %s", count, all)
	f.emit("TBZ $1, %v, %s", count, single)
	move("FMOVD")
	f.emit("TBZ $0, %v, %s", count, done)
	at := f.gp()
	f.emit("ADD $%d, %v, %v", bytes+8, base, at)
	third(at)
	f.free(at)
	f.emit("JMP %s", done)
	f.place(single)
	move("FMOVS")
	f.emit("JMP %s", done)
	f.place(all)
	move("FMOVQ")
	f.place(done)
}

// add moves a pointer on by bytes.
func (f *function) add(bytes int, r gp) {
	if bytes != 0 {
		f.emit("ADD $%d, %v", bytes, r)
	}
}

// times returns factor·r.
func (f *function) times(factor int, r gp) gp {
	product := f.gp()
	f.emit("MOVD $%d, %v", factor, product)
	f.emit("MUL %v, %v, %v", r, product, product)
	return product
}

// each runs a loop over what is left of n: whole registers, then one element
// at a time. n is used up.
func (f *function) each(name string, n gp, body func(w width)) {
	f.steps(name, n, lanes, func() { body(whole) })
	f.repeat(name+"_single", n, func() { body(one) })
}

// steps runs body while n is at least count, which each turn subtracts.
func (f *function) steps(name string, n gp, count int, body func()) {
	loop, rest := f.label(name), f.label(name+"_rest")
	f.emit("SUBS $%d, %v", count, n)
	f.emit("BLT %s", rest)
	f.place(loop)
	body()
	f.emit("SUBS $%d, %v", count, n)
	f.emit("BGE %s", loop)
	f.place(rest)
	f.emit("ADD $%d, %v", count, n)
}

// repeat runs body n times, which may be none; n is used up.
func (f *function) repeat(name string, n gp, body func()) {
	done := f.label(name + "_done")
	f.emit("CBZ %v, %s", n, done)
	f.repeatOnce(name, n, body)
	f.place(done)
}

// repeatOnce runs body n times, at least once.
func (f *function) repeatOnce(name string, n gp, body func()) {
	again := f.label(name)
	f.place(again)
	body()
	f.emit("SUBS $1, %v", n)
	f.emit("BNE %s", again)
}

// unless skips body if r is zero.
func (f *function) unless(name string, r gp, body func()) {
	skip := f.label(fmt.Sprintf("no_%s", name))
	f.emit("CBZ %v, %s", r, skip)
	body()
	f.place(skip)
}

// whereBit runs body if a bit of r is set.
func (f *function) whereBit(name string, bit int, r gp, body func()) {
	skip := f.label(fmt.Sprintf("not_%s", name))
	f.emit("TBZ $%d, %v, %s", bit, r, skip)
	body()
	f.place(skip)
}
