package cpu

import (
	"slices"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// unit is what one step of the compiled program computes: a single operation,
// a product with what is fused behind it, or a cluster of elementwise
// operations that run as one loop.
type unit struct {
	kind     kind
	members  []*value // in order of dependence
	position int      // among the steps
	visit    int      // the last search that came by

	// What a product does to its result; bias may be nil.
	bias *value
	relu bool
	// residual, nil for none, is added after the bias; cap replaces what is
	// above six behind the rectifier.
	residual *value
	cap      bool
	// expansion is the convolution, with what is fused behind it, that makes the
	// pictures of a depthwise one; nil for none. Its members are the first.
	expansion *unit
	// pooled is the pooling of a convolution's result, done while that is in
	// the cache, or of a value; nil for none. Its members are the last.
	pooled *pooled
	// sums are reductions that a cluster ends in, of members or of values that
	// it reads, and members themselves.
	sums []*value
	// summed is the sum of the maxima's gradient that a gradient with respect to
	// kernels reads, and the last member; nil for none.
	summed *value
	// fed is a product that a cluster reads part by part as it is made, nil
	// for none; it is the first of the members.
	fed *value
}

// kind tells how a unit is computed.
type kind uint8

const (
	single  kind = iota
	product      // a convolution or matrix product
	narrow       // elementwise, in float32 vectors
	wide         // elementwise, in float64, for all other types
)

// extent returns the number of elements that a cluster runs over.
func (u *unit) extent() extent {
	if len(u.sums) > 0 {
		return u.sums[0].operands[0].extent()
	}
	return u.result().extent()
}

// result is the value that a single operation or product ends with.
func (u *unit) result() *value { return u.members[len(u.members)-1] }

// isSource reports whether nothing computes the value during a run.
func (v *value) isSource() bool {
	switch v.op.(type) {
	case graph.Parameter, graph.Read, graph.Constant:
		return true
	}
	return false
}

// isAlias reports whether the value is its operand's memory in another shape.
func (v *value) isAlias() bool {
	_, ok := v.op.(graph.Reshape)
	return ok
}

func (v *value) isBroadcast() bool {
	_, ok := v.op.(graph.Broadcast)
	return ok
}

// elementwise returns how an elementwise operation is computed, single for others.
func (v *value) elementwise() kind {
	switch v.op.(type) {
	case graph.Elementwise, graph.Comparison, graph.Selection, graph.Conversion, graph.Broadcast:
	default:
		return single
	}
	_, converts := v.op.(graph.Conversion)
	fits := vectorType(v.typ.DType)
	for _, operand := range v.operands {
		fits = fits && (vectorType(operand.typ.DType) || converts && operand.typ.DType == tensor.Uint8)
	}
	if fits {
		return narrow
	}
	return wide
}

// vectorType reports whether clusters compute the type in float32: booleans are 0 and 1.
func vectorType(t tensor.DType) bool { return t == tensor.Float32 || t == tensor.Bool }

// joins reports whether the value is computed within clusters rather than read by them.
func (v *value) joins() bool { return v.elementwise() != single && !v.isBroadcast() }

// isClusterSum reports whether the value is the sum over all but the last
// dimensions of something elementwise, so that one loop computes both.
func (v *value) isClusterSum() bool {
	op, ok := v.op.(graph.Reduction)
	if !ok || op.Reducer != graph.Sum || v.typ.DType != tensor.Float32 || !v.operands[0].joins() || v.operands[0].elementwise() != narrow {
		return false
	}
	shape := v.operands[0].typ.Shape
	kept := 0 // how many dimensions from the last one on stay
	for kept < len(shape) && !slices.Contains(op.Axes, len(shape)-1-kept) {
		kept++
	}
	width := extentOf(shape[len(shape)-kept:])
	return kept+len(op.Axes) == len(shape) && width.batches == 0 && width.per > 0 && width.per <= longestTile
}

// stored reports whether a member of a cluster needs memory of its own.
// Values that are in no cluster always do.
func (v *value) stored() bool {
	return v.unit == nil || v.unit.kind == single || v.unit.kind == product || v.leaves()
}

// leaves reports whether somebody reads the value who is not of its unit, or
// it leaves the program.
func (v *value) leaves() bool {
	return v.root || slices.ContainsFunc(v.users, func(user *value) bool { return user.unit != v.unit || user.isAlias() })
}

// live numbers values, which come in order, and returns those that the roots
// need, with their users.
func live(values, roots []*value) []*value {
	for i, v := range values {
		v.id, v.users = i, nil
	}
	needed := make([]bool, len(values))
	for _, root := range roots {
		needed[root.id], root.root = true, true
	}
	var kept []*value
	for _, v := range slices.Backward(values) {
		if !needed[v.id] {
			continue
		}
		kept = append(kept, v)
		for _, operand := range v.operands {
			needed[operand.id] = true
		}
	}
	slices.Reverse(kept)
	for _, v := range kept {
		for i, operand := range v.operands {
			if !slices.Contains(v.operands[:i], operand) {
				operand.users = append(operand.users, v)
			}
		}
	}
	return kept
}

// group divides the values into units.
func group(values []*value) []*unit {
	var units []*unit
	for _, v := range values {
		if u := fuseProduct(v); u != nil {
			units = append(units, u)
		} else if u := fuseMoments(v); u != nil {
			units = append(units, u)
		} else if u := fuseSum(v); u != nil {
			units = append(units, u)
		} else if u := fuseWindows(v); u != nil {
			units = append(units, u)
		}
	}
	search := 0
	for _, v := range slices.Backward(values) {
		if v.unit != nil || v.isSource() || v.isAlias() {
			continue
		}
		if v.isBroadcast() && !v.materialised() {
			continue
		}
		if v.joins() && join(v, &search) {
			continue
		}
		v.unit = &unit{kind: v.elementwise(), members: []*value{v}}
		if v.isClusterSum() {
			v.unit.kind, v.unit.sums = narrow, []*value{v}
		}
		units = append(units, v.unit)
	}
	units = mergeSums(units, &search)
	for _, u := range units {
		if u.kind == single || u.kind == product {
			continue // in order already
		}
		slices.SortFunc(u.members, func(a, b *value) int { return a.id - b.id })
	}
	return units
}

// materialised reports whether a broadcast must be stored because somebody
// cannot read it through its operand.
func (v *value) materialised() bool {
	return v.root || slices.ContainsFunc(v.users, func(user *value) bool { return !user.joins() })
}

// largestCluster keeps compile time and registers in bounds.
const largestCluster = 64

// join adds an elementwise value to a cluster that uses it, if there is one
// that depends on it in no other way.
func join(v *value, search *int) bool {
	for _, user := range v.users {
		u := user.unit
		if u == nil || u.kind != v.elementwise() || user.lasting != v.lasting || !user.joins() && !slices.Contains(u.sums, user) || len(u.members) >= largestCluster || u.extent() != v.extent() {
			continue
		}
		*search++
		if !slices.ContainsFunc(v.users, func(other *value) bool { return other.unit != u && leadsTo(other, u, *search) }) {
			v.unit = u
			u.members = append(u.members, v)
			return true
		}
	}
	return false
}

// leadsTo reports whether the value, or what is computed with it, is needed by the unit.
func leadsTo(v *value, target *unit, search int) bool {
	if v.unit == target {
		return true
	}
	users := v.users
	if v.unit != nil {
		if v.unit.visit == search {
			return false
		}
		v.unit.visit = search
		for _, member := range v.unit.members {
			if slices.ContainsFunc(member.users, func(user *value) bool { return user.unit != v.unit && leadsTo(user, target, search) }) {
				return true
			}
		}
		return false
	}
	return slices.ContainsFunc(users, func(user *value) bool { return leadsTo(user, target, search) })
}
