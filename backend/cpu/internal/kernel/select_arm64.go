//go:build arm64 && !noasm

package kernel

import "golang.org/x/sys/cpu"

// native returns what the processor and the system support, best first: a
// fixed table, never a measurement, so that the same machine always computes
// the same bits.
func native() []*Set {
	if !cpu.ARM64.HasASIMD {
		return nil
	}
	return []*Set{neon()}
}

func neon() *Set {
	return &Set{
		Name: "neon", TileRows: 12, TileColumns: 8, Lanes: 4,
		tiles: []Tile{
			{1, 4, tile1x4NEON}, {1, 8, tile1x8NEON},
			{4, 4, tile4x4NEON}, {4, 8, tile4x8NEON},
			{8, 4, tile8x4NEON}, {8, 8, tile8x8NEON},
			{12, 4, tile12x4NEON}, {12, 8, tile12x8NEON},
		},
		strided: []Strided{
			{1, 4, strided1x4NEON}, {1, 8, strided1x8NEON},
			{2, 4, strided2x4NEON}, {2, 8, strided2x8NEON},
			{3, 4, strided3x4NEON}, {3, 8, strided3x8NEON},
			{4, 4, strided4x4NEON}, {4, 8, strided4x8NEON},
			{5, 4, strided5x4NEON}, {5, 8, strided5x8NEON},
			{6, 4, strided6x4NEON}, {6, 8, strided6x8NEON},
			{7, 4, strided7x4NEON}, {7, 8, strided7x8NEON},
			{8, 4, strided8x4NEON}, {8, 8, strided8x8NEON},
			{9, 4, strided9x4NEON}, {9, 8, strided9x8NEON},
			{10, 4, strided10x4NEON}, {10, 8, strided10x8NEON},
			{11, 4, strided11x4NEON}, {11, 8, strided11x8NEON},
			{12, 4, strided12x4NEON}, {12, 8, strided12x8NEON},
		},
		outer: []Outer{
			{1, 4, outer1x4NEON}, {1, 8, outer1x8NEON},
			{2, 4, outer2x4NEON}, {2, 8, outer2x8NEON},
			{3, 4, outer3x4NEON}, {3, 8, outer3x8NEON},
			{4, 4, outer4x4NEON}, {4, 8, outer4x8NEON},
			{5, 4, outer5x4NEON}, {5, 8, outer5x8NEON},
			{6, 4, outer6x4NEON}, {6, 8, outer6x8NEON},
			{7, 4, outer7x4NEON}, {7, 8, outer7x8NEON},
			{8, 4, outer8x4NEON}, {8, 8, outer8x8NEON},
			{9, 4, outer9x4NEON}, {9, 8, outer9x8NEON},
			{10, 4, outer10x4NEON}, {10, 8, outer10x8NEON},
			{11, 4, outer11x4NEON}, {11, 8, outer11x8NEON},
			{12, 4, outer12x4NEON}, {12, 8, outer12x8NEON},
		},
		planes: []Planes{
			{12, 8, planes12x8NEON}, {12, 4, planes12x4NEON},
			{8, 8, planes8x8NEON}, {8, 4, planes8x4NEON},
			{4, 8, planes4x8NEON}, {4, 4, planes4x4NEON},
		},
		AccumulateTiles: accumulateTilesNEON,
		winograd: [2]Winograd{{
			4, winograd4PicturesNEON, winograd4ResultsNEON, winograd4KernelsNEON,
			winograd4OutputsNEON, winograd4PooledNEON, winograd4MaximaNEON, winograd4GradientNEON,
		}, {
			2, winograd2PicturesNEON, winograd2ResultsNEON, winograd2KernelsNEON,
			winograd2OutputsNEON, winograd2PooledNEON, winograd2MaximaNEON, winograd2GradientNEON,
		}},
		Depthwise: [8]Depthwise{
			depthwise1NEON, depthwise2NEON, depthwise3NEON, depthwise4NEON,
			depthwise5NEON, depthwise6NEON, depthwise7NEON, depthwise8NEON,
		},
		depthwise3x3: [2][5]Depthwise{
			{depthwise3x3s1x4NEON, depthwise3x3s1x5NEON, depthwise3x3s1x6NEON, depthwise3x3s1x7NEON, depthwise3x3s1x8NEON},
			{depthwise3x3s2x4NEON, depthwise3x3s2x5NEON, depthwise3x3s2x6NEON, depthwise3x3s2x7NEON, depthwise3x3s2x8NEON},
		},
		DepthwiseGradient: [6]DepthwiseGradient{
			depthwiseGradient1NEON, depthwiseGradient2NEON, depthwiseGradient3NEON,
			depthwiseGradient4NEON, depthwiseGradient5NEON, depthwiseGradient6NEON,
		},
		Add: addNEON, Sub: subNEON, Mul: mulNEON, Div: divNEON, Max: maxNEON, Min: minNEON,
		MulAdd: mulAddNEON, Sqrt: sqrtNEON, Exp: expNEON, Sigmoid: sigmoidNEON, Tanh: tanhNEON,
		ReLU: reluNEON, ReLUGrad: reluGradNEON,
		ScaleShift: scaleShiftNEON, Fill: fillNEON,
		Sum: sumNEON, Dot: dotNEON, Combine: combineNEON, AddRows: addRowsNEON,
		Relations: Relations{
			Equal: equalNEON, NotEqual: notEqualNEON, Less: lessNEON, LessEqual: lessEqualNEON,
			Choose: chooseNEON, Erf: erfNEON,
		},
		Windows: Windows{
			MaxWindows: maxWindowsNEON, SumWindows: sumWindowsNEON, FirstMaxima: firstMaximaNEON,
			AddWhere: addWhereNEON, SumWon: sumWonNEON, Unpool2: unpool2NEON,
		},
		Transpose: transposeInRegisters,
		Stack:     stackInRegisters,
	}
}

func transposeInRegisters(dst []float32, width int, rows []*float32, depth int) {
	if depth == 0 {
		return
	}
	for i := 0; i < width; i += 4 {
		transpose4NEON(&dst[i], width, &rows[i], depth)
	}
}

func stackInRegisters(dst []float32, width int, src *float32, step, lanes, depth int) {
	switch {
	case depth == 0:
	case lanes == 8:
		stack8NEON(&dst[0], width, src, step, depth)
	case lanes == 12:
		stack12NEON(&dst[0], width, src, step, depth)
	default:
		inRegisters(stackNEON, 4, dst, width, src, step, lanes, depth)
	}
}
