package cpu

import (
	"math"
	"slices"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// reduction joins the middle of a value seen as outer × middle × inner. The
// middle is cut into chunks whose length depends on the sizes alone; their
// results are joined in order.
type reduction struct {
	set                  *kernel.Set
	pool                 *pool.Pool
	y, x                 *value
	reducer              graph.Reducer
	outer, middle, inner extent
	partials             *memory

	// For the samples of the run.
	parts, count, width, chunk, chunks int
	together                           int // parts in one item, when they are not cut
}

// chunkElements is about how many elements one chunk joins.
const chunkElements = 1 << 15

func (c *compiler) reduction(u *unit, op graph.Reduction) step {
	v := u.result()
	x := v.operands[0]
	axes := slices.Sorted(slices.Values(op.Axes))
	from, to := axes[0], axes[len(axes)-1]+1
	if to-from != len(axes) {
		return &scattered{value: v, op: op}
	}
	shape := x.typ.Shape
	s := &reduction{
		set: c.set, pool: c.pool, y: v, x: x, reducer: op.Reducer,
		outer: extentOf(shape[:from]), middle: extentOf(shape[from:to]), inner: extentOf(shape[to:]),
	}
	s.resize(c.capacity)
	s.partials = c.temporary(u, s.parts*s.chunks*s.width)
	return s
}

func (s *reduction) resize(samples int) {
	s.parts, s.count, s.width = s.outer.at(samples), s.middle.at(samples), s.inner.at(samples)
	s.chunk = max(1, chunkElements/max(s.width, 1))
	s.chunks = max(1, (s.count+s.chunk-1)/s.chunk)
	s.together = 1
	if s.chunks == 1 {
		s.together = max(1, chunkElements/max(s.count*s.width, 1))
	}
}

func (s *reduction) run(samples int) error {
	if err := s.pool.Run((s.parts*s.chunks+s.together-1)/s.together, s); err != nil || s.chunks == 1 {
		return err
	}
	y, partials := s.y.floats(samples), s.partials.floats(s.parts*s.chunks*s.width)
	for part := range s.parts {
		out := y[part*s.width : (part+1)*s.width]
		from := partials[part*s.chunks*s.width:]
		copy(out, from)
		for chunk := 1; chunk < s.chunks; chunk++ {
			s.join(out, from[chunk*s.width:])
		}
	}
	return nil
}

// join joins one vector with another.
func (s *reduction) join(out, with []float32) {
	switch s.reducer {
	case graph.Largest:
		s.set.Max(out, out, with)
	case graph.Smallest:
		s.set.Min(out, out, with)
	default:
		s.set.Add(out, out, with)
	}
}

// Do joins one chunk, or all of some parts.
func (s *reduction) Do(item, _ int) {
	if s.width == 0 {
		return
	}
	for i := item * s.together; i < min((item+1)*s.together, s.parts*s.chunks); i++ {
		s.one(i)
	}
}

func (s *reduction) one(item int) {
	part, chunk := item/s.chunks, item%s.chunks
	from, to := chunk*s.chunk, min((chunk+1)*s.chunk, s.count)
	target := s.partials
	if s.chunks == 1 {
		target = s.y.memory
	}
	out := target.floats((item + 1) * s.width)[item*s.width:]
	x := s.x.memory.floats((part*s.count + to) * s.width)[(part*s.count+from)*s.width:]
	if s.width == 1 {
		out[0] = s.joined(x)
		return
	}
	s.set.Fill(out, float32(s.reducer.Identity()))
	if s.reducer == graph.Sum && len(x) > 0 {
		s.set.AddRows(out, &x[0], s.width, to-from)
		return
	}
	for ; len(x) > 0; x = x[s.width:] {
		s.join(out, x[:s.width])
	}
}

// joined joins all elements of a vector.
func (s *reduction) joined(x []float32) float32 {
	switch s.reducer {
	case graph.Largest:
		largest := float32(math.Inf(-1))
		for _, v := range x {
			largest = max(largest, v)
		}
		return largest
	case graph.Smallest:
		smallest := float32(math.Inf(1))
		for _, v := range x {
			smallest = min(smallest, v)
		}
		return smallest
	}
	return s.set.Sum(x)
}

// scattered reduces along dimensions that are not neighbours.
type scattered struct {
	value *value
	op    graph.Reduction

	rank    int
	extents [tensor.MaxRank]int
	steps   [tensor.MaxRank]int
}

func (s *scattered) resize(samples int) {
	from := s.value.operands[0].typ.Shape
	s.rank = len(from)
	step := 1
	for i := len(from) - 1; i >= 0; i-- {
		s.extents[i], s.steps[i] = from[i], 0
		if from[i] == graph.Batch {
			s.extents[i] = samples
		}
		if !slices.Contains(s.op.Axes, i) {
			s.steps[i] = step
			step *= s.extents[i]
		}
	}
}

func (s *scattered) run(samples int) error {
	y, x := s.value.floats(samples), s.value.operands[0].floats(samples)
	for i := range y {
		y[i] = float32(s.op.Reducer.Identity())
	}
	var index [tensor.MaxRank]int
	at := 0
	for _, v := range x {
		switch s.op.Reducer {
		case graph.Largest:
			y[at] = max(y[at], v)
		case graph.Smallest:
			y[at] = min(y[at], v)
		default:
			y[at] += v
		}
		for i := s.rank - 1; i >= 0; i-- {
			index[i]++
			if at += s.steps[i]; index[i] < s.extents[i] {
				break
			}
			at -= index[i] * s.steps[i]
			index[i] = 0
		}
	}
	return nil
}

// argMax finds the position of the largest element along a dimension.
type argMax struct {
	value *value
	axis  int
}

func (s *argMax) resize(int) {}

func (s *argMax) run(samples int) error {
	x := s.value.operands[0]
	step := extentOf(x.typ.Shape[s.axis+1:]).at(samples)
	count := extentOf(x.typ.Shape[s.axis : s.axis+1]).at(samples)
	values := x.floats(samples)
	for i := range elementsOf[int32](s.value.memory, s.value.extent().at(samples)) {
		start := i/step*step*count + i%step
		best, found := values[start], 0
		for k := 1; k < count; k++ {
			if v := values[start+k*step]; v > best || v != v && best == best {
				best, found = v, k
			}
		}
		elementsOf[int32](s.value.memory, i+1)[i] = int32(found)
	}
	return nil
}
