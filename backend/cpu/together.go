package cpu

import (
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
	"github.com/lince-ml/lince/graph"
)

// together is loops that have nothing to do with each other, run as one: the
// updates of all variables.
type together struct {
	pool  *pool.Pool
	loops []*cluster
	begin []int // where the items of each begin
}

// gatherUpdates joins neighbouring updates, from the first step of the tail
// on, where they neither read nor write what the others of them write.
func (c *compiler) gatherUpdates() {
	x := c.executable
	kept := x.steps[:x.tail:x.tail]
	var last *together
	var members []*unit
	for i, s := range x.steps[x.tail:] {
		u := c.units[len(c.units)-len(x.steps)+x.tail+i]
		loop, ok := s.step.(*cluster)
		if !ok || len(loop.sums) > 0 {
			kept, last, members = append(kept, s), nil, nil
			continue
		}
		if last == nil || meet(members, u) {
			last, members = &together{pool: c.pool}, nil
			s.step = last
			kept = append(kept, s)
		} else {
			to := &kept[len(kept)-1]
			to.cost.flops = append(to.cost.flops, s.cost.flops...)
			to.cost.bytes = append(to.cost.bytes, s.cost.bytes...)
		}
		last.loops, members = append(last.loops, loop), append(members, u)
	}
	x.steps = kept
}

// meet reports whether u and one of the others read or write what the other writes.
func meet(others []*unit, u *unit) bool {
	for _, other := range others {
		if other.spoils(u) || u.spoils(other) {
			return true
		}
	}
	return false
}

// spoils reports whether another unit reads what this one writes, or the
// variable that it writes in place.
func (u *unit) spoils(other *unit) bool {
	found := false
	other.reads(func(v *value) {
		origin := v.origin()
		found = found || origin.unit == u
		if read, ok := origin.op.(graph.Read); ok {
			for _, member := range u.members {
				found = found || member.memory != nil && member.memory.into == read.Variable
			}
		}
	})
	return found
}

func (t *together) resize(samples int) {
	t.begin = t.begin[:0]
	items := 0
	for _, loop := range t.loops {
		loop.resize(samples)
		t.begin = append(t.begin, items)
		items += loop.items()
	}
	t.begin = append(t.begin, items)
}

func (t *together) run(int) error { return t.pool.Run(t.begin[len(t.loops)], t) }

// Do runs an item of one of the loops.
func (t *together) Do(item, worker int) {
	low, high := 0, len(t.loops)
	for high-low > 1 {
		if middle := (low + high) / 2; t.begin[middle] <= item {
			low = middle
		} else {
			high = middle
		}
	}
	t.loops[low].Do(item-t.begin[low], worker)
}
