package cpu

import (
	"slices"

	"github.com/lince-ml/lince/graph"
)

// storeRounded finds the results of convolutions that none but convolutions in
// bfloat16 read, as pictures or as residual. They are rounded as they are
// stored, which halves what moves through memory; the first of them would round
// the others' pictures all the same.
func (c *compiler) storeRounded() {
	if !c.engine.options.BFloat16 {
		return
	}
	rounds := map[*unit]bool{}
	for _, u := range c.units {
		rounds[u] = c.rounds(u)
	}
	for _, u := range c.units {
		v := u.result()
		v.rounded = rounds[u] && v.slot == nil && !v.root && !v.lasting &&
			!slices.ContainsFunc(v.users, func(user *value) bool { return !rounds[user.unit] || !user.unit.takesRounded(v) })
	}
	// A result may lie where its residual does, so both are rounded or neither.
	for changed := true; changed; {
		changed = false
		for _, u := range c.units {
			if v := u.result(); rounds[u] && u.residual != nil && v.rounded != u.residual.rounded {
				v.rounded, u.residual.rounded, changed = false, false, true
			}
		}
	}
}

// rounds reports whether a unit is a convolution in bfloat16 that can read and
// write such numbers.
func (c *compiler) rounds(u *unit) bool {
	v := u.members[0]
	op, ok := v.op.(graph.Convolution)
	if !ok || u.kind != product || u.pooled != nil || u.expansion != nil {
		return false
	}
	g := geometry(op, v.operands[0].typ.Shape, v.typ.Shape, v.pictures(c.capacity))
	return c.convolutions(g).Forward(g).Rounds()
}

// takesRounded reports whether a convolution reads the value as its pictures
// or its residual alone.
func (u *unit) takesRounded(v *value) bool {
	first := u.members[0]
	return first.operands[1] != v && u.bias != v && (first.operands[0] == v || u.residual == v)
}
