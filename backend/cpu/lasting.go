package cpu

import "github.com/lince-ml/lince/graph"

// What depends on nothing but variables that the program does not change is
// computed by the first steps, and again only when a variable has another
// value: folded kernels in inference, say.

// markLasting finds such values; values come in order.
func (c *compiler) markLasting(values []*value) {
	changed := map[*graph.Variable]bool{}
	for _, update := range c.program.Updates {
		changed[update.Variable] = true
	}
	for _, v := range values {
		switch op := v.op.(type) {
		case graph.Read:
			v.lasting = !changed[op.Variable]
		case graph.Constant:
			v.lasting = true
		default:
			v.lasting = len(v.operands) > 0 && v.extent().batches == 0
			for _, operand := range v.operands {
				v.lasting = v.lasting && operand.lasting
			}
		}
	}
}

func (u *unit) lasting() bool {
	for _, member := range u.members {
		if !member.lasting {
			return false
		}
	}
	return true
}

// lastingFirst moves the lasting units to the front and returns how many they are.
func lastingFirst(ordered []*unit) ([]*unit, int) {
	var first, others []*unit
	for _, u := range ordered {
		if u.lasting() {
			first = append(first, u)
		} else {
			others = append(others, u)
		}
	}
	all := append(first, others...)
	for i, u := range all {
		u.position = i
	}
	return all, len(first)
}

// keepLasting lets the results of the lasting units that others need stay
// from run to run, each with a generation of its own.
func (c *compiler) keepLasting() {
	for _, u := range c.units[:c.lasting] {
		for _, v := range u.members {
			m := v.memory
			if m == nil || !m.planned || m.cell != nil {
				continue
			}
			if m.last >= c.lasting {
				m.last = len(c.units)
			}
			m.cell = &cell{}
			c.executable.derived = append(c.executable.derived, m.cell)
		}
	}
	c.executable.lasting = c.lasting
}

// fresh reports whether the lasting steps' results are those of the
// variables' present values.
func (x *executable) fresh() bool {
	if x.lasting == 0 {
		return true
	}
	for i := range x.variables {
		if v := &x.variables[i]; v.lasting && (v.cell != v.seen || v.cell.generation != v.generation) {
			return false
		}
	}
	return true
}

// refreshed notes that the lasting steps have run.
func (x *executable) refreshed() {
	for i := range x.variables {
		v := &x.variables[i]
		v.seen, v.generation = v.cell, v.cell.generation
	}
	for _, c := range x.derived {
		c.generation++
	}
}
