package main

import (
	"fmt"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel/generate/formulas"
)

// What a transform back writes: a tile of results, the maxima of 2×2 of them,
// or those and their numbers.
const (
	outputs = "Outputs"
	pooled  = "Pooled"
	maxima  = "Maxima"
)

var gatherParameters = map[string]string{
	outputs: "dst *float32, row int, pixel int, src *float32, plane int, bias *float32, residual *float32, residualRow int, residualPixel int, groups int, mode int",
	pooled:  "dst *float32, row int, pixel int, src *float32, plane int, bias *float32, groups int, mode int",
	maxima:  "dst *float32, row int, pixel int, which *uint8, whichRow int, whichPixel int, src *float32, plane int, bias *float32, groups int, mode int, positive int",
}

// gathering is the transform Aᵀ·tile·A from planes to results, one register of
// filters at a time. Adding the bias to the plane of row 1 and column 1, which
// every result contains once, adds it to all results.
type gathering struct {
	*function
	scheme formulas.Winograd
	kind   string

	src, plane, down, bias, mode gp
	dst, residual, which         places
	positive, at                 gp
}

// places is where the rows of a tile lie in a picture: the first, the one in
// turn, and the bytes from row to row and from pixel to pixel.
type places struct{ first, line, row, pixel gp }

func (g *gathering) places(base, row, pixel string, size int) places {
	p := places{g.argument(base), g.gp(), g.argument(row), g.argument(pixel)}
	if size > 1 {
		g.emit("LSL $2, %v, %v", p.row, p.row)
		g.emit("LSL $2, %v, %v", p.pixel, p.pixel)
	}
	return p
}

// begin goes to the first row of the tile.
func (g *gathering) begin(p *places) { g.emit("MOVD %v, %v", p.first, p.line) }

// visit shows the pixels of the row in turn and goes to the next.
func (g *gathering) visit(p *places, pixels int, body func(i int, at gp)) {
	g.emit("MOVD %v, %v", p.line, g.at)
	for i := range pixels {
		body(i, g.at)
		if i+1 < pixels {
			g.emit("ADD %v, %v", p.pixel, g.at)
		}
	}
	g.emit("ADD %v, %v", p.row, p.line)
}

// gather writes one of the transforms from planes to results.
func gather(a *assembly, s formulas.Winograd, kind string) {
	a.function(fmt.Sprintf("winograd%d%s", s.Results, kind), gatherParameters[kind], "", "transforms planes back to a tile of results.",
		func(f *function) {
			f.holdConstants(1)
			g := gathering{function: f, scheme: s, kind: kind, at: f.gp()}
			g.src, g.plane, g.bias, g.mode = f.argument("src"), f.stride("plane"), f.argument("bias"), f.argument("mode")
			g.down = f.times(s.Extent(), g.plane)
			g.dst = g.places("dst", "row", "pixel", 4)
			switch kind {
			case outputs:
				g.residual = g.places("residual", "residualRow", "residualPixel", 4)
			case maxima:
				g.which = g.places("which", "whichRow", "whichPixel", 1)
				g.positive = f.argument("positive")
			}
			left := f.argument("groups")
			f.repeatOnce("group", left, func() {
				g.tile()
				f.add(4*lanes, g.src)
				f.add(4*lanes, g.dst.first)
				switch kind {
				case outputs:
					f.unless("more", g.residual.first, func() { f.add(4*lanes, g.residual.first) })
				case maxima:
					f.add(lanes, g.which.first)
				}
			})
			f.end()
		})
}

// tile transforms one register of filters.
func (g *gathering) tile() {
	g.begin(&g.dst)
	switch g.kind {
	case outputs:
		g.begin(&g.residual)
	case maxima:
		g.begin(&g.which)
	}
	var windows []window2
	for r, line := range g.columns() {
		values := g.synthesise(g.scheme.Outputs, line)
		if g.kind == outputs {
			g.addResidual(values)
			g.finish(values)
			continue
		}
		if r%2 == 0 {
			windows = g.open(values)
			continue
		}
		largest := make([]vec, len(windows))
		for i := range windows {
			g.join(&windows[i], values[2*i], 2)
			g.join(&windows[i], values[2*i+1], 3)
			largest[i] = windows[i].largest
		}
		if g.kind == maxima {
			g.storeNumbers(windows)
		}
		g.finish(largest)
	}
}

// columns transforms the columns of a tile; lines[i][j] is row i, column j.
func (g *gathering) columns() [][]vec {
	lines := make([][]vec, g.scheme.Results)
	column := g.gp()
	g.emit("MOVD %v, %v", g.src, column)
	for j := range g.scheme.Extent() {
		in := g.loadDown(g.scheme.Extent(), column, g.down, g.at)
		if j == 1 {
			g.unless("bias", g.bias, func() {
				add := g.vec()
				g.loadNext(whole, add, g.bias)
				g.fadd(in[1], in[1], add)
				g.release(add)
			})
		}
		for i, v := range g.synthesise(g.scheme.Outputs, in) {
			lines[i] = append(lines[i], v)
		}
		g.emit("ADD %v, %v", g.plane, column)
	}
	g.free(column)
	return lines
}

// addResidual adds the residual, if there is one, to a row of a tile.
func (g *gathering) addResidual(values []vec) {
	add := g.vec()
	g.unless("residual", g.residual.first, func() {
		g.visit(&g.residual, len(values), func(i int, at gp) {
			g.load(whole, add, at, 0)
			g.fadd(values[i], values[i], add)
		})
	})
	g.release(add)
}

// finish rectifies and stores a row, whose registers it gives back.
func (g *gathering) finish(values []vec) {
	g.rectify(g.mode, values)
	g.visit(&g.dst, len(values), func(i int, at gp) { g.store(whole, values[i], at, 0) })
	g.release(values...)
}

// window2 is the largest of a window's results and, in every byte of a lane,
// its number.
type window2 struct{ largest, number vec }

// open compares the results of windows in their first row.
func (g *gathering) open(values []vec) []window2 {
	var windows []window2
	for i := 0; i < len(values); i += 2 {
		w := window2{largest: values[i]}
		if g.kind == maxima {
			w.number = g.vec()
			g.clear(w.number)
		}
		g.join(&w, values[i+1], 1)
		windows = append(windows, w)
	}
	return windows
}

// join compares one more result of windows, whose number is given.
func (g *gathering) join(w *window2, value vec, number int) {
	if g.kind == maxima {
		mask, by := g.vec(), g.vec()
		g.greater(mask, value, w.largest)
		g.emit("VMOVI $%d, %v.B16", number, by)
		g.where(mask, w.number, by)
		g.release(mask, by)
	}
	g.fmax(w.largest, w.largest, value)
	g.release(value)
}

// storeNumbers writes a row of the windows' numbers, one byte each.
func (g *gathering) storeNumbers(windows []window2) {
	g.unless("positive", g.positive, func() {
		mask := g.vec()
		for _, w := range windows {
			g.function.positive(mask, w.largest)
			g.orNot(w.number, mask)
		}
		g.release(mask)
	})
	g.visit(&g.which, len(windows), func(i int, at gp) {
		g.narrow(windows[i].number)
		g.emit("FMOVS %s, (%v)", windows[i].number.scalar(), at)
		g.release(windows[i].number)
	})
}
