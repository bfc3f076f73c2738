package cpu

import "github.com/lince-ml/lince/graph"

// gateCapped states the gradient g of a rectifier with an upper end c by the
// result y = min(max(x, 0), c) alone,
//
//	g where 0 < y < c, 0 elsewhere,
//
// so that neither x nor max(x, 0) are kept until then. Conditions on the way that
// hold wherever y > 0, such as those of limiting y once more, fall away.
func gateCapped(values []*value) []*value {
	var kept []*value
	for _, v := range values {
		if c := cappedGradient(v); c != nil {
			kept = append(kept, c.state(v)...)
		}
		kept = append(kept, v)
	}
	return kept
}

// gate is where the gradient of a rectifier with an upper end passes.
type gate struct {
	result, limit, zero *value
	gradient            *value
}

// cappedGradient returns the gate if v is such a gradient, or nil.
func cappedGradient(v *value) *gate {
	rectified, inner := passed(v, graph.Greater)
	if rectified == nil || !isFunction(rectified, graph.ReLU) {
		return nil
	}
	c := &gate{zero: v.operands[2]}
	for _, user := range rectified.users {
		if most, known := limitOf(user); known && most > 0 && user.operands[0] == rectified && user.id < v.id {
			c.result, c.limit = user, user.operands[1]
			break
		}
	}
	if c.result == nil {
		return nil
	}
	blocked := false
	for {
		if c.holds(inner) {
			inner = inner.operands[1]
		} else if c.blocks(inner, rectified.operands[0]) {
			inner, blocked = inner.operands[2], true
		} else {
			break
		}
	}
	c.gradient = inner
	if !blocked {
		return nil
	}
	return c
}

// passed returns y and g if v is g where y stands so to zero, and 0 elsewhere.
func passed(v *value, direction graph.Direction) (y, g *value) {
	comparison := selecting(v)
	if comparison == nil || !v.operands[2].is(0) || comparison.op.(graph.Comparison).Direction != direction || !comparison.operands[1].is(0) {
		return nil, nil
	}
	return comparison.operands[0], v.operands[1]
}

// selecting returns the comparison by which v selects, or nil.
func selecting(v *value) *value {
	if _, ok := v.op.(graph.Selection); ok {
		if _, ok := v.operands[0].op.(graph.Comparison); ok {
			return v.operands[0]
		}
	}
	return nil
}

// limitOf returns the known number that v is a minimum with.
func limitOf(v *value) (float64, bool) {
	if !isFunction(v, graph.Minimum) {
		return 0, false
	}
	return v.operands[1].scalar()
}

// holds reports whether v passes its second operand on wherever 0 < y ≤ c.
func (c *gate) holds(v *value) bool {
	if y, _ := passed(v, graph.GreaterEqual); y == c.result {
		return true
	}
	comparison := selecting(v)
	return comparison != nil && v.operands[2].is(0) && comparison.op.(graph.Comparison).Direction == graph.LessEqual &&
		comparison.operands[0] == c.result && c.isLimit(comparison.operands[1])
}

// blocks reports whether v is its third operand except where x reaches the limit.
func (c *gate) blocks(v, x *value) bool {
	comparison := selecting(v)
	return comparison != nil && v.operands[1].is(0) && comparison.op.(graph.Comparison).Direction == graph.GreaterEqual &&
		comparison.operands[0] == x && c.isLimit(comparison.operands[1])
}

func (c *gate) isLimit(v *value) bool {
	most, _ := c.limit.scalar()
	return v.is(most)
}

// state rewires v and returns what that needs.
func (c *gate) state(v *value) []*value {
	condition := v.operands[0]
	above := &value{op: condition.op, operands: []*value{c.result, condition.operands[1]}, typ: condition.typ, scope: v.scope}
	full := &value{op: graph.Comparison{Direction: graph.GreaterEqual}, operands: []*value{c.result, c.limit}, typ: condition.typ, scope: v.scope}
	below := &value{op: v.op, operands: []*value{full, c.zero, c.gradient}, typ: v.typ, scope: v.scope}
	v.operands = []*value{above, below, c.zero}
	return []*value{full, below, above}
}
