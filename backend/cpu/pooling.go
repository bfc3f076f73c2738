package cpu

import (
	"unsafe"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// pooling joins windows by a sum or a maximum, a row of windows at a time.
type pooling struct {
	set     *kernel.Set
	pool    *pool.Pool
	from    *value // the pictures
	shape   tensor.Shape
	window  graph.Window
	reducer graph.Reducer

	result *value // nil if only which is asked for
	scale  float32
	shares []float32 // for every window of a picture, in place of scale; nil for none
	which  *value    // the first maxima's numbers in their windows; nil for none
	// positive is 1 if maxima not above zero have no number.
	positive int

	workers []pointers
	scratch *scratch

	// For the pictures at hand; those of bfloat16 in place of the others if the
	// values are rounded.
	x, y     []float32
	rx, ry   []uint16
	numbers  []uint8
	channels int
	apart    int // elements from one pixel of the result to the next
}

// pointers are what a window reads: where, and as which of its elements.
type pointers struct {
	taps    []*float32
	rounded []*uint16 // in place of taps
	numbers []int32
}

// pooling makes the step, or the part of a convolution's, for the members of
// a unit that pool.
func (c *compiler) pooling(p *pooled) *pooling {
	op, shape := p.window()
	s := &pooling{
		set: c.set, pool: c.pool, from: p.first.operands[0], shape: shape, window: op.Window, reducer: op.Reducer,
		scale: 1, which: p.which, channels: shape[3], apart: shape[3], workers: make([]pointers, c.pool.Workers()), scratch: &c.scratch,
	}
	for i := range s.workers {
		size := op.Size[0] * op.Size[1]
		s.workers[i] = pointers{taps: make([]*float32, 0, size), rounded: make([]*uint16, 0, size), numbers: make([]int32, 0, size)}
	}
	if p.which != nil && p.which.op.(firstMaximum).positive {
		s.positive = 1
	}
	if p.last == nil || p.last.rounded {
		c.scratch.floatsNeeded = max(c.scratch.floatsNeeded, shape[2]*shape[3])
	}
	if p.last == nil {
		return s
	}
	s.result, s.apart = p.last, p.last.apart()
	if p.last != p.first {
		s.scale, s.shares = sharesOf(p.last, p.first)
	}
	return s
}

func (s *pooling) resize(int) {}

func (s *pooling) run(samples int) error {
	if s.from.rounded {
		s.rx = elementsOf[uint16](s.from.memory, s.from.extent().at(samples))
	}
	return s.over(s.from.floats(samples), 0, s.from.pictures(samples))
}

// over pools count pictures x, which are those from the first on.
func (s *pooling) over(x []float32, first, count int) error {
	s.x = x
	switch {
	case s.result == nil:
	case s.result.rounded:
		s.ry = pixelsOf[uint16](s.result, first, count)
	default:
		s.y = s.result.pixels(first, count)
	}
	if s.which != nil {
		per := s.shape[1] * s.shape[2] * s.channels
		s.numbers = elementsOf[uint8](s.which.memory, (first+count)*per)[first*per:]
	}
	if s.channels == 0 {
		return nil
	}
	return s.pool.Run(count*s.shape[1], s)
}

// Do joins one row of windows: those that the border cuts one by one, the
// others together.
func (s *pooling) Do(item, worker int) {
	row, windows := item%s.shape[1], s.shape[2]
	first, end := s.whole(windows)
	for column := 0; column < windows; {
		count := 1
		if column >= first && column < end {
			count = s.alike(row*windows+column, end-column)
		}
		s.join(item, column, count, worker)
		column += count
	}
}

// whole returns the range of windows of a row that no side border cuts.
func (s *pooling) whole(windows int) (first, end int) {
	stride, before := s.window.Stride[1], s.window.Padding[1][0]
	reach := (s.window.Size[1] - 1) * s.window.Dilation[1]
	first = (before + stride - 1) / stride
	end = (max(s.from.typ.Shape[2]-1-reach+before, -1) + stride) / stride
	return first, min(end, windows)
}

// alike returns how many windows from the one at a position on, at most so
// many, have the same share.
func (s *pooling) alike(at, most int) int {
	if s.shares == nil {
		return most
	}
	n := 1
	for n < most && s.shares[at+n] == s.shares[at] {
		n++
	}
	return n
}

// join joins windows side by side that read the same way.
func (s *pooling) join(item, column, count, worker int) {
	p := &s.workers[worker]
	picture, row := item/s.shape[1], item%s.shape[1]
	s.point(p, picture, row, column)
	at := item*s.shape[2] + column
	scale := s.scale
	if s.shares != nil {
		scale = s.shares[row*s.shape[2]+column]
	}
	if len(p.rounded) > 0 {
		s.joinRounded(p, at, count, scale)
		return
	}
	var out *float32
	apart := s.channels
	if s.result == nil || s.result.rounded {
		out = &s.scratch.floats[worker][0]
	} else {
		out, apart = &s.y[at*s.apart], s.apart
	}
	if len(p.taps) == 0 {
		s.blank(out, apart, at, count, scale)
	} else {
		s.joinFloats(p, out, apart, at, count, scale)
	}
	if s.result != nil && s.result.rounded {
		for i := range count {
			s.set.BFloat16.Round(&s.ry[(at+i)*s.apart], &s.scratch.floats[worker][i*s.channels], s.channels)
		}
	}
}

func (s *pooling) joinFloats(p *pointers, out *float32, apart, at, count int, scale float32) {
	step, pixels, channels := s.window.Stride[1]*s.channels, count, s.channels
	if s.window.Stride[1] == 1 && apart == s.channels {
		pixels, channels = 1, count*s.channels
	}
	switch {
	case s.which != nil:
		s.set.FirstMaxima(out, apart, p.taps, step, pixels, channels, &s.numbers[at*s.channels], &p.numbers[0], s.positive)
	case s.reducer == graph.Largest:
		s.set.MaxWindows(out, apart, p.taps, step, pixels, channels)
	default:
		s.set.SumWindows(out, apart, p.taps, step, pixels, channels, scale)
	}
}

// joinRounded joins windows of bfloat16 into such numbers.
func (s *pooling) joinRounded(p *pointers, at, count int, scale float32) {
	out, step := &s.ry[at*s.apart], s.window.Stride[1]*s.channels
	if s.reducer == graph.Largest {
		s.set.BFloat16.MaxWindows(out, s.apart, p.rounded, step, count, s.channels)
	} else {
		s.set.BFloat16.SumWindows(out, s.apart, p.rounded, step, count, s.channels, scale)
	}
}

// blank makes the results of windows that read nothing but padding.
func (s *pooling) blank(out *float32, apart, at, count int, scale float32) {
	for i := range count {
		pixel := (*float32)(unsafe.Add(unsafe.Pointer(out), 4*i*apart))
		s.set.Fill(unsafe.Slice(pixel, s.channels), float32(s.reducer.Identity())*scale)
	}
	if s.which != nil {
		fillBytes(s.numbers[at*s.channels:(at+count)*s.channels], kernel.Nowhere)
	}
}

// point lists what a window reads of the picture.
func (s *pooling) point(p *pointers, picture, row, column int) {
	p.taps, p.rounded, p.numbers = p.taps[:0], p.rounded[:0], p.numbers[:0]
	height, width := s.from.typ.Shape[1], s.from.typ.Shape[2]
	for k := range s.window.Size[0] {
		y := s.window.At(0, row, k)
		if y < 0 || y >= height {
			continue
		}
		for l := range s.window.Size[1] {
			x := s.window.At(1, column, l)
			if x < 0 || x >= width {
				continue
			}
			pixel := ((picture*height+y)*width + x) * s.channels
			if s.from.rounded {
				p.rounded = append(p.rounded, &s.rx[pixel])
				continue
			}
			p.taps = append(p.taps, &s.x[pixel])
			p.numbers = append(p.numbers, int32(k*s.window.Size[1]+l))
		}
	}
}

func fillBytes(bytes []uint8, value uint8) {
	for i := range bytes {
		bytes[i] = value
	}
}
