package kernel

import (
	"math"
	"unsafe"
)

// portableBFloat16 returns the kernels in Go for tiles of up to the given size.
func portableBFloat16(rows, columns, lanes int) *BFloat16 {
	b := &BFloat16{Round: portableRound, Pair: portablePair(columns), MaxWindows: portableMaxBrains, SumWindows: portableSumBrains}
	for r := 1; r <= rows; r++ {
		for c := lanes; c <= columns; c += lanes {
			b.tiles = append(b.tiles, portablePaired(r, c, columns))
		}
	}
	return b
}

// brain rounds to bfloat16 as the processor does: to the nearest, ties to
// even, what is below the normal numbers to zero, and NaN to a quiet NaN.
func brain(f float32) uint16 {
	bits := math.Float32bits(f)
	const exponent, quiet = 0xff << 23, 1 << 6
	switch {
	case f != f:
		return uint16(bits>>16) | quiet
	case bits&exponent == 0:
		return uint16(bits >> 16 & 0x8000)
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

func unbrain(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }

func portableRound(dst *uint16, x *float32, n int) {
	to := unsafe.Slice(dst, n)
	for i, f := range unsafe.Slice(x, n) {
		to[i] = brain(f)
	}
}

func portablePair(width int) func(dst *uint16, x *float32, depth int) {
	return func(dst *uint16, x *float32, depth int) {
		to := unsafe.Slice(dst, (depth+1)/2*2*width)
		clear(to[depth/2*2*width:])
		for i, f := range unsafe.Slice(x, depth*width) {
			k, column := i/width, i%width
			to[k/2*2*width+2*column+k%2] = brain(f)
		}
	}
}

// portablePaired returns a tile in Go for panels of the given width.
func portablePaired(rows, columns, width int) Paired {
	return Paired{rows, columns, func(a *uint16, step, pairs int, b *uint16, c *float32, stride, columns int,
		bias, residual *float32, apart int, mode Mode) {
		panel := unsafe.Slice(b, 2*pairs*width)
		for i := range rows {
			var row [32]float32 // the widest panel
			out := row[:columns]
			line := brainAt(unsafe.Pointer(a), i*step, 2*pairs)
			for j := range columns {
				var sum float32
				if bias != nil {
					sum = rowAt(bias, j, 1)[0]
				}
				for k := range pairs {
					sum = addPair(sum, line[2*k:2*k+2], panel[2*k*width+2*j:][:2])
				}
				switch {
				case residual == nil:
				case mode&NarrowResidual != 0:
					sum += unbrain(brainAt(unsafe.Pointer(residual), i*apart+j, 1)[0])
				default:
					sum += rowAt(residual, i*apart+j, 1)[0]
				}
				out[j] = sum
			}
			rectify(out, mode)
			if mode&NarrowResult != 0 {
				portableRound(&brainAt(unsafe.Pointer(c), i*stride, columns)[0], &out[0], columns)
			} else {
				copy(rowAt(c, i*stride, columns), out)
			}
		}
	}}
}

// brainAt views memory as length numbers of bfloat16 from an offset on.
func brainAt(base unsafe.Pointer, offset, length int) []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Add(base, 2*offset)), length)
}

// addPair adds two products, the second one first as the processor does.
func addPair(sum float32, x, y []uint16) float32 {
	sum += unbrain(x[1]) * unbrain(y[1]) // exact products: 16 bits of 24
	return sum + unbrain(x[0])*unbrain(y[0])
}

func portableMaxBrains(dst *uint16, apart int, taps []*uint16, step, pixels, channels int) {
	joinBrains(dst, apart, taps, step, pixels, channels, 1, func(x, y float32) float32 { return max(x, y) })
}

func portableSumBrains(dst *uint16, apart int, taps []*uint16, step, pixels, channels int, scale float32) {
	joinBrains(dst, apart, taps, step, pixels, channels, scale, func(x, y float32) float32 { return x + y })
}

func joinBrains(dst *uint16, apart int, taps []*uint16, step, pixels, channels int, scale float32, join func(x, y float32) float32) {
	for pixel := range pixels {
		for c := range channels {
			value := unbrain(brainAt(unsafe.Pointer(taps[0]), pixel*step+c, 1)[0])
			for _, tap := range taps[1:] {
				value = join(value, unbrain(brainAt(unsafe.Pointer(tap), pixel*step+c, 1)[0]))
			}
			brainAt(unsafe.Pointer(dst), pixel*apart+c, 1)[0] = brain(value * scale)
		}
	}
}
