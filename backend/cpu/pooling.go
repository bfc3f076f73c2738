package cpu

import (
	"math"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// pooling joins windows by a sum or a maximum, a row of windows at a time.
type pooling struct {
	set     *kernel.Set
	pool    *pool.Pool
	value   *value
	window  graph.Window
	reducer graph.Reducer

	x, y []float32
}

func (s *pooling) resize(int) {}

func (s *pooling) run(samples int) error {
	return s.over(s.value.floats(samples), s.value.operands[0].floats(samples), s.value.pictures(samples))
}

// over pools some pictures x into y.
func (s *pooling) over(y, x []float32, pictures int) error {
	s.x, s.y = x, y
	return s.pool.Run(pictures*s.value.typ.Shape[1], s)
}

// isHalving reports whether windows are 2×2 side by side, none in the padding.
func isHalving(w graph.Window) bool {
	return w.Size == [2]int{2, 2} && w.Stride == [2]int{2, 2} && w.Dilation == [2]int{1, 1} && w.Padding == [2][2]int{}
}

// Do joins one row of windows.
func (s *pooling) Do(item, _ int) {
	in, out := s.value.operands[0].typ.Shape, s.value.typ.Shape
	channels := out[3]
	if channels == 0 {
		return
	}
	picture, row := item/out[1], item%out[1]
	y := s.y[item*out[2]*channels:][:out[2]*channels]
	if s.reducer == graph.Largest && isHalving(s.window) {
		top := (picture*in[1] + 2*row) * in[2] * channels
		s.set.MaxPool2(y, &s.x[top], &s.x[top+in[2]*channels], channels)
		return
	}
	s.set.Fill(y, float32(s.reducer.Identity()))
	for k := range s.window.Size[0] {
		from := s.window.At(0, row, k)
		if from < 0 || from >= in[1] {
			continue
		}
		line := s.x[(picture*in[1]+from)*in[2]*channels:][:in[2]*channels]
		for column := range out[2] {
			s.joinRow(y[column*channels:][:channels], line, column, in[2])
		}
	}
}

// joinRow joins one window with what it reads of one row of pixels.
func (s *pooling) joinRow(y, line []float32, column, width int) {
	for l := range s.window.Size[1] {
		at := s.window.At(1, column, l)
		if at < 0 || at >= width {
			continue
		}
		pixel := line[at*len(y):][:len(y)]
		if s.reducer == graph.Largest {
			s.set.Max(y, y, pixel)
		} else {
			s.set.Add(y, y, pixel)
		}
	}
}

// unpooling hands each window's gradient to its largest element; with positive
// 1, only to one above zero.
type unpooling struct {
	set      *kernel.Set
	pool     *pool.Pool
	value    *value
	result   *value
	window   graph.Window
	positive int

	x, g, out []float32
}

func (s *unpooling) resize(int) {}

func (s *unpooling) run(samples int) error {
	s.x, s.g, s.out = s.value.operands[0].floats(samples), s.value.operands[1].floats(samples), s.result.floats(samples)
	pictures := s.value.pictures(samples)
	if isHalving(s.window) {
		return s.pool.Run(pictures*s.value.operands[1].typ.Shape[1], (*halves)(s))
	}
	return s.pool.Run(pictures, s)
}

// halves is the loop over rows of windows of 2×2, which share no pixels.
type halves unpooling

func (h *halves) Do(item, _ int) {
	shape, windows := h.value.typ.Shape, h.value.operands[1].typ.Shape
	channels := shape[3]
	if channels == 0 {
		return
	}
	picture, row := item/windows[1], item%windows[1]
	line := shape[2] * channels
	top := (picture*shape[1] + 2*row) * line
	bottom := top + line
	g := h.g[item*windows[2]*channels:][:windows[2]*channels]
	h.set.MaxPool2Grad(&h.out[top], &h.out[bottom], g, &h.x[top], &h.x[bottom], channels, h.positive)
	clear(h.out[top+2*len(g) : top+line])
	clear(h.out[bottom+2*len(g) : bottom+line])
	if row == windows[1]-1 {
		clear(h.out[bottom+line : (picture+1)*shape[1]*line]) // rows that no window reads
	}
}

// Do handles one picture, whose windows may overlap.
func (s *unpooling) Do(picture, _ int) {
	shape, windows := s.value.typ.Shape, s.value.operands[1].typ.Shape
	size := shape[1] * shape[2] * shape[3]
	x, out := s.x[picture*size:][:size], s.out[picture*size:][:size]
	clear(out)
	g := s.g[picture*windows[1]*windows[2]*windows[3]:]
	for row := range windows[1] {
		for column := range windows[2] {
			for channel := range windows[3] {
				if best := s.largest(x, shape, row, column, channel); best >= 0 && (s.positive == 0 || x[best] > 0) {
					out[best] += g[channel]
				}
			}
			g = g[windows[3]:]
		}
	}
}

// largest returns the position of a window's largest element, the first of
// several, -1 if the window lies in the padding.
func (s *unpooling) largest(x []float32, shape tensor.Shape, row, column, channel int) int {
	best, most := -1, float32(math.Inf(-1))
	for k := range s.window.Size[0] {
		y := s.window.At(0, row, k)
		if y < 0 || y >= shape[1] {
			continue
		}
		for l := range s.window.Size[1] {
			at := s.window.At(1, column, l)
			if at < 0 || at >= shape[2] {
				continue
			}
			position := (y*shape[2]+at)*shape[3] + channel
			if best < 0 || x[position] > most {
				best, most = position, x[position]
			}
		}
	}
	return best
}
