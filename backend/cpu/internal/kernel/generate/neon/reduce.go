package main

// reductions writes sum and dot: four registers of running sums, folded in a
// fixed order.
func reductions(a *assembly) {
	reduction(a, "sum", "x []float32", "adds the elements of x.", false)
	reduction(a, "dot", "x []float32, y []float32", "adds the products of x and y.", true)
}

func reduction(a *assembly, name, parameters, doc string, product bool) {
	a.function(name, parameters, "float32", doc, func(f *function) {
		x, n := f.argument("x_base"), f.argument("x_len")
		sources := []gp{x}
		if product {
			sources = append(sources, f.argument("y_base"))
		}
		const ways = 4
		sums, in := f.zeros(1, ways)[0], f.vecs(ways*len(sources))
		add := func(sum, x, y vec) {
			if product {
				f.fmla(sum, x, y)
			} else {
				f.fadd(sum, sum, x)
			}
		}
		f.steps("wide", n, ways*lanes, func() {
			for i, source := range sources {
				f.loadAll(in[ways*i:ways*(i+1)], source, 0)
				f.add(4*ways*lanes, source)
			}
			for i, sum := range sums {
				add(sum, in[i], in[len(in)-ways+i])
			}
		})
		f.each("element", n, func(w width) {
			for i, source := range sources {
				f.loadNext(w, in[i], source)
			}
			add(sums[0], in[0], in[len(sources)-1])
		})
		f.fadd(sums[0], sums[0], sums[1])
		f.fadd(sums[2], sums[2], sums[3])
		f.fadd(sums[0], sums[0], sums[2])
		f.faddp(sums[0], sums[0], sums[0])
		f.faddp(sums[0], sums[0], sums[0])
		f.emit("FMOVS %s, ret+%d(FP)", sums[0].scalar(), f.offsets["ret"])
		f.end()
	})
}

// rowSums writes the sums over rows: of a matrix times a vector, and plain.
func rowSums(a *assembly) {
	rowSum(a, "combine", "dst []float32, weights []float32, rows *float32, stride int",
		"adds Σₖ weights[k]·rows[k·stride + j] to dst[j].", true)
	rowSum(a, "addRows", "dst []float32, rows *float32, stride int, count int",
		"adds Σₖ rows[k·stride + j], k < count, to dst[j].", false)
}

func rowSum(a *assembly, name, parameters, doc string, weighted bool) {
	a.function(name, parameters, "", doc, func(f *function) {
		dst, n, rows, stride := f.argument("dst_base"), f.argument("dst_len"), f.argument("rows"), f.stride("stride")
		var count, weights gp
		if weighted {
			weights, count = f.argument("weights_base"), f.argument("weights_len")
		} else {
			count = f.argument("count")
		}
		row, left, next := f.gp(), f.gp(), f.gp()
		addRows := func(w width, sums []vec) {
			in, weight := f.vecs(len(sums)), f.vec()
			f.emit("MOVD %v, %v", rows, row)
			f.emit("MOVD %v, %v", count, left)
			if weighted {
				f.emit("MOVD %v, %v", weights, next)
			}
			f.repeat("row", left, func() {
				if w == one {
					f.load(one, in[0], row, 0)
				} else {
					f.loadAll(in, row, 0)
				}
				if weighted {
					f.loadNext(one, weight, next)
				}
				f.emit("ADD %v, %v", stride, row)
				for i, sum := range sums {
					if weighted {
						f.fmlaBy(sum, in[i], weight, 0)
					} else {
						f.fadd(sum, sum, in[i])
					}
				}
			})
			f.release(in...)
			f.release(weight)
		}
		const block = 8
		sums := f.vecs(block)
		f.steps("block", n, block*lanes, func() {
			f.loadAll(sums, dst, 0)
			addRows(whole, sums)
			f.storeAll(sums, dst, 0)
			f.add(4*block*lanes, dst)
			f.add(4*block*lanes, rows)
		})
		f.each("element", n, func(w width) {
			f.load(w, sums[0], dst, 0)
			addRows(w, sums[:1])
			f.storeNext(w, sums[0], dst)
			f.add(w.bytes(), rows)
		})
		f.end()
	})
}
