package augment

import "slices"

// shiftChannels adds shift to all values, within their smallest and largest.
func shiftChannels(x []float32, shift float64) {
	low, high := bounds(x)
	amount := float32(shift)
	for i, v := range x {
		x[i] = max(low, min(high, v+amount))
	}
}

func bounds(x []float32) (low, high float32) {
	low, high = x[0], x[0]
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

// flip mirrors the columns, the rows or both, in place.
func flip(x []float32, h, w, c int, horizontal, vertical bool) {
	stride := w * c
	if horizontal {
		for row := range slices.Chunk(x, stride) {
			for left, right := 0, stride-c; left < right; left, right = left+c, right-c {
				for i := range c {
					row[left+i], row[right+i] = row[right+i], row[left+i]
				}
			}
		}
	}
	if vertical {
		for top, bottom := 0, h-1; top < bottom; top, bottom = top+1, bottom-1 {
			upper, lower := x[top*stride:][:stride], x[bottom*stride:][:stride]
			for i := range upper {
				upper[i], lower[i] = lower[i], upper[i]
			}
		}
	}
}

// brighten multiplies the distance from black: 0, or the smallest value where
// values lie outside 0 … 255.
func brighten(x []float32, c int, factor float32) {
	low, high := bounds(x)
	black, white := float32(0), float32(255)
	switch {
	case low < 0 || high > 255:
		black, white = low, high
	case high <= 1:
		white = 1
	}
	for i, v := range x {
		if c == 4 && i%4 == 3 {
			continue
		}
		x[i] = max(black, min(white, black+float32((v-black)*factor)))
	}
}

// brightenBytes is Keras' apply_brightness_shift with scale=False: values are
// cut to bytes, first stretched to 0 … 255 where they lie outside, and Pillow's
// ImageEnhance.Brightness is applied to these.
func brightenBytes(x []float32, c int, factor float32) {
	low, high := bounds(x)
	stretched := low < 0 || high > 255
	width := high - low
	for i, v := range x {
		if stretched {
			v -= low
			if width != 0 {
				v /= width
			}
			v *= 255
		}
		v = float32(uint8(v))
		if c != 4 || i%4 != 3 {
			v = float32(uint8(max(0, min(255, v*factor))))
		}
		if stretched {
			v = float32(v/255*width) + low
		}
		x[i] = v
	}
}
