package main

import "fmt"

// outers writes the kernels that sum outer products of short vectors, where
// they lie: gradients of the weights between few channels and many filters.
func outers(a *assembly) {
	for rows := tileRows; rows > 0; rows-- {
		outer(a, rows, 2)
		outer(a, rows, 1)
	}
}

// outer writes c[row][column] += Σₚ a[p·step + row]·b[p·across + column].
func outer(a *assembly, rows, vectors int) {
	a.function(fmt.Sprintf("outer%dx%d", rows, vectors*lanes),
		"count int, a *float32, step int, b *float32, across int, c *float32, stride int, columns int", "",
		fmt.Sprintf("adds the outer products of %d rows and %d columns.", rows, vectors*lanes),
		func(f *function) {
			count, left, right := f.argument("count"), f.argument("a"), f.argument("b")
			step, across, columns := f.stride("step"), f.stride("across"), f.columnsOfLast(vectors)
			sums := f.zeros(rows, vectors)
			products := func(load func(line []vec)) {
				line := f.vecs(vectors)
				load(line)
				f.addOuter(sums, line, left)
				f.release(line...)
				f.emit("ADD %v, %v", step, left)
				f.emit("ADD %v, %v", across, right)
			}
			some, finish := f.label("some"), f.label("finish")
			f.emit("CBZ %v, %s", count, finish)
			f.emit("TBZ $2, %v, %s", columns, some)
			f.repeatOnce("full", count, func() { products(func(line []vec) { f.loadAll(line, right, 0) }) })
			f.emit("JMP %s", finish)
			f.place(some)
			f.repeatOnce("part", count, func() { products(func(line []vec) { f.loadLine(line, right, columns) }) })
			f.place(finish)
			c, stride, before := f.argument("c"), f.stride("stride"), f.vecs(vectors)
			for _, line := range sums {
				f.loadLine(before, c, columns)
				for v := range line {
					f.fadd(line[v], line[v], before[v])
				}
				f.storeAll(line[:vectors-1], c, 0)
				f.storeSome(line[vectors-1], c, 4*lanes*(vectors-1), columns)
				f.emit("ADD %v, %v", stride, c)
			}
			f.end()
		})
}

// addOuter adds the product of the vector at left, one number for each row, with a line.
func (f *function) addOuter(sums [][]vec, line []vec, left gp) {
	for first := 0; first < len(sums); {
		factor, count := f.vec(), 1
		move := "FMOVS"
		if rest := len(sums) - first; rest >= 4 {
			count, move = 4, "FMOVQ"
		} else if rest >= 2 {
			count, move = 2, "FMOVD"
		}
		f.emit("%s %d(%v), %s", move, 4*first, left, factor.scalar())
		for i := range count {
			for v := range line {
				f.fmlaBy(sums[first+i][v], line[v], factor, i)
			}
		}
		f.release(factor)
		first += count
	}
}
