package kernel

func portableMaxPool2(dst []float32, top, bottom *float32, channels int) {
	above, below := rowAt(top, 0, 2*len(dst)), rowAt(bottom, 0, 2*len(dst))
	for ; len(dst) >= channels && channels > 0; dst = dst[channels:] {
		for c := range channels {
			dst[c] = max(above[c], above[c+channels], below[c], below[c+channels])
		}
		above, below = above[2*channels:], below[2*channels:]
	}
}

func portableMaxPool2Grad(toTop, toBottom *float32, gradient []float32, top, bottom *float32, channels, positive int) {
	n := 2 * len(gradient)
	above, below := rowAt(top, 0, n), rowAt(bottom, 0, n)
	toAbove, toBelow := rowAt(toTop, 0, n), rowAt(toBottom, 0, n)
	clear(toAbove)
	clear(toBelow)
	for i, g := range gradient {
		at := i/channels*2*channels + i%channels
		next := at + channels
		best, target := above[at], &toAbove[at]
		if v := above[next]; v > best {
			best, target = v, &toAbove[next]
		}
		if v := below[at]; v > best {
			best, target = v, &toBelow[at]
		}
		if v := below[next]; v > best {
			best, target = v, &toBelow[next]
		}
		if positive == 0 || best > 0 {
			*target = g
		}
	}
}
