package main

import "fmt"

// planeProducts writes the matrix products of transformed tiles.
func planeProducts(a *assembly) {
	for _, rows := range []int{tileRows, 8, 4} {
		planes(a, rows, 2)
		planes(a, rows, 1)
	}
	accumulate(a)
}

// planes writes c = a·b for every plane and group of tiles. A group of a is
// [channels/lanes][rows][lanes], a panel of b [channels][2·lanes] and a group
// of c [rows][2·lanes].
func planes(a *assembly, rows, vectors int) {
	a.function(fmt.Sprintf("planes%dx%d", rows, vectors*lanes),
		"channels int, groups int, planes int, a *float32, aPlane int, b *float32, bPlane int, c *float32, cPlane int", "",
		fmt.Sprintf("multiplies groups of %d tiles with a panel of %d columns.", rows, vectors*lanes),
		func(f *function) {
			at := f.arguments("channels", "groups", "planes", "a", "b", "c")
			channels, groups, count, left, right, out := at[0], at[1], at[2], at[3], at[4], at[5]
			aPlane, bPlane, cPlane := f.stride("aPlane"), f.stride("bPlane"), f.stride("cPlane")
			from, to, panel, group, depth := f.gp(), f.gp(), f.gp(), f.gp(), f.gp()
			f.repeatOnce("plane", count, func() {
				f.emit("MOVD %v, %v", left, from)
				f.emit("MOVD %v, %v", out, to)
				f.emit("MOVD %v, %v", groups, group)
				f.repeatOnce("group", group, func() {
					f.emit("MOVD %v, %v", right, panel)
					f.emit("LSR $2, %v, %v", channels, depth)
					sums := f.zeros(rows, vectors)
					f.repeatOnce("depth", depth, func() { f.multiplyGroup(sums, from, panel) })
					for r, line := range sums {
						f.storeAll(line, to, 4*tileColumns*r)
						f.release(line...)
					}
					f.add(4*tileColumns*rows, to)
				})
				f.emit("ADD %v, %v", aPlane, left)
				f.emit("ADD %v, %v", bPlane, right)
				f.emit("ADD %v, %v", cPlane, out)
			})
			f.end()
		})
}

// multiplyGroup adds the products of a register's channels.
func (f *function) multiplyGroup(sums [][]vec, from, panel gp) {
	unroll, move := lanes, "FMOVQ"
	if f.left() < 4*len(sums[0])+min(4, len(sums)) {
		unroll, move = 2, "FMOVD"
	}
	for k := 0; k < lanes; k += unroll {
		f.multiplyDepths(sums, unroll, panel, func(r int, factor vec) {
			f.emit("%s %d(%v), %s", move, 4*(lanes*r+k), from, factor.scalar())
		})
		f.add(4*tileColumns*unroll, panel)
	}
	f.add(4*lanes*len(sums), from)
}

// accumulate writes c = aᵀ·b over tiles, or adds that to c. A group of a is
// [tiles][lanes], and b is two such groups; up to three groups are summed at a time.
func accumulate(a *assembly) {
	a.function("accumulateTiles",
		"tiles int, groups int, a *float32, b *float32, bGroup int, c *float32, stride int, add int", "",
		fmt.Sprintf("multiplies channels of tiles with %d columns of the same tiles.", tileColumns),
		func(f *function) {
			at := f.arguments("tiles", "groups", "a", "b", "c", "add")
			tiles, groups, left, right, out, add := at[0], at[1], at[2], at[3], at[4], at[5]
			apart, down, second, rest := f.gp(), f.stride("stride"), f.stride("bGroup"), f.gp()
			f.emit("LSL $4, %v, %v", tiles, apart)
			f.emit("ADD %v, %v", right, second)
			s := tileSums{tiles: tiles, left: left, apart: apart, right: right, second: second, out: out, down: down, add: add}
			f.steps("three", groups, 3, func() { s.groups(f, 3) })
			f.emit("MOVD %v, %v", groups, rest)
			f.whereBit("two", 1, rest, func() { s.groups(f, 2) })
			f.whereBit("one", 0, rest, func() { s.groups(f, 1) })
			f.end()
		})
}

// tileSums is the registers of accumulate.
type tileSums struct {
	tiles         gp
	left, apart   gp // groups of channels, and the bytes of one
	right, second gp // both groups of filters
	out, down     gp
	add           gp
}

// groups sums some groups over all tiles and moves on.
func (s *tileSums) groups(f *function, count int) {
	sums := f.zeros(count*lanes, 2)
	with := []gp{f.gp(), f.gp()}
	f.emit("MOVD %v, %v", s.right, with[0])
	f.emit("MOVD %v, %v", s.second, with[1])
	tiles, from := f.gp(), make([]gp, count)
	f.emit("MOVD %v, %v", s.tiles, tiles)
	for i := range from {
		from[i] = f.gp()
		f.emit("MOVD %v, %v", s.left, from[i])
		f.emit("ADD %v, %v", s.apart, s.left)
	}
	line, factor := f.vecs(2), f.vecs(count)
	f.repeatOnce("tile", tiles, func() {
		for v := range line {
			f.loadNext(whole, line[v], with[v])
		}
		for i := range from {
			f.loadNext(whole, factor[i], from[i])
		}
		for r, row := range sums {
			for v := range row {
				f.fmlaBy(row[v], line[v], factor[r/lanes], r%lanes)
			}
		}
	})
	f.release(factor...)
	to := tiles
	f.unless("add", s.add, func() {
		f.emit("MOVD %v, %v", s.out, to)
		for _, row := range sums {
			f.loadAll(line, to, 0)
			f.emit("ADD %v, %v", s.down, to)
			for v := range row {
				f.fadd(row[v], row[v], line[v])
			}
		}
	})
	for _, row := range sums {
		f.storeAll(row, s.out, 0)
		f.emit("ADD %v, %v", s.down, s.out)
		f.release(row...)
	}
	f.release(line...)
	f.free(with...)
	f.free(from...)
	f.free(tiles)
}
