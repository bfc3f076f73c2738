package cpu

import (
	"github.com/lince-ml/lince/backend/cpu/internal/conv"
	"github.com/lince-ml/lince/graph"
)

// expand joins depthwise convolutions with the ones that make their pictures,
// where nobody else reads those, and returns the units that are left. What lies
// between them, the largest values of a MobileNet, then needs no memory.
func (c *compiler) expand(units []*unit) []*unit {
	gone := map[*unit]bool{}
	for _, u := range units {
		p := c.expansion(u)
		if p == nil || gone[p] {
			continue
		}
		gone[p] = true
		u.expansion, u.members = p, append(p.members, u.members...)
		for _, v := range p.members {
			v.unit = u
		}
	}
	var kept []*unit
	for _, u := range units {
		if !gone[u] {
			kept = append(kept, u)
		}
	}
	return kept
}

// expansion returns the unit whose pictures u alone convolves, if one step can
// do both.
func (c *compiler) expansion(u *unit) *unit {
	if u.kind != product || u.pooled != nil {
		return nil
	}
	v := u.members[0]
	op, ok := v.op.(graph.Convolution)
	if !ok {
		return nil
	}
	x := v.operands[0]
	p := x.unit
	if p == nil || p.kind != product || p.pooled != nil || p.residual != nil || p.expansion != nil || p.lasting() || x != p.result() || !x.serves(v) {
		return nil
	}
	first, ok := p.members[0].op.(graph.Convolution)
	if !ok || u.bias != nil && u.bias.unit == p {
		return nil
	}
	g, then := c.geometry(p.members[0], first), c.geometry(v, op)
	if !c.convolutions(g).Expands(g, then) {
		return nil
	}
	return p
}

// geometry returns the sizes of a convolution.
func (c *compiler) geometry(v *value, op graph.Convolution) conv.Geometry {
	return geometry(op, v.operands[0].typ.Shape, v.typ.Shape, v.pictures(c.capacity))
}

// expanded is a convolution and the depthwise one behind it.
type expanded struct {
	both     *conv.Expanded
	x, w     *value // what the first convolves
	deeper   *value // the second's kernels
	bias     *value // the first's
	then     *value // the second's bias
	residual *value
	y        *value
	packed   *packed
	floats   int
	scratch  *scratch
}

func (c *compiler) expanded(u *unit) step {
	p, second := u.expansion, u.members[len(u.expansion.members)]
	first := u.members[0]
	g, then := c.geometry(first, first.op.(graph.Convolution)), c.geometry(second, second.op.(graph.Convolution))
	s := &expanded{
		both: c.convolutions(g).Expanded(g, then),
		x:    first.operands[0], w: first.operands[1], bias: p.bias,
		deeper: second.operands[1], then: u.bias, residual: u.residual, y: u.result(),
	}
	s.both.First.ReLU, s.both.First.Cap = p.relu, p.cap
	s.both.Then.ReLU, s.both.Then.Cap = u.relu, u.cap
	if s.y.slot != nil {
		s.both.Then.OutStride = s.y.apart()
	}
	s.floats = s.both.PackedSize()
	s.packed, s.scratch = c.packed(u, s.w, s.floats), c.workers(s.both.ScratchSize())
	return s
}

func (s *expanded) resize(int) {}

func (s *expanded) run(samples int) error {
	first, then := s.both.First, s.both.Then
	if s.bias != nil {
		first.Bias = s.bias.floats(samples)
	}
	if s.then != nil {
		then.Bias = s.then.floats(samples)
	}
	if s.residual != nil {
		then.Residual = s.residual.floats(samples)
	}
	s.both.Scratch = s.scratch.floats
	first.Packed = s.packed.memory.floats(s.floats)
	if s.packed.stale() {
		first.Fresh = false
	}
	pictures := s.x.pictures(samples)
	return s.both.Run(s.y.pixels(0, pictures), s.x.floats(samples), s.w.floats(samples), s.deeper.floats(samples), pictures)
}
