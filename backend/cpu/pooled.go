package cpu

import (
	"slices"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// pooled is the members of a unit that pool: at least one of first and which.
type pooled struct {
	// first is the joined windows, or which; last is first, or its product
	// with the windows' shares, or nil if which is asked for alone.
	first, last *value
	which       *value // the numbers of first maxima; nil for none
}

// window returns how windows are joined, and the shape of what comes out.
func (p *pooled) window() (graph.ReduceWindow, tensor.Shape) {
	if op, ok := p.first.op.(graph.ReduceWindow); ok {
		return op, p.first.typ.Shape
	}
	return p.which.op.(firstMaximum).ReduceWindow, p.which.typ.Shape
}

// pool makes members of what pools v: the windows joined by one operation,
// with what averages them, and the numbers of their first maxima.
func (u *unit) pool(v *value) {
	p := &pooled{}
	for _, user := range v.users {
		if op, ok := user.op.(graph.ReduceWindow); ok && user.unit == nil && user.typ.DType == tensor.Float32 {
			p.first, p.last = user, user
			u.take(user)
			p.average(u)
			p.note(u, v, op.Window)
			u.pooled = p
			return
		}
	}
}

// average takes the scaling of sums to means in.
func (p *pooled) average(u *unit) {
	product := onlyUser(p.first, graph.Multiply)
	if op := p.first.op.(graph.ReduceWindow); op.Reducer != graph.Sum || product == nil {
		return
	}
	if scale, shares := sharesOf(product, p.first); scale != 0 || shares != nil {
		p.last = product
		u.take(product)
	}
}

// note takes in the first maxima of the same windows over v.
func (p *pooled) note(u *unit, v *value, w graph.Window) {
	for _, user := range v.users {
		if op, ok := user.op.(firstMaximum); ok && user.unit == nil && op.Window == w && p.first.op.(graph.ReduceWindow).Reducer == graph.Largest {
			p.which = user
			u.take(user)
			return
		}
	}
}

// sharesOf returns what a product multiplies its operand sums with: a number,
// or one for every window of a picture.
func sharesOf(product, sums *value) (scale float32, shares []float32) {
	other := product.operands[0]
	if other == sums {
		other = product.operands[1]
	}
	if number, known := other.scalar(); known {
		return float32(number), nil
	}
	op, ok := other.op.(graph.Broadcast)
	if !ok {
		return 0, nil
	}
	c, shape := other.operands[0].constant(), sums.typ.Shape
	if c == nil || c.DType() != tensor.Float32 || !c.Shape().Equal(tensor.Shape{shape[1], shape[2], 1}) || !slices.Equal(op.Axes, []int{1, 2, 3}) {
		return 0, nil
	}
	return 0, c.Float32s()
}

// convolved is the value that a unit's pooling reads, if it is the unit's.
func (u *unit) convolved() *value {
	if from := u.pooled.first.operands[0]; from.unit == u {
		return from
	}
	return nil
}

// fuseWindows makes the unit of a pooling that no product takes in.
func fuseWindows(v *value) *unit {
	if v.unit != nil {
		return nil
	}
	switch op := v.op.(type) {
	case graph.ReduceWindow:
		if v.typ.DType != tensor.Float32 {
			return nil
		}
		u := &unit{kind: single, pooled: &pooled{first: v, last: v}}
		u.take(v)
		u.pooled.average(u)
		u.pooled.note(u, v.operands[0], op.Window)
		return u
	case firstMaximum:
		u := &unit{kind: single, pooled: &pooled{first: v, which: v}}
		u.take(v)
		return u
	}
	return nil
}
