package augment

import (
	"sort"

	"github.com/lince-ml/lince/images/internal/kernel"
)

// maxKernelChannels is the most channels that kernel.Bilinear takes.
const maxKernelChannels = 4

// bilinearBytes is bilinear with the transform's flips, times scale.
func (a *Augmenter) bilinearBytes(dst []float32, src []uint8, h, w, c int, m affine, scale float32, t Transform, o Options) {
	a.bytes = append(append(a.bytes[:0], src...), make([]uint8, kernel.Slack)...)
	line := kernel.NewLine(h, w, c)
	line.Step = [2]float64{m.rows[1], m.columns[1]}
	line.Forward = 1
	if t.FlipHorizontal {
		line.First, line.Forward = float64(w-1), -1
	}
	for row := range h {
		y := float64(row)
		if t.FlipVertical {
			y = float64(h - 1 - row)
		}
		line.Start = [2]float64{m.rows[2] + float64(y*m.rows[0]), m.columns[2] + float64(y*m.columns[0])}
		out := dst[row*w*c:][:w*c]
		if o.FillMode == Nearest {
			kernel.Bilinear(out, a.bytes, &line, scale)
			continue
		}
		a.beyond(out, src, c, &line, scale, o, grid{h: h, w: w})
	}
}

// beyond is kernel.Bilinear for the other ways to fill what lies outside.
func (a *Augmenter) beyond(out []float32, src []uint8, c int, line *kernel.Line, scale float32, o Options, size grid) {
	n := len(out) / c
	at := func(axis, i int) float64 {
		x := line.First + float64(i)*line.Forward
		return line.Start[axis] + float64(x*line.Step[axis])
	}
	top, bottom := within(n, size.h, func(i int) float64 { return at(0, i) })
	left, right := within(n, size.w, func(i int) float64 { return at(1, i) })
	from := min(max(top, left), n)
	end := max(from, min(bottom, right))
	inside := *line
	inside.First += float64(from) * line.Forward
	kernel.Bilinear(out[from*c:end*c], a.bytes, &inside, scale)
	for i := range n {
		if from <= i && i < end {
			continue
		}
		pixel := out[i*c:][:c]
		sample(pixel, src, c, at(0, i), at(1, i), 1, o, size)
		rescale(pixel, scale)
	}
}

// within returns the first of n places, which rise or fall, that lies from 0 to
// size-1 and the first after it that does not.
func within(n, size int, at func(i int) float64) (from, end int) {
	last := float64(size - 1)
	if at(0) <= at(n-1) {
		from = sort.Search(n, func(i int) bool { return at(i) >= 0 })
		return from, sort.Search(n, func(i int) bool { return at(i) > last })
	}
	from = sort.Search(n, func(i int) bool { return at(i) <= last })
	return from, sort.Search(n, func(i int) bool { return at(i) < 0 })
}
