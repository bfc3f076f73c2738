package kernel

import "unsafe"

func portableWindows() Windows {
	return Windows{
		MaxWindows: func(dst *float32, apart int, taps []*float32, step, pixels, channels int) {
			joinWindows(dst, apart, taps, step, pixels, channels, func(x, y float32) float32 { return max(x, y) })
		},
		SumWindows: func(dst *float32, apart int, taps []*float32, step, pixels, channels int, scale float32) {
			joinWindows(dst, apart, taps, step, pixels, channels, func(x, y float32) float32 { return x + y })
			for pixel := range pixels {
				for c, v := range rowAt(dst, pixel*apart, channels) {
					rowAt(dst, pixel*apart, channels)[c] = v * scale
				}
			}
		},
		FirstMaxima: portableFirstMaxima,
		AddWhere:    portableAddWhere,
		SumWon:      portableSumWon,
		Unpool2:     portableUnpool2,
	}
}

func joinWindows(dst *float32, apart int, taps []*float32, step, pixels, channels int, join func(x, y float32) float32) {
	for pixel := range pixels {
		out := rowAt(dst, pixel*apart, channels)
		copy(out, rowAt(taps[0], pixel*step, channels))
		for _, tap := range taps[1:] {
			for c, v := range rowAt(tap, pixel*step, channels) {
				out[c] = join(out[c], v)
			}
		}
	}
}

func portableFirstMaxima(dst *float32, apart int, taps []*float32, step, pixels, channels int, which *uint8, numbers *int32, positive int) {
	names := unsafe.Slice(numbers, len(taps))
	winners := unsafe.Slice(which, pixels*channels)
	for pixel := range pixels {
		out := rowAt(dst, pixel*apart, channels)
		for c := range channels {
			best := rowAt(taps[0], pixel*step, channels)[c]
			largest, winner := best, names[0]
			for i, tap := range taps[1:] {
				v := rowAt(tap, pixel*step, channels)[c]
				largest = max(largest, v)
				if v > best {
					best, winner = v, names[i+1]
				}
			}
			if positive == 1 && !(best > 0) {
				winner = Nowhere
			}
			out[c], winners[pixel*channels+c] = largest, uint8(winner)
		}
	}
}

func portableAddWhere(dst *float32, step int, gradient *float32, which *uint8, pixels, channels, number int) {
	winners := unsafe.Slice(which, pixels*channels)
	for pixel := range pixels {
		out := rowAt(dst, pixel*step, channels)
		for c, g := range rowAt(gradient, pixel*channels, channels) {
			if int(winners[pixel*channels+c]) == number {
				out[c] += g
			}
		}
	}
}

func portableSumWon(sums, gradient *float32, which *uint8, pixels, channels int) {
	out, winners := rowAt(sums, 0, channels), unsafe.Slice(which, pixels*channels)
	for i, g := range rowAt(gradient, 0, pixels*channels) {
		if winners[i] != Nowhere {
			out[i%channels] += g
		}
	}
}

func portableUnpool2(toTop, toBottom, gradient *float32, which *uint8, pixels, channels int) {
	winners := unsafe.Slice(which, pixels*channels)
	for pixel := range pixels {
		for i, row := range []*float32{toTop, toTop, toBottom, toBottom} {
			out := rowAt(row, (2*pixel+i%2)*channels, channels)
			for c, g := range rowAt(gradient, pixel*channels, channels) {
				if out[c] = 0; int(winners[pixel*channels+c]) == i {
					out[c] = g
				}
			}
		}
	}
}
