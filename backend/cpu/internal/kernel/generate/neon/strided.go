package main

import "fmt"

// stridedTiles writes the products that read the left factor where it lies,
// one for every number of rows, so that lines of any length can be cut into
// tiles of nearly the same height.
func stridedTiles(a *assembly) {
	for rows := tileRows; rows > 0; rows-- {
		strided(a, rows, 2)
		strided(a, rows, 1)
	}
}

// strided writes c[rows][columns] = Σₛ Σₖ a[row·step + offsets[s] + k]·b[s·length + k][column]
// with all sums in registers, and the bias where they begin.
func strided(a *assembly, rows, vectors int) {
	a.function(fmt.Sprintf("strided%dx%d", rows, vectors*lanes),
		"a *float32, step int, offsets *int, segments int, length int, b *float32, c *float32, stride int, columns int, "+
			"bias *float32, residual *float32, apart int, mode int", "",
		fmt.Sprintf("multiplies %d rows that lie step apart with a panel of %d columns.", rows, vectors*lanes),
		func(f *function) {
			sums := f.beginStrided(rows, vectors)
			at := f.arguments("a", "offsets", "segments", "length", "b")
			origin, offsets, segments, length, panel := at[0], at[1], at[2], at[3], at[4]
			step, left := f.stride("step"), f.gp()
			lines := make([]gp, rows)
			for r := range lines {
				lines[r] = f.gp()
			}
			f.repeat("segment", segments, func() {
				f.emit("MOVD.P 8(%v), %v", offsets, left)
				f.emit("ADD %v<<2, %v, %v", left, origin, lines[0])
				for r := 1; r < rows; r++ {
					f.emit("ADD %v, %v, %v", step, lines[r-1], lines[r])
				}
				f.emit("MOVD %v, %v", length, left)
				f.multiplyLines(sums, lines, left, panel)
			})
			f.free(at...)
			f.free(step, left)
			f.free(lines...)
			f.finishStrided(sums)
			f.end()
		})
}

// multiplyLines adds the products of left numbers of every line with a panel:
// as many numbers at a time as there are registers for the panel's rows,
// beside four for the lines.
func (f *function) multiplyLines(sums [][]vec, lines []gp, left, panel gp) {
	unroll, move := 4, "FMOVQ"
	if f.left() < 4*len(sums[0])+min(4, len(lines)) {
		unroll, move = 2, "FMOVD"
	}
	f.steps("depths", left, unroll, func() {
		load := func(r int, factor vec) {
			f.emit("%s.P %d(%v), %s", move, 4*unroll, lines[r], factor.scalar())
		}
		f.multiplyDepths(sums, unroll, panel, load)
		f.add(4*tileColumns*unroll, panel)
	})
	f.repeat("depth", left, func() {
		f.multiplyDepths(sums, 1, panel, func(r int, factor vec) { f.loadNext(one, factor, lines[r]) })
		f.add(4*tileColumns, panel)
	})
}

// multiplyDepths adds the products of count neighbouring depths. load fills a
// register with those of a row. Rows take turns, so that no sum waits for itself.
func (f *function) multiplyDepths(sums [][]vec, count int, panel gp, load func(r int, factor vec)) {
	columns := make([][]vec, count)
	for k := range columns {
		columns[k] = f.vecs(len(sums[0]))
		f.loadAll(columns[k], panel, 4*tileColumns*k)
	}
	factors := f.vecs(min(len(sums), f.left()))
	for first := 0; first < len(sums); first += len(factors) {
		rows := sums[first:min(first+len(factors), len(sums))]
		for r := range rows {
			load(first+r, factors[r])
		}
		for k, line := range columns {
			for r, row := range rows {
				for v := range row {
					f.fmlaBy(row[v], line[v], factors[r], k)
				}
			}
		}
	}
	for _, line := range columns {
		f.release(line...)
	}
	f.release(factors...)
}

// columnsOfLast returns how many columns the last register of a line has.
func (f *function) columnsOfLast(vectors int) gp {
	columns := f.argument("columns")
	if vectors > 1 {
		f.emit("SUB $%d, %v", (vectors-1)*lanes, columns)
	}
	return columns
}

// beginStrided sets the sums to the bias, or to zero.
func (f *function) beginStrided(rows, vectors int) [][]vec {
	sums := f.zeros(rows, vectors)
	bias, columns := f.argument("bias"), f.columnsOfLast(vectors)
	f.unless("bias", bias, func() {
		f.loadLine(sums[0], bias, columns)
		for _, line := range sums[1:] {
			for v := range line {
				f.copy(line[v], sums[0][v])
			}
		}
	})
	f.free(bias, columns)
	return sums
}

// loadLine fills the registers of a line, of the last those that exist.
func (f *function) loadLine(line []vec, base, columns gp) {
	last := len(line) - 1
	f.loadAll(line[:last], base, 0)
	f.loadSome(line[last], base, 4*lanes*last, columns)
}

// finishStrided adds the residual, rectifies and stores.
func (f *function) finishStrided(sums [][]vec) {
	last := len(sums[0]) - 1
	residual, columns, c, mode := f.argument("residual"), f.columnsOfLast(last+1), f.argument("c"), f.argument("mode")
	stride, apart := f.stride("stride"), f.stride("apart")
	before := f.vecs(last + 1)
	f.unless("residual", residual, func() {
		for _, line := range sums {
			f.loadLine(before, residual, columns)
			f.emit("ADD %v, %v", apart, residual)
			for v := range line {
				f.fadd(line[v], line[v], before[v])
			}
		}
	})
	f.release(before...)
	f.rectify(mode, sums...)
	for _, line := range sums {
		f.storeAll(line[:last], c, 0)
		f.storeSome(line[last], c, 4*lanes*last, columns)
		f.emit("ADD %v, %v", stride, c)
	}
}
