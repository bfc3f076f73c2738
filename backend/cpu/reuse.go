package cpu

import (
	"slices"

	"github.com/lince-ml/lince/graph"
)

// reuse lets values take the memory of an operand that nobody needs after
// them: the last result of a loop over elements, and a convolution's that its
// residual is added to.
func (c *compiler) reuse() {
	for _, u := range c.units {
		v := u.last()
		if v == nil || v.slot != nil || v.memory == nil || !v.memory.planned || v.memory.first != u.position || v.memory.cell != nil {
			continue
		}
		if old := u.spent(v); old != nil {
			c.moveInto(v, old)
		}
	}
}

// last is the member that may overwrite an operand: nothing is read after it.
func (u *unit) last() *value {
	switch {
	case u.kind == narrow && u.fed == nil:
		end := len(u.members) - 1
		for end >= 0 && slices.Contains(u.sums, u.members[end]) {
			end--
		}
		if end >= 0 && u.members[end].stored() {
			return u.members[end]
		}
	case u.kind == product && u.pooled == nil && u.expansion == nil && u.residual != nil:
		if _, ok := u.members[0].op.(graph.Convolution); ok {
			return u.result()
		}
	}
	return nil
}

// spent returns the memory of an operand that this unit reads last, element
// by element where the result is written.
func (u *unit) spent(v *value) *memory {
	for _, member := range u.members {
		for _, operand := range member.operands {
			m := operand.memory
			if operand.unit == u || m == nil || !m.planned || m.last != u.position || m.first == u.position || m.cell != nil {
				continue
			}
			if operand.typ.DType == v.typ.DType && operand.extent() == v.extent() && !operand.isBroadcast() && !u.readsOtherwise(m) {
				return m
			}
		}
	}
	return nil
}

// readsOtherwise reports whether the unit reads the memory in another order
// than it writes its result.
func (u *unit) readsOtherwise(m *memory) bool {
	if u.kind == product {
		first := u.members[0]
		return u.residual.memory != m || first.operands[0].memory == m || first.operands[1].memory == m || u.bias != nil && u.bias.memory == m
	}
	for _, sum := range u.sums {
		if sum.operands[0].unit != u {
			return true
		}
	}
	for _, member := range u.members {
		for _, operand := range append(member.operands, member) {
			if operand.isBroadcast() && operand.operands[0].memory == m {
				return true
			}
		}
	}
	return false
}

// moveInto gives a value, and its aliases, another value's memory.
func (c *compiler) moveInto(v *value, to *memory) {
	from := v.memory
	to.last = from.last
	for _, other := range c.values {
		if other.memory == from {
			other.memory = to
		}
	}
}
