package cpu

import (
	"github.com/lince-ml/lince/backend/cpu/internal/conv"
	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func geometry(op graph.Convolution, x, y tensor.Shape, pictures int) conv.Geometry {
	return conv.Geometry{
		Pictures: pictures,
		Size:     op.Size, Stride: op.Stride, Dilation: op.Dilation,
		Before: [2]int{op.Padding[0][0], op.Padding[1][0]},
		In:     [2]int{x[1], x[2]}, Out: [2]int{y[1], y[2]},
		Channels: x[3], Filters: y[3], Groups: op.Groups,
	}
}

func (c *compiler) convolutions(g conv.Geometry) *conv.Engine {
	e := conv.New(c.set, c.pool, c.products, max(g.Channels, g.Filters))
	if c.engine.options.NoWinograd {
		e.Algorithm = conv.Product
	}
	e.BFloat16 = c.engine.options.BFloat16
	return e
}

// packed is where a step keeps a variable in another form: beyond the run if
// the program does not change the variable, so that it is packed once.
type packed struct {
	variable   *memory
	memory     *memory
	kept       bool
	cell       *cell
	generation uint64
}

func (c *compiler) packed(u *unit, v *value, floats int) *packed {
	p := &packed{variable: v.origin().memory, kept: v.lasting}
	if p.kept {
		p.memory = &memory{base: first32(gemm.Aligned(floats))}
	} else {
		p.memory = c.temporary(u, floats)
	}
	return p
}

// stale reports whether the memory cannot hold the variable's present value,
// and takes note of which value that is.
func (p *packed) stale() bool {
	if !p.kept {
		return true
	}
	cell := p.variable.cell
	same := cell == p.cell && cell.generation == p.generation
	p.cell, p.generation = cell, cell.generation
	return !same
}

// workers plans memory of so many float32 for every worker during a step.
func (c *compiler) workers(floats int) *scratch {
	c.scratch.floatsNeeded = max(c.scratch.floatsNeeded, floats)
	return &c.scratch
}

// convolution is a forward convolution with bias, rectifier and pooling.
type convolution struct {
	forward    *conv.Forward
	x, w, bias *value
	residual   *value
	y          *value  // the convolution's result
	part       *memory // of y's pictures, when nobody else reads it
	packed     *packed
	floats     int
	scratch    *scratch

	pooling  *pooling // nil for none
	pools    bool     // the convolution pools, so that its results need no memory
	together int      // pictures to convolve before pooling them
}

// poolingBytes is how much of a convolution's result should lie in the caches
// before it is pooled.
const poolingBytes = 4 << 20

func (c *compiler) convolution(u *unit, op graph.Convolution) step {
	v := u.members[0]
	g := geometry(op, v.operands[0].typ.Shape, v.typ.Shape, v.pictures(c.capacity))
	s := &convolution{forward: c.convolutions(g).Forward(g), y: u.result(), x: v.operands[0], w: v.operands[1], bias: u.bias, residual: u.residual}
	s.forward.ReLU, s.forward.Cap = u.relu, u.cap
	s.forward.Narrow.Pictures, s.forward.Narrow.Result = s.x.rounded, s.y.rounded && u.pooled == nil
	s.forward.Narrow.Residual = s.residual != nil && s.residual.rounded
	if u.pooled == nil && s.y.slot != nil {
		s.forward.OutStride = s.y.apart()
	}
	s.floats = s.forward.PackedSize()
	s.packed, s.scratch = c.packed(u, s.w, s.floats), c.workers(s.forward.ScratchSize())
	if u.pooled != nil {
		s.pool(c, u)
	}
	return s
}

func (s *convolution) pool(c *compiler, u *unit) {
	s.y = u.convolved()
	s.pooling = c.pooling(u.pooled)
	if s.pools = s.poolsItself(u); s.pools {
		s.forward.Positive = s.pooling.positive == 1
		return
	}
	picture := extentOf(s.y.typ.Shape[1:]).per
	s.together = max(1, poolingBytes/4/max(picture, 1))
	if !s.y.leaves() {
		s.part = c.temporary(u, min(s.together, s.y.pictures(c.capacity))*picture)
	}
}

// poolsItself reports whether the convolution can pool its results as it
// makes them: by the maxima of halves, which nobody else reads. Numbers of
// maxima it tells from results before the rectifier, where those not above
// zero must have none.
func (s *convolution) poolsItself(u *unit) bool {
	p := s.pooling
	if !s.forward.Pools() || s.y.leaves() || p.result.slot != nil || p.result.rounded || u.residual != nil || p.result != u.pooled.first || p.reducer != graph.Largest || !isHalving(p.window) {
		return false
	}
	return p.which == nil || u.relu == (p.positive == 1) && !u.cap
}

func (s *convolution) resize(int) {}

func (s *convolution) run(samples int) error {
	if s.bias != nil {
		s.forward.Bias = s.bias.floats(samples)
	}
	s.forward.Scratch = s.scratch.floats
	s.forward.Packed = s.packed.memory.floats(s.floats)
	if s.packed.stale() {
		s.forward.Fresh = false
	}
	pictures, w := s.x.pictures(samples), s.w.floats(samples)
	if s.pooling == nil {
		if s.residual != nil {
			s.forward.Residual = s.residual.floats(samples)
		}
		return s.forward.Run(s.y.pixels(0, pictures), s.x.floats(samples), w, pictures)
	}
	if s.pools {
		s.forward.Pooled = s.pooling.result.floats(samples)
		if which := s.pooling.which; which != nil {
			s.forward.Which = elementsOf[uint8](which.memory, which.extent().at(samples))
		}
		return s.forward.Run(nil, s.x.floats(samples), w, pictures)
	}
	for first := 0; first < pictures; first += s.together {
		count := min(s.together, pictures-first)
		y := s.y.some(s.part, first, count)
		if s.residual != nil {
			s.forward.Residual = s.residual.some(nil, first, count)
		}
		if err := s.forward.Run(y, s.x.some(nil, first, count), w, count); err != nil {
			return err
		}
		if err := s.pooling.over(y, first, count); err != nil {
			return err
		}
	}
	return nil
}

// some views count pictures from the first one on, or those that part holds instead.
func (v *value) some(part *memory, first, count int) []float32 {
	picture := extentOf(v.typ.Shape[1:]).per
	if part != nil {
		return part.floats(count * picture)
	}
	return v.memory.floats((first + count) * picture)[first*picture:]
}

// pictures returns the first extent.
func (v *value) pictures(samples int) int {
	if n := v.typ.Shape[0]; n != graph.Batch {
		return n
	}
	return samples
}

// convolutionInput is the gradient with respect to the pictures.
type convolutionInput struct {
	input   *conv.Input
	x, y, w *value
	which   *value // the numbers of the maxima whose gradient y is; nil if it is the result's
	packed  *packed
	phase   *memory
	scratch *scratch
	floats  int
	phasing int
}

func (c *compiler) convolutionInput(u *unit, op graph.ConvolutionInput) step {
	v := u.result()
	return c.inputStep(u, op, v, v.operands[0].typ.Shape, nil, v.operands[0], v.operands[1])
}

// inputStep makes the step for x; which is nil or says that y is the gradient
// of maxima of a result of the given shape.
func (c *compiler) inputStep(u *unit, op graph.ConvolutionInput, x *value, result tensor.Shape, which, y, w *value) step {
	g := geometry(op.Convolution, x.typ.Shape, result, x.pictures(c.capacity))
	s := &convolutionInput{input: c.convolutions(g).Input(g), x: x, which: which, y: y, w: w}
	s.floats, s.phasing = s.input.PackedSize(), s.input.PhaseSize(x.pictures(c.capacity))
	s.packed, s.phase = c.packed(u, s.w, s.floats), c.temporary(u, s.phasing)
	s.scratch = c.workers(s.input.ScratchSize())
	return s
}

func (s *convolutionInput) resize(int) {}

func (s *convolutionInput) run(samples int) error {
	s.input.Scratch = s.scratch.floats
	s.input.Packed = s.packed.memory.floats(s.floats)
	if s.packed.stale() {
		s.input.Fresh = false
	}
	s.input.Phase = s.phase.floats(s.phasing)
	if s.which != nil {
		s.input.Which = elementsOf[uint8](s.which.memory, s.which.extent().at(samples))
	}
	return s.input.Run(s.x.floats(samples), s.y.floats(samples), s.w.floats(samples), s.x.pictures(samples))
}

// convolutionFilter is the gradient with respect to the kernels.
type convolutionFilter struct {
	filter   *conv.Filter
	w, x, y  *value
	which    *value // as in convolutionInput
	sum      *value // of y over all pixels; nil if it is computed elsewhere
	partials *memory
	scratch  *scratch
	floats   int
}

func (c *compiler) convolutionFilter(u *unit, op graph.ConvolutionFilter) step {
	v := u.result()
	return c.filterStep(u, op, v, v.operands[1].typ.Shape, v.operands[0], nil, v.operands[1])
}

// filterStep makes the step for w; which is as in inputStep.
func (c *compiler) filterStep(u *unit, op graph.ConvolutionFilter, w *value, result tensor.Shape, x, which, y *value) *convolutionFilter {
	g := geometry(op.Convolution, x.typ.Shape, result, x.pictures(c.capacity))
	s := &convolutionFilter{filter: c.convolutions(g).Filter(g), w: w, x: x, which: which, y: y}
	s.floats = s.filter.PartialsSize(x.pictures(c.capacity))
	s.partials, s.scratch = c.temporary(u, s.floats), c.workers(s.filter.ScratchSize())
	return s
}

func (s *convolutionFilter) resize(int) {}

func (s *convolutionFilter) run(samples int) error {
	s.filter.Scratch = s.scratch.floats
	s.filter.Partials = s.partials.floats(s.floats)
	if s.which != nil {
		s.filter.Which = elementsOf[uint8](s.which.memory, s.which.extent().at(samples))
	}
	if s.sum != nil {
		s.filter.Sums = s.sum.floats(samples)
	}
	return s.filter.Run(s.w.floats(samples), s.x.floats(samples), s.y.floats(samples), s.x.pictures(samples))
}
