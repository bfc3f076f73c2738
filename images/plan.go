package images

import (
	"github.com/lince-ml/lince/images/mt19937"
	"github.com/lince-ml/lince/random"
)

// plan says which pictures each batch of an epoch holds.
//
// Under KerasCompat it also draws their transforms, for these depend on
// everything drawn earlier in the batch: NumPy's generator is seeded anew with
// Seed plus the number of batches since the beginning, and the first batch of
// an epoch draws the epoch's order before its transforms.
type plan struct {
	p              *Pictures
	epoch          int
	first, batches int
	order          []int
	numpy          *mt19937.Source
}

func (p *Pictures) plan(epoch, first int) *plan {
	size := p.flow.BatchSize
	plan := &plan{p: p, epoch: epoch, first: first, batches: (p.samples + size - 1) / size}
	switch {
	case p.generator.KerasCompat:
		plan.numpy = mt19937.New(uint32(p.flow.Seed) + uint32(epoch*plan.batches))
		if !p.flow.NoShuffle {
			plan.order = plan.numpy.Permutation(p.samples)
		}
	case !p.flow.NoShuffle:
		plan.order = random.NewStream(p.flow.Seed, uint32(epoch), 0, forShuffle).Permutation(p.samples)
	}
	if plan.order == nil {
		plan.order = make([]int, p.samples)
		for i := range plan.order {
			plan.order[i] = i
		}
	}
	return plan
}

// fill gives the slot its pictures.
func (plan *plan) fill(s *slot, number int) {
	size := plan.p.flow.BatchSize
	from := number * size
	s.epoch, s.number = plan.epoch, number
	s.indices = append(s.indices[:0], plan.order[from:min(from+size, len(plan.order))]...)
	s.pending.Store(int32(len(s.indices)))
	if plan.numpy == nil {
		return
	}
	if number > 0 {
		plan.numpy.Seed(uint32(plan.p.flow.Seed) + uint32(plan.epoch*plan.batches+number))
	}
	for row := range s.indices {
		s.transforms[row] = plan.p.generator.draw(numpy{plan.numpy}, plan.p.preprocessing.size())
	}
	if plan.p.flow.SaveToDir != "" {
		for row := range s.indices {
			s.names[row] = plan.numpy.Choice(plan.p.nameRange())
		}
	}
}

// transform returns what is to be done to the picture of a row.
func (p *Pictures) transform(w *worker, s *slot, row int) Transform {
	if p.generator.KerasCompat {
		return s.transforms[row]
	}
	w.stream = *random.NewStream(p.flow.Seed, uint32(s.epoch), uint32(s.indices[row]), forTransform)
	return p.generator.draw(&w.stream, p.preprocessing.size())
}
