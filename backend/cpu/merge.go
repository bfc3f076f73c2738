package cpu

import (
	"slices"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// repeatShifts gives every user of a value less a vector, such as of what
// batch normalisation has centred, a copy of its own: to compute it again from
// what is kept anyway costs less than to store it.
func repeatShifts(values []*value) []*value {
	copies := map[*value][]*value{} // by the user that they come before
	for _, v := range values {
		if !v.isShift() {
			continue
		}
		for _, user := range v.users[1:] {
			again := &value{op: v.op, operands: v.operands, typ: v.typ, scope: v.scope}
			copies[user] = append(copies[user], again)
			user.operands = slices.Clone(user.operands)
			for i, operand := range user.operands {
				if operand == v {
					user.operands[i] = again
				}
			}
		}
	}
	var kept []*value
	for _, v := range values {
		kept = append(append(kept, copies[v]...), v)
	}
	return kept
}

// isShift reports whether the value is one that others read too, less a
// number per channel, and has several users.
func (v *value) isShift() bool {
	return isFunction(v, graph.Subtract) && v.typ.DType == tensor.Float32 && !v.root && len(v.users) > 1 &&
		alongChannels(v.operands[1]) != nil && !v.operands[0].isBroadcast() && len(v.operands[0].users) > 1
}

// mergeSums joins loops that end in sums over the same elements and read some
// of the same values, such as both sums of a batch normalisation's gradient,
// and returns the units that are left.
func mergeSums(units []*unit, search *int) []*unit {
	gone := map[*unit]bool{}
	for _, u := range units {
		for merged := len(u.sums) > 0 && !gone[u]; merged; {
			merged = false
			for _, other := range u.neighbours() {
				if !gone[other] && u.mayTake(other, search) {
					u.absorb(other)
					gone[other], merged = true, true
				}
			}
		}
	}
	return slices.DeleteFunc(units, func(u *unit) bool { return gone[u] })
}

// neighbours lists other loops with sums that use what this one uses or makes.
func (u *unit) neighbours() []*unit {
	var found []*unit
	look := func(v *value) {
		if v.isBroadcast() || v.extent() != u.extent() {
			return
		}
		for _, user := range v.users {
			if n := user.unit; n != nil && n != u && len(n.sums) > 0 && !slices.Contains(found, n) {
				found = append(found, n)
			}
		}
	}
	for _, member := range u.members {
		look(member)
		for _, operand := range member.operands {
			look(operand)
		}
	}
	return found
}

// mayTake reports whether both run over the same elements, and neither needs
// anything of the other that is known only when that has run.
func (u *unit) mayTake(other *unit, search *int) bool {
	return u.extent() == other.extent() && u.sums[0].extent() == other.sums[0].extent() && u.lasting() == other.lasting() &&
		len(u.members)+len(other.members) <= largestCluster && !u.precedes(other, search) && !other.precedes(u, search)
}

// precedes reports whether another unit needs this one's sums, or anything
// that is made elsewhere with its members.
func (u *unit) precedes(other *unit, search *int) bool {
	*search++
	for _, member := range u.members {
		for _, user := range member.users {
			if user.unit == u || user.unit == other && user.joins() {
				continue
			}
			if leadsTo(user, other, *search) {
				return true
			}
		}
	}
	return false
}

func (u *unit) absorb(other *unit) {
	for _, member := range other.members {
		member.unit = u
	}
	u.members = append(u.members, other.members...)
	u.sums = append(u.sums, other.sums...)
}
