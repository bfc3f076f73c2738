package cpu

import (
	"slices"

	"github.com/lince-ml/lince/graph"
)

// reads calls visit with every stored value that the unit needs.
func (u *unit) reads(visit func(*value)) {
	if u.bias != nil {
		visit(u.bias)
	}
	if u.expansion != nil && u.expansion.bias != nil {
		visit(u.expansion.bias)
	}
	for _, member := range u.members {
		for _, operand := range member.operands {
			switch {
			case operand.unit == u:
			case operand.isBroadcast() && operand.unit == nil:
				if _, known := operand.scalar(); !known && u.kind != product {
					visit(operand.operands[0])
				}
			default:
				visit(operand)
			}
		}
	}
}

// origin is the value in whose memory an alias lies.
func (v *value) origin() *value {
	for v.isAlias() {
		v = v.operands[0]
	}
	return v
}

// schedule orders units so that each comes after what it needs, staying as
// close as that allows to the order of the program.
func schedule(units []*unit) []*unit {
	slices.SortFunc(units, func(a, b *unit) int { return a.result().id - b.result().id })
	ordered := make([]*unit, 0, len(units))
	placed := map[*unit]bool{}
	var place func(u *unit)
	place = func(u *unit) {
		if placed[u] {
			return
		}
		placed[u] = true
		u.reads(func(v *value) {
			if needed := v.origin().unit; needed != nil && needed != u {
				place(needed)
			}
		})
		u.position = len(ordered)
		ordered = append(ordered, u)
	}
	for _, u := range units {
		place(u)
	}
	return ordered
}

// finals moves units that only make new values of variables to the end, so
// that they may write them in place once nothing can fail any more. It
// returns where they begin.
func finals(ordered []*unit, updates map[*value]*graph.Variable) ([]*unit, int) {
	last := map[*unit]bool{}
	needed := map[*unit]bool{}
	for _, u := range slices.Backward(ordered) {
		if !needed[u] && !u.lasting() && (u.kind == narrow || u.kind == wide) && onlyUpdates(u, updates) {
			last[u] = true
			continue
		}
		u.reads(func(v *value) {
			if origin := v.origin().unit; origin != nil {
				needed[origin] = true
			}
		})
	}
	var body, tail []*unit
	for _, u := range ordered {
		if last[u] {
			tail = append(tail, u)
		} else {
			body = append(body, u)
		}
	}
	all := append(body, tail...)
	for i, u := range all {
		u.position = i
	}
	return all, len(body)
}

func onlyUpdates(u *unit, updates map[*value]*graph.Variable) bool {
	for _, member := range u.members {
		if member.stored() && updates[member] == nil {
			return false
		}
	}
	return true
}
