package kernel

import "unsafe"

// portableDepthwise returns the kernel for blocks of so many pixels.
func portableDepthwise(columns int) Depthwise {
	return func(out *float32, across int, x *float32, step int, w *float32, taps *int, count, channels int,
		bias, residual *float32, apart int, mode Mode, blocks int) {
		table := unsafe.Slice(taps, 2*count)
		for j := range blocks * columns {
			sums := rowAt(out, j*across, channels)
			var before []float32
			if residual != nil {
				before = rowAt(residual, j*apart, channels)
			}
			for c := range sums {
				var sum float32
				for t := 0; t < len(table); t += 2 {
					sum += rowAt(x, j*step+table[t]+c, 1)[0] * rowAt(w, table[t+1]+c, 1)[0]
				}
				if bias != nil {
					sum += rowAt(bias, c, 1)[0]
				}
				if before != nil {
					sum += before[c]
				}
				sums[c] = sum
			}
			rectify(sums, mode)
		}
	}
}

// portableDepthwiseGradient returns the kernel for so many weights.
func portableDepthwiseGradient(taps int) DepthwiseGradient {
	return func(sums, x *float32, step, between int, gradient *float32, count, channels int) {
		for t := range taps {
			for c, total := range rowAt(sums, t*channels, channels) {
				var sum float32
				for j := range count {
					sum += rowAt(x, j*step+t*between+c, 1)[0] * rowAt(gradient, j*channels+c, 1)[0]
				}
				rowAt(sums, t*channels+c, 1)[0] = total + sum
			}
		}
	}
}
