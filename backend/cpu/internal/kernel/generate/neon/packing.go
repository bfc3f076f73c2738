package main

import "fmt"

// packing writes the kernels that pack panels.
func packing(a *assembly) {
	transposing(a)
	stacking(a)
	for _, vectors := range []int{2, 3} {
		stackingWhole(a, vectors)
	}
}

// transposing writes dst[k·stride + i] = rows[i][k] for a register's rows.
func transposing(a *assembly) {
	a.function("transpose4", "dst *float32, stride int, rows **float32, depth int", "",
		"interleaves 4 rows of depth elements.", func(f *function) {
			dst, stride, rows, depth := f.argument("dst"), f.stride("stride"), f.argument("rows"), f.argument("depth")
			from := make([]gp, lanes)
			for i := range from {
				from[i] = f.gp()
				f.emit("MOVD %d(%v), %v", 8*i, rows, from[i])
			}
			in, half, out := f.vecs(lanes), f.vecs(lanes), f.vecs(lanes)
			f.steps("square", depth, lanes, func() {
				for i, v := range in {
					f.loadNext(whole, v, from[i])
				}
				for i := 0; i < lanes; i += 2 {
					f.emit("VTRN1 %v.S4, %v.S4, %v.S4", in[i+1], in[i], half[i])
					f.emit("VTRN2 %v.S4, %v.S4, %v.S4", in[i+1], in[i], half[i+1])
				}
				for i := range 2 {
					f.emit("VTRN1 %v.D2, %v.D2, %v.D2", half[i+2], half[i], out[i])
					f.emit("VTRN2 %v.D2, %v.D2, %v.D2", half[i+2], half[i], out[i+2])
				}
				for _, v := range out {
					f.store(whole, v, dst, 0)
					f.emit("ADD %v, %v", stride, dst)
				}
			})
			f.repeat("line", depth, func() {
				for i, v := range in {
					f.loadNext(one, v, from[i])
				}
				for i, v := range in {
					f.store(one, v, dst, 4*i)
				}
				f.emit("ADD %v, %v", stride, dst)
			})
			f.end()
		})
}

// stacking writes the copy of runs of one to four elements.
func stacking(a *assembly) {
	a.function("stack", "dst *float32, stride int, src *float32, step int, lanes int, depth int", "",
		"copies depth runs of lanes elements, step apart in src and stride apart in dst; at most four lanes.", func(f *function) {
			dst, stride, src, step := f.argument("dst"), f.stride("stride"), f.argument("src"), f.stride("step")
			count, depth, run := f.argument("lanes"), f.argument("depth"), f.vec()
			f.repeat("run", depth, func() {
				f.loadSome(run, src, 0, count)
				f.storeSome(run, dst, 0, count)
				f.emit("ADD %v, %v", step, src)
				f.emit("ADD %v, %v", stride, dst)
			})
			f.end()
		})
}

// stackingWhole writes the copy of runs that fill registers.
func stackingWhole(a *assembly, vectors int) {
	a.function(fmt.Sprintf("stack%d", vectors*lanes), "dst *float32, stride int, src *float32, step int, depth int", "",
		fmt.Sprintf("copies depth runs of %d elements, step apart in src and stride apart in dst.", vectors*lanes), func(f *function) {
			dst, stride, src, step := f.argument("dst"), f.stride("stride"), f.argument("src"), f.stride("step")
			depth, run := f.argument("depth"), f.vecs(vectors)
			f.repeat("run", depth, func() {
				f.loadAll(run, src, 0)
				f.storeAll(run, dst, 0)
				f.emit("ADD %v, %v", step, src)
				f.emit("ADD %v, %v", stride, dst)
			})
			f.end()
		})
}
