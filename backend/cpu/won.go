package cpu

import (
	"slices"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
	"github.com/lince-ml/lince/graph"
)

// wonSum is the sum of scatterMaxima's results per channel, which is the sum
// of the gradients that windows hand on: the gradient of a bias before a max
// pooling, without reading the scattered one.
type wonSum struct{ graph.Reduction }

func (wonSum) Name() string { return "sum_of_maxima" }

// sumBefore rewires the sums over all but the channels of a scattered gradient.
func (v *value) sumBefore() {
	for _, user := range v.users {
		op, ok := user.op.(graph.Reduction)
		if ok && op.Reducer == graph.Sum && slices.Equal(slices.Sorted(slices.Values(op.Axes)), []int{0, 1, 2}) {
			user.op, user.operands = wonSum{op}, v.operands
		}
	}
}

// wonSums is the step of wonSum: chunks of pixels whose number depends on the
// sizes alone, joined in order.
type wonSums struct {
	set      *kernel.Set
	pool     *pool.Pool
	value    *value
	partials *memory

	pixels, channels int
	chunk            int // pixels in one
}

func (c *compiler) wonSums(u *unit) step {
	v := u.result()
	s := &wonSums{set: c.set, pool: c.pool, value: v, channels: v.typ.Shape[0]}
	s.chunk = max(1, chunkElements/max(s.channels, 1))
	s.resize(c.capacity)
	s.partials = c.temporary(u, s.chunks()*s.channels)
	return s
}

func (s *wonSums) resize(samples int) {
	s.pixels = s.value.operands[1].extent().at(samples) / max(s.channels, 1)
}

func (s *wonSums) chunks() int { return (s.pixels + s.chunk - 1) / s.chunk }

func (s *wonSums) run(int) error {
	if err := s.pool.Run(s.chunks(), s); err != nil {
		return err
	}
	out, partials := s.value.memory.floats(s.channels), s.partials.floats(s.chunks()*s.channels)
	clear(out)
	for ; len(partials) > 0 && len(out) > 0; partials = partials[s.channels:] {
		s.set.Add(out, out, partials)
	}
	return nil
}

// Do sums one chunk.
func (s *wonSums) Do(chunk, _ int) {
	if s.channels == 0 {
		return
	}
	out := s.partials.floats((chunk + 1) * s.channels)[chunk*s.channels:]
	clear(out)
	from, end := chunk*s.chunk, min((chunk+1)*s.chunk, s.pixels)
	which, gradient := s.value.operands[0].memory, s.value.operands[1].memory
	s.set.SumWon(&out[0], &gradient.floats(end * s.channels)[from*s.channels],
		&elementsOf[uint8](which, end*s.channels)[from*s.channels], end-from, s.channels)
}
