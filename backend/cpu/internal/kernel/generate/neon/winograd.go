package main

import (
	"fmt"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel/generate/formulas"
)

// winograd writes the transforms of both schemes and their products.
func winograd(a *assembly) {
	for _, s := range formulas.Winograds {
		spread(a, fmt.Sprintf("winograd%dPictures", s.Results), s.Pictures, "transforms tiles of pictures.")
		spread(a, fmt.Sprintf("winograd%dResults", s.Results), formulas.Transpose(s.Outputs), "transforms tiles of a result's gradient.")
		kernelSpread(a, s)
		for _, kind := range []string{outputs, pooled, maxima} {
			gather(a, s, kind)
		}
		kernelGather(a, s)
	}
	planeProducts(a)
}

// sets divides the rows of an analysing matrix into what registers suffice for.
func sets(matrix [][]float64) [][]int {
	if len(matrix) == 6 {
		return [][]int{{0, 1, 2}, {3, 4, 5}}
	}
	return [][]int{{0, 1, 2, 3}}
}

// spread writes the transform matrix·tile·matrixᵀ of tiles that lie in
// pictures, one register of channels at a time.
func spread(a *assembly, name string, matrix [][]float64, doc string) {
	extent := len(matrix[0])
	a.function(name, "dst *float32, plane int, group int, src *float32, row int, pixel int, groups int", "", doc, func(f *function) {
		f.holdConstants(2)
		dst, src, left := f.argument("dst"), f.argument("src"), f.argument("groups")
		plane, group, row, pixel := f.stride("plane"), f.stride("group"), f.stride("row"), f.stride("pixel")
		to, column, at := f.gp(), f.gp(), f.gp()
		f.repeatOnce("group", left, func() {
			f.emit("MOVD %v, %v", dst, to)
			for _, set := range sets(matrix) {
				lines := make([][]vec, len(set))
				f.emit("MOVD %v, %v", src, column)
				for range extent {
					in := f.loadNeeded(matrix, set, column, row, at)
					for i, v := range f.analyse(matrix, set, in) {
						lines[i] = append(lines[i], v)
					}
					f.releaseNeeded(in)
					f.emit("ADD %v, %v", pixel, column)
				}
				f.storeSpread(matrix, lines, to, plane)
			}
			f.add(4*lanes, src)
			f.emit("ADD %v, %v", group, dst)
		})
		f.end()
	})
}

// absent stands for an element that no row needs.
const absent vec = -1

// loadNeeded reads those elements of a column that some rows of a matrix need.
func (f *function) loadNeeded(matrix [][]float64, rows []int, column, row, at gp) []vec {
	in := make([]vec, len(matrix[0]))
	f.emit("MOVD %v, %v", column, at)
	for i := range in {
		in[i] = absent
		for _, r := range rows {
			if matrix[r][i] != 0 && in[i] == absent {
				in[i] = f.vec()
				f.load(whole, in[i], at, 0)
			}
		}
		if i+1 < len(in) {
			f.emit("ADD %v, %v", row, at)
		}
	}
	return in
}

func (f *function) releaseNeeded(in []vec) {
	for _, v := range in {
		if v != absent {
			f.release(v)
		}
	}
}

// storeSpread transforms lines of a tile, which it uses up, and stores them,
// each number in a plane of its own.
func (f *function) storeSpread(matrix [][]float64, lines [][]vec, to, plane gp) {
	all := make([]int, len(matrix))
	for i := range all {
		all[i] = i
	}
	for _, line := range lines {
		out := f.analyse(matrix, all, line)
		f.release(line...)
		for _, v := range out {
			f.store(whole, v, to, 0)
			f.emit("ADD %v, %v", plane, to)
		}
		f.release(out...)
	}
}

// kernelSpread writes the transform of 3×3 kernels.
func kernelSpread(a *assembly, s formulas.Winograd) {
	const size = 3
	a.function(fmt.Sprintf("winograd%dKernels", s.Results),
		"dst *float32, plane int, apart int, src *float32, tap int, step int, count int, lanes int", "",
		"transforms the kernels of count channels.", func(f *function) {
			f.holdConstants(2)
			dst, src, left, used := f.argument("dst"), f.argument("src"), f.argument("count"), f.argument("lanes")
			plane, apart, tap, step := f.stride("plane"), f.stride("apart"), f.stride("tap"), f.stride("step")
			at := f.gp()
			f.repeatOnce("channel", left, func() {
				taps := f.vecs(size * size)
				f.emit("MOVD %v, %v", src, at)
				for _, v := range taps {
					f.loadSome(v, at, 0, used)
					f.emit("ADD %v, %v", tap, at)
				}
				f.emit("MOVD %v, %v", dst, at)
				for _, set := range sets(s.Kernels) {
					lines := make([][]vec, len(set))
					for j := range size {
						for i, v := range f.analyse(s.Kernels, set, []vec{taps[j], taps[size+j], taps[2*size+j]}) {
							lines[i] = append(lines[i], v)
						}
					}
					f.storeSpread(s.Kernels, lines, at, plane)
				}
				f.release(taps...)
				f.emit("ADD %v, %v", step, src)
				f.emit("ADD %v, %v", apart, dst)
			})
			f.end()
		})
}

// kernelGather writes the transform Gᵀ·tile·G from planes to the gradient of 3×3 kernels.
func kernelGather(a *assembly, s formulas.Winograd) {
	matrix, n := formulas.Transpose(s.Kernels), s.Extent()
	a.function(fmt.Sprintf("winograd%dGradient", s.Results),
		"dst *float32, tap int, step int, src *float32, plane int, apart int, count int, lanes int", "",
		"transforms planes back to the kernels of count channels.", func(f *function) {
			f.holdConstants(2)
			dst, src, left, used := f.argument("dst"), f.argument("src"), f.argument("count"), f.argument("lanes")
			plane, apart, tap, step := f.stride("plane"), f.stride("apart"), f.stride("tap"), f.stride("step")
			down, column, at := f.times(n, plane), f.gp(), f.gp()
			f.repeatOnce("channel", left, func() {
				rows := make([][]vec, len(matrix))
				f.emit("MOVD %v, %v", src, column)
				for range n {
					for i, v := range f.synthesise(matrix, f.loadDown(n, column, down, at)) {
						rows[i] = append(rows[i], v)
					}
					f.emit("ADD %v, %v", plane, column)
				}
				f.emit("MOVD %v, %v", dst, at)
				for _, row := range rows {
					values := f.synthesise(matrix, row)
					for _, v := range values {
						f.storeSome(v, at, 0, used)
						f.emit("ADD %v, %v", tap, at)
					}
					f.release(values...)
				}
				f.emit("ADD %v, %v", step, dst)
				f.emit("ADD %v, %v", apart, src)
			})
			f.end()
		})
}

// loadDown reads a column of n planes.
func (f *function) loadDown(n int, column, down, at gp) []vec {
	in := f.vecs(n)
	f.emit("MOVD %v, %v", column, at)
	for i, v := range in {
		f.load(whole, v, at, 0)
		if i+1 < n {
			f.emit("ADD %v, %v", down, at)
		}
	}
	return in
}
