package main

import "fmt"

// tiles writes the products of packed panels: the full tile and the smaller
// ones that the last rows of a matrix want, all on panels of the full tile's size.
func tiles(a *assembly) {
	for _, rows := range []int{tileRows, 8, 4, 1} {
		tile(a, rows, 2)
		tile(a, rows, 1)
	}
}

// tile writes c[rows][vectors·lanes] = Σₖ a[k][row]·b[k][column] with all sums
// in registers, adding what c held, the bias and the rectifier as mode asks.
func tile(a *assembly, rows, vectors int) {
	a.function(fmt.Sprintf("tile%dx%d", rows, vectors*lanes),
		"depth int, a *float32, b *float32, c *float32, stride int, bias *float32, mode int", "",
		fmt.Sprintf("multiplies a panel of %d rows with one of %d columns.", rows, vectors*lanes),
		func(f *function) {
			depth, left, right := f.argument("depth"), f.argument("a"), f.argument("b")
			sums := f.zeros(rows, vectors)
			step := func(k int) {
				columns, factors := f.vecs(vectors), f.vecs((rows+lanes-1)/lanes)
				f.loadAll(columns, right, 4*tileColumns*k)
				if rows == 1 {
					f.load(one, factors[0], left, 4*tileRows*k)
				} else {
					f.loadAll(factors, left, 4*tileRows*k)
				}
				for r := range sums {
					for v := range columns {
						f.fmlaBy(sums[r][v], columns[v], factors[r/lanes], r%lanes)
					}
				}
				f.release(columns...)
				f.release(factors...)
			}
			const unroll = 2
			f.steps("pairs", depth, unroll, func() {
				for k := range unroll {
					step(k)
				}
				f.add(4*tileRows*unroll, left)
				f.add(4*tileColumns*unroll, right)
			})
			f.unless("single", depth, func() { step(0) })
			f.free(depth, left, right)
			f.finishTile(sums)
			f.end()
		})
}

// zeros returns registers for the sums of a tile.
func (f *function) zeros(rows, vectors int) [][]vec {
	sums := make([][]vec, rows)
	for r := range sums {
		sums[r] = f.vecs(vectors)
		for _, v := range sums[r] {
			f.clear(v)
		}
	}
	return sums
}

// finishTile adds, rectifies and stores. Bits of mode: 1 accumulate, 2 relu, 4 relu6.
func (f *function) finishTile(sums [][]vec) {
	c, stride, mode, bias := f.argument("c"), f.stride("stride"), f.argument("mode"), f.argument("bias")
	before, row := f.vecs(len(sums[0])), f.gp()
	f.whereBit("accumulating", 0, mode, func() {
		f.emit("MOVD %v, %v", c, row)
		for _, line := range sums {
			f.loadAll(before, row, 0)
			f.emit("ADD %v, %v", stride, row)
			for v := range line {
				f.fadd(line[v], line[v], before[v])
			}
		}
	})
	f.unless("bias", bias, func() {
		f.loadAll(before, bias, 0)
		for _, line := range sums {
			for v := range line {
				f.fadd(line[v], line[v], before[v])
			}
		}
	})
	f.release(before...)
	f.rectify(mode, sums...)
	for _, line := range sums {
		f.storeAll(line, c, 0)
		f.emit("ADD %v, %v", stride, c)
	}
}

// rectify replaces negative numbers by zero, and those above six by six, as mode asks.
func (f *function) rectify(mode gp, sums ...[]vec) {
	limit := f.vec()
	f.whereBit("rectified", 1, mode, func() {
		f.clear(limit)
		for _, line := range sums {
			for _, v := range line {
				f.fmax(v, v, limit)
			}
		}
	})
	f.whereBit("capped", 2, mode, func() {
		f.six(limit)
		for _, line := range sums {
			for _, v := range line {
				f.fmin(v, v, limit)
			}
		}
	})
	f.release(limit)
}
