package cpu

import (
	"slices"

	"github.com/lince-ml/lince/backend/cpu/internal/conv"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// storeRounded finds the pictures that none but convolutions in bfloat16 read,
// also by way of poolings and concatenations, and the residuals that they add.
// They are rounded as they are stored, which halves what moves through memory;
// the convolutions would round them all the same.
func (c *compiler) storeRounded() {
	if !c.engine.options.BFloat16 {
		return
	}
	products := map[*unit]bool{}
	for _, v := range c.values {
		u := v.unit
		if u == nil {
			continue
		}
		if f := c.forwardOf(u); f != nil {
			products[u] = f.Rounds()
			v.rounded = v == u.result() && (f.Rounds() || f.RoundsResult() && u.residual == nil)
		} else {
			v.rounded = u.poolsRounded(v) || v.isJoined()
		}
		v.rounded = v.rounded && !v.root && !v.lasting && v.typ.DType == tensor.Float32 && len(v.typ.Shape) == 4
	}
	// What one of them must be hangs together with the others.
	for changed := true; changed; {
		changed = false
		for _, v := range c.values {
			if v.rounded && !v.staysRounded(products) {
				v.rounded, changed = false, true
			}
		}
	}
}

// forwardOf returns the convolution that a unit is and does no more than store,
// nil for others.
func (c *compiler) forwardOf(u *unit) *conv.Forward {
	v := u.members[0]
	op, ok := v.op.(graph.Convolution)
	if !ok || u.kind != product || u.pooled != nil || u.expansion != nil {
		return nil
	}
	g := geometry(op, v.operands[0].typ.Shape, v.typ.Shape, v.pictures(c.capacity))
	return c.convolutions(g).Forward(g)
}

// poolsRounded reports whether v is what a unit pools, and not the numbers or
// the halves that a convolution pools by itself.
func (u *unit) poolsRounded(v *value) bool {
	if u.pooled == nil || u.pooled.last != v || u.pooled.which != nil {
		return false
	}
	window, _ := u.pooled.window()
	return u.kind == single || u.convolved() != nil && !isHalving(window.Window)
}

// staysRounded reports whether a value can be rounded if all others are as
// they are marked. products are the convolutions in bfloat16.
func (v *value) staysRounded(products map[*unit]bool) bool {
	if _, joined := v.op.(graph.Concatenation); joined && slices.ContainsFunc(v.operands, func(part *value) bool { return !part.rounded }) {
		return false
	}
	// A result may lie where its residual does, so both are rounded or neither.
	if r := v.unit.residual; r != nil && v == v.unit.result() && !r.rounded {
		return false
	}
	return !slices.ContainsFunc(v.users, func(user *value) bool {
		u := user.unit
		switch {
		case u == nil:
			return true
		case products[u]:
			return !u.takesRounded(v) || u.residual == v && !u.result().rounded
		case u.pooled != nil && u.kind == single:
			return u.pooled.last == nil || !u.pooled.last.rounded
		case user.isJoined():
			return !user.rounded
		}
		return true
	})
}

// takesRounded reports whether a convolution reads the value as its pictures
// or its residual alone.
func (u *unit) takesRounded(v *value) bool {
	first := u.members[0]
	return first.operands[1] != v && u.bias != v && (first.operands[0] == v || u.residual == v)
}
