//go:build amd64 && !noasm

package kernel

import "golang.org/x/sys/cpu"

// native returns what the processor and the system support, best first: a
// fixed table, never a measurement, so that the same machine always computes
// the same bits.
func native() []*Set {
	var sets []*Set
	x := &cpu.X86
	if x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL && x.HasFMA && x.HasBMI2 {
		sets = append(sets, addWinogradAVX512(avx512()))
	}
	if x.HasAVX2 && x.HasFMA && x.HasBMI2 {
		sets = append(sets, addWinogradAVX2(avx2()))
	}
	return sets
}

func avx512() *Set {
	return &Set{
		Name: "avx512", TileRows: 14, TileColumns: 32, Lanes: 16,
		tiles: []Tile{
			{1, 16, tile1x16AVX512}, {1, 32, tile1x32AVX512},
			{4, 16, tile4x16AVX512}, {4, 32, tile4x32AVX512},
			{8, 16, tile8x16AVX512}, {8, 32, tile8x32AVX512},
			{14, 16, tile14x16AVX512}, {14, 32, tile14x32AVX512},
		},
		strided: []Strided{
			{1, 16, strided1x16AVX512}, {1, 24, strided1x24AVX512}, {1, 32, strided1x32AVX512},
			{2, 16, strided2x16AVX512}, {2, 24, strided2x24AVX512}, {2, 32, strided2x32AVX512},
			{3, 16, strided3x16AVX512}, {3, 24, strided3x24AVX512}, {3, 32, strided3x32AVX512},
			{4, 16, strided4x16AVX512}, {4, 24, strided4x24AVX512}, {4, 32, strided4x32AVX512},
			{5, 16, strided5x16AVX512}, {5, 24, strided5x24AVX512}, {5, 32, strided5x32AVX512},
			{6, 16, strided6x16AVX512}, {6, 24, strided6x24AVX512}, {6, 32, strided6x32AVX512},
			{7, 16, strided7x16AVX512}, {7, 24, strided7x24AVX512}, {7, 32, strided7x32AVX512},
			{8, 16, strided8x16AVX512}, {8, 24, strided8x24AVX512}, {8, 32, strided8x32AVX512},
			{9, 16, strided9x16AVX512}, {9, 24, strided9x24AVX512}, {9, 32, strided9x32AVX512},
			{10, 16, strided10x16AVX512}, {10, 24, strided10x24AVX512}, {10, 32, strided10x32AVX512},
			{11, 16, strided11x16AVX512}, {11, 24, strided11x24AVX512}, {11, 32, strided11x32AVX512},
			{12, 16, strided12x16AVX512}, {12, 24, strided12x24AVX512}, {12, 32, strided12x32AVX512},
			{13, 16, strided13x16AVX512}, {13, 24, strided13x24AVX512}, {13, 32, strided13x32AVX512},
			{14, 16, strided14x16AVX512}, {14, 24, strided14x24AVX512}, {14, 32, strided14x32AVX512},
		},
		Depthwise: [8]Depthwise{
			depthwise1AVX512, depthwise2AVX512, depthwise3AVX512, depthwise4AVX512,
			depthwise5AVX512, depthwise6AVX512, depthwise7AVX512, depthwise8AVX512,
		},
		depthwise3x3: [2][5]Depthwise{
			{depthwise3x3s1x4AVX512, depthwise3x3s1x5AVX512, depthwise3x3s1x6AVX512, depthwise3x3s1x7AVX512, depthwise3x3s1x8AVX512},
			{depthwise3x3s2x4AVX512, depthwise3x3s2x5AVX512, depthwise3x3s2x6AVX512, depthwise3x3s2x7AVX512, depthwise3x3s2x8AVX512},
		},
		DepthwiseGradient: [6]DepthwiseGradient{
			depthwiseGradient1AVX512, depthwiseGradient2AVX512, depthwiseGradient3AVX512,
			depthwiseGradient4AVX512, depthwiseGradient5AVX512, depthwiseGradient6AVX512,
		},
		outer: []Outer{
			{1, 16, outer1x16AVX512}, {1, 32, outer1x32AVX512},
			{2, 16, outer2x16AVX512}, {2, 32, outer2x32AVX512},
			{3, 16, outer3x16AVX512}, {3, 32, outer3x32AVX512},
			{4, 16, outer4x16AVX512}, {4, 32, outer4x32AVX512},
			{5, 16, outer5x16AVX512}, {5, 32, outer5x32AVX512},
			{6, 16, outer6x16AVX512}, {6, 32, outer6x32AVX512},
			{7, 16, outer7x16AVX512}, {7, 32, outer7x32AVX512},
			{8, 16, outer8x16AVX512}, {8, 32, outer8x32AVX512},
			{9, 16, outer9x16AVX512}, {9, 32, outer9x32AVX512},
			{10, 16, outer10x16AVX512}, {10, 32, outer10x32AVX512},
			{11, 16, outer11x16AVX512}, {11, 32, outer11x32AVX512},
			{12, 16, outer12x16AVX512}, {12, 32, outer12x32AVX512},
			{13, 16, outer13x16AVX512}, {13, 32, outer13x32AVX512},
			{14, 16, outer14x16AVX512}, {14, 32, outer14x32AVX512},
		},
		Add: addAVX512, Sub: subAVX512, Mul: mulAVX512, Div: divAVX512, Max: maxAVX512, Min: minAVX512,
		MulAdd: mulAddAVX512, Sqrt: sqrtAVX512, Exp: expAVX512, Sigmoid: sigmoidAVX512, Tanh: tanhAVX512,
		ReLU: reluAVX512, ReLUGrad: reluGradAVX512,
		ScaleShift: scaleShiftAVX512, Fill: fillAVX512,
		Sum: sumAVX512, Dot: dotAVX512, Combine: combineAVX512, AddRows: addRowsAVX512,
		Relations: relationsAVX512(), Windows: windowsAVX512(), BFloat16: bfloat16AVX512(),
		Transpose: func(dst []float32, width int, rows []*float32, depth int) {
			if depth == 0 {
				return
			}
			if width == 14 {
				transpose14AVX512(&dst[0], width, &rows[0], depth)
				return
			}
			for i := 0; i < width; i += 16 {
				transpose16AVX512(&dst[i], width, &rows[i], depth)
			}
		},
		Stack: func(dst []float32, width int, src *float32, step, lanes, depth int) {
			inRegisters(stackAVX512, 16, dst, width, src, step, lanes, depth)
		},
	}
}

func avx2() *Set {
	return &Set{
		Name: "avx2", TileRows: 6, TileColumns: 16, Lanes: 8,
		tiles: []Tile{
			{1, 8, tile1x8AVX2}, {1, 16, tile1x16AVX2},
			{4, 8, tile4x8AVX2}, {4, 16, tile4x16AVX2},
			{6, 8, tile6x8AVX2}, {6, 16, tile6x16AVX2},
		},
		strided: []Strided{
			{1, 8, strided1x8AVX2}, {1, 16, strided1x16AVX2},
			{2, 8, strided2x8AVX2}, {2, 16, strided2x16AVX2},
			{3, 8, strided3x8AVX2}, {3, 16, strided3x16AVX2},
			{4, 8, strided4x8AVX2}, {4, 16, strided4x16AVX2},
			{5, 8, strided5x8AVX2}, {5, 16, strided5x16AVX2},
			{6, 8, strided6x8AVX2}, {6, 16, strided6x16AVX2},
		},
		Depthwise: [8]Depthwise{
			depthwise1AVX2, depthwise2AVX2, depthwise3AVX2, depthwise4AVX2,
			depthwise5AVX2, depthwise6AVX2, depthwise7AVX2, depthwise8AVX2,
		},
		DepthwiseGradient: [6]DepthwiseGradient{
			depthwiseGradient1AVX2, depthwiseGradient2AVX2, depthwiseGradient3AVX2,
			depthwiseGradient4AVX2, depthwiseGradient5AVX2, depthwiseGradient6AVX2,
		},
		outer: []Outer{
			{1, 8, outer1x8AVX2}, {1, 16, outer1x16AVX2},
			{2, 8, outer2x8AVX2}, {2, 16, outer2x16AVX2},
			{3, 8, outer3x8AVX2}, {3, 16, outer3x16AVX2},
			{4, 8, outer4x8AVX2}, {4, 16, outer4x16AVX2},
			{5, 8, outer5x8AVX2}, {5, 16, outer5x16AVX2},
			{6, 8, outer6x8AVX2}, {6, 16, outer6x16AVX2},
		},
		Add: addAVX2, Sub: subAVX2, Mul: mulAVX2, Div: divAVX2, Max: maxAVX2, Min: minAVX2,
		MulAdd: mulAddAVX2, Sqrt: sqrtAVX2, Exp: expAVX2, Sigmoid: sigmoidAVX2, Tanh: tanhAVX2,
		ReLU: reluAVX2, ReLUGrad: reluGradAVX2,
		ScaleShift: scaleShiftAVX2, Fill: fillAVX2,
		Sum: sumAVX2, Dot: dotAVX2, Combine: combineAVX2, AddRows: addRowsAVX2,
		Relations: relationsAVX2(), Windows: windowsAVX2(),
		Transpose: func(dst []float32, width int, rows []*float32, depth int) {
			if depth == 0 {
				return
			}
			if width == 6 {
				transpose6AVX2(&dst[0], width, &rows[0], depth)
				return
			}
			for i := 0; i < width; i += 8 {
				transpose8AVX2(&dst[i], width, &rows[i], depth)
			}
		},
		Stack: func(dst []float32, width int, src *float32, step, lanes, depth int) {
			inRegisters(stackAVX2, 8, dst, width, src, step, lanes, depth)
		},
	}
}
