package kernel

import (
	"math"
	"unsafe"
)

// generic is the name of the kernels in Go.
const generic = "generic"

// portable returns the kernels in Go.
func portable() *Set {
	return &Set{
		Name: generic, TileRows: 4, TileColumns: 8, Lanes: 4,
		tiles: []Tile{{1, 8, portableTile(1, 8, 4, 8)}, {2, 8, portableTile(2, 8, 4, 8)}, {4, 8, portableTile(4, 8, 4, 8)}},
		strided: []Strided{
			portableStrided(1, 4, 8), portableStrided(1, 8, 8), portableStrided(2, 4, 8), portableStrided(2, 8, 8),
			portableStrided(3, 4, 8), portableStrided(3, 8, 8), portableStrided(4, 4, 8), portableStrided(4, 8, 8),
		},
		outer: portableOuters(4, 4),
		Depthwise: [8]Depthwise{
			portableDepthwise(1), portableDepthwise(2), portableDepthwise(3), portableDepthwise(4),
			portableDepthwise(5), portableDepthwise(6), portableDepthwise(7), portableDepthwise(8),
		},
		DepthwiseGradient: [6]DepthwiseGradient{
			portableDepthwiseGradient(1), portableDepthwiseGradient(2), portableDepthwiseGradient(3),
			portableDepthwiseGradient(4), portableDepthwiseGradient(5), portableDepthwiseGradient(6),
		},
		Add: pointwise2(func(x, y float32) float32 { return x + y }),
		Sub: pointwise2(func(x, y float32) float32 { return x - y }),
		Mul: pointwise2(func(x, y float32) float32 { return x * y }),
		Div: pointwise2(func(x, y float32) float32 { return x / y }),
		Max: pointwise2(func(x, y float32) float32 { return max(x, y) }),
		Min: pointwise2(func(x, y float32) float32 { return min(x, y) }),
		MulAdd: func(dst, x, y, z []float32) {
			for i := range dst {
				dst[i] = x[i]*y[i] + z[i]
			}
		},
		Sqrt:    pointwise1(func(x float32) float32 { return float32(math.Sqrt(float64(x))) }),
		Exp:     pointwise1(func(x float32) float32 { return float32(math.Exp(float64(x))) }),
		Sigmoid: pointwise1(func(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }),
		Tanh:    pointwise1(func(x float32) float32 { return float32(math.Tanh(float64(x))) }),
		ReLU:    pointwise1(func(x float32) float32 { return max(x, 0) }),
		ReLUGrad: pointwise2(func(x, y float32) float32 {
			if y > 0 {
				return x
			}
			return 0
		}),
		ScaleShift: func(dst, x []float32, scale, shift float32) {
			for i := range dst {
				dst[i] = x[i]*scale + shift
			}
		},
		Fill: func(dst []float32, value float32) {
			for i := range dst {
				dst[i] = value
			}
		},
		Sum:       portableSum,
		Dot:       portableDot,
		Combine:   portableCombine,
		AddRows:   portableAddRows,
		Relations: portableRelations(), Windows: portableWindows(), BFloat16: portableBFloat16(4, 8, 4),
		Transpose: func(dst []float32, width int, rows []*float32, depth int) {
			for i := range width {
				for k, v := range unsafe.Slice(rows[i], depth) {
					dst[k*width+i] = v
				}
			}
		},
		Stack:    portableStack,
		winograd: portableWinograd(4), AccumulateTiles: portableAccumulateTiles(4),
		planes: []Planes{portablePlanes(4, 8, 4, 8), portablePlanes(4, 4, 4, 8), portablePlanes(1, 8, 4, 8), portablePlanes(1, 4, 4, 8)},
	}
}

func pointwise1(f func(x float32) float32) func(dst, x []float32) {
	return func(dst, x []float32) {
		x = x[:len(dst)]
		for i := range dst {
			dst[i] = f(x[i])
		}
	}
}

func pointwise2(f func(x, y float32) float32) func(dst, x, y []float32) {
	return func(dst, x, y []float32) {
		x, y = x[:len(dst)], y[:len(dst)]
		for i := range dst {
			dst[i] = f(x[i], y[i])
		}
	}
}

// The sums run in four strands, which is quicker and loses less than one.
func portableSum(x []float32) float32 {
	var s [4]float32
	for ; len(x) >= 4; x = x[4:] {
		s[0] += x[0]
		s[1] += x[1]
		s[2] += x[2]
		s[3] += x[3]
	}
	for i, v := range x {
		s[i] += v
	}
	return s[0] + s[1] + (s[2] + s[3])
}

func portableDot(x, y []float32) float32 {
	y = y[:len(x)]
	var s [4]float32
	for ; len(x) >= 4; x, y = x[4:], y[4:] {
		s[0] += x[0] * y[0]
		s[1] += x[1] * y[1]
		s[2] += x[2] * y[2]
		s[3] += x[3] * y[3]
	}
	for i, v := range x {
		s[i] += v * y[i]
	}
	return s[0] + s[1] + (s[2] + s[3])
}

func portableCombine(dst, weights []float32, rows *float32, stride int) {
	for k, w := range weights {
		for j, v := range rowAt(rows, k*stride, len(dst)) {
			dst[j] += w * v
		}
	}
}

func portableAddRows(dst []float32, rows *float32, stride, count int) {
	for k := range count {
		for j, v := range rowAt(rows, k*stride, len(dst)) {
			dst[j] += v
		}
	}
}

func portableStack(dst []float32, width int, src *float32, step, lanes, depth int) {
	for k := range depth {
		copy(dst[k*width:], rowAt(src, k*step, lanes))
	}
}

// rowAt is the length elements that begin offset elements behind base.
func rowAt(base *float32, offset, length int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(base), 4*offset)), length)
}

// inRegisters cuts a Stack into pieces of one register, for kernels that take no more.
func inRegisters(stack func(dst *float32, stride int, src *float32, step, lanes, depth int),
	register int, dst []float32, width int, src *float32, step, lanes, depth int) {
	if depth == 0 {
		return
	}
	for i := 0; i < lanes; i += register {
		from := (*float32)(unsafe.Add(unsafe.Pointer(src), 4*i))
		stack(&dst[i], width, from, step, min(register, lanes-i), depth)
	}
}
