package cpu

import (
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// The gradient of max pooling asks for the first of each window's largest
// elements. It is noted in a byte when the pooling sees them, so that the
// pictures, four times larger or more, need not be kept until then.

// firstMaximum is, for every window, the number of its first largest element,
// an operation of this engine alone. The result is of bytes.
type firstMaximum struct {
	graph.ReduceWindow
	positive bool // kernel.Nowhere unless that element is above zero
}

func (firstMaximum) Name() string { return "first_maximum" }

// scatterMaxima gives each window's value (second operand) to the element
// whose number is the first operand.
type scatterMaxima struct{ graph.SelectAndScatter }

func (scatterMaxima) Name() string { return "scatter_maxima" }

// noteMaxima puts these two in the place of every gradient of max pooling,
// and of a gradient of the rectifier before it: what a window hands on, it
// hands to its largest element, if that is above zero.
func noteMaxima(values []*value) []*value {
	var kept []*value
	for _, v := range values {
		if op, ok := v.op.(graph.SelectAndScatter); ok && v.typ.DType == tensor.Float32 && op.Size[0]*op.Size[1] <= kernel.Nowhere {
			end := v.rectified()
			pictures, gradient := v.operands[0], v.operands[1]
			which := &value{
				op:       firstMaximum{graph.ReduceWindow{Window: op.Window, Reducer: graph.Largest}, end != v},
				operands: []*value{pictures}, typ: graph.Type{DType: tensor.Uint8, Shape: gradient.typ.Shape}, scope: v.scope,
			}
			end.op, end.operands = scatterMaxima{op}, []*value{which, gradient}
			end.sumBefore()
			kept = append(kept, which)
		}
		kept = append(kept, v)
	}
	return kept
}

// rectified returns the gradient of the rectifier before a max pooling, if v
// is the pooling's gradient and goes nowhere else; otherwise v.
func (v *value) rectified() *value {
	if v.root || len(v.users) != 1 {
		return v
	}
	selection := v.users[0]
	if _, ok := selection.op.(graph.Selection); !ok || selection.operands[1] != v || !selection.operands[2].is(0) {
		return v
	}
	condition := selection.operands[0]
	comparison, ok := condition.op.(graph.Comparison)
	if !ok || comparison.Direction != graph.Greater || condition.operands[0] != v.operands[0] || !condition.operands[1].is(0) {
		return v
	}
	return selection
}

// scattering is the step of scatterMaxima, a row of pixels at a time.
type scattering struct {
	set    *kernel.Set
	pool   *pool.Pool
	value  *value
	window graph.Window

	which    []uint8
	g, out   []float32
	channels int
}

func (c *compiler) scattering(v *value, op scatterMaxima) step {
	return &scattering{set: c.set, pool: c.pool, value: v, window: op.Window, channels: v.typ.Shape[3]}
}

func (s *scattering) resize(int) {}

func (s *scattering) run(samples int) error {
	which, gradient := s.value.operands[0], s.value.operands[1]
	s.which = elementsOf[uint8](which.memory, which.extent().at(samples))
	s.g, s.out = gradient.floats(samples), s.value.floats(samples)
	pictures := s.value.pictures(samples)
	switch {
	case s.channels == 0:
		return nil
	case isHalving(s.window):
		return s.pool.Run(pictures*gradient.typ.Shape[1], (*halves)(s))
	}
	return s.pool.Run(pictures*s.value.typ.Shape[1], s)
}

// isHalving reports whether windows are 2×2 side by side, none in the padding.
func isHalving(w graph.Window) bool {
	return w.Size == [2]int{2, 2} && w.Stride == [2]int{2, 2} && w.Dilation == [2]int{1, 1} && w.Padding == [2][2]int{}
}

// halves is the loop over rows of windows of 2×2, which share no pixels.
type halves scattering

func (h *halves) Do(item, _ int) {
	shape, windows := h.value.typ.Shape, h.value.operands[1].typ.Shape
	picture, row := item/windows[1], item%windows[1]
	line, size := shape[2]*h.channels, windows[2]*h.channels
	top := (picture*shape[1] + 2*row) * line
	bottom := top + line
	h.set.Unpool2(&h.out[top], &h.out[bottom], &h.g[item*size], &h.which[item*size], windows[2], h.channels)
	clear(h.out[top+2*size : top+line])
	clear(h.out[bottom+2*size : bottom+line])
	if row == windows[1]-1 {
		clear(h.out[bottom+line : (picture+1)*shape[1]*line]) // rows that no window reads
	}
}

// Do adds up one row of pixels: what each element of the windows that read it won.
func (s *scattering) Do(item, _ int) {
	shape, windows := s.value.typ.Shape, s.value.operands[1].typ.Shape
	picture, y := item/shape[1], item%shape[1]
	out := s.out[item*shape[2]*s.channels:][:shape[2]*s.channels]
	clear(out)
	for k := range s.window.Size[0] {
		above := y + s.window.Padding[0][0] - k*s.window.Dilation[0]
		row := above / s.window.Stride[0]
		if above < 0 || above%s.window.Stride[0] != 0 || row >= windows[1] {
			continue
		}
		line := (picture*windows[1] + row) * windows[2]
		for l := range s.window.Size[1] {
			s.tap(out, line, k*s.window.Size[1]+l, l)
		}
	}
}

// tap adds what one element of every window of a line won.
func (s *scattering) tap(out []float32, line, number, l int) {
	stride, width := s.window.Stride[1], s.value.typ.Shape[2]
	shift := l*s.window.Dilation[1] - s.window.Padding[1][0]
	first := (max(-shift, 0) + stride - 1) / stride
	end := min((max(width-shift, 0)+stride-1)/stride, s.value.operands[1].typ.Shape[2])
	if first >= end {
		return
	}
	pixels, channels := end-first, s.channels
	if stride == 1 {
		pixels, channels = 1, pixels*channels
	}
	from := (line + first) * s.channels
	s.set.AddWhere(&out[(first*stride+shift)*s.channels], stride*s.channels, &s.g[from], &s.which[from], pixels, channels, number)
}
