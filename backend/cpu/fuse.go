package cpu

import (
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// fuseProduct makes the unit of a convolution or matrix product together with
// a bias, a residual and a rectifier that nobody else comes between.
func fuseProduct(v *value) *unit {
	channels := 0
	switch op := v.op.(type) {
	case graph.Convolution:
		channels = v.typ.Shape[3]
	case graph.Dot:
		if !isPlain(v, op) {
			return nil
		}
		if n := len(v.typ.Shape); n > 0 && len(op.RightBatch)+len(op.RightContract) == len(v.operands[1].typ.Shape)-1 {
			channels = v.typ.Shape[n-1] // the right operand's only free dimension
		}
	default:
		return nil
	}
	if v.typ.DType != tensor.Float32 {
		return nil
	}
	u := &unit{kind: product}
	u.take(v)
	u.fuseBias(channels)
	u.fuseResidual()
	if relu := onlyUser(u.result(), graph.ReLU); relu != nil {
		u.relu = true
		u.take(relu)
		if six := onlyUser(relu, graph.Minimum); six != nil && six.operands[0] == relu && six.operands[1].is(6) {
			u.cap = true
			u.take(six)
		}
	}
	if _, ok := v.op.(graph.Convolution); ok {
		u.pool(u.result())
	}
	return u
}

// take makes a value a member.
func (u *unit) take(v *value) {
	v.unit = u
	u.members = append(u.members, v)
}

// fuseBias adds a bias that nobody else comes before.
func (u *unit) fuseBias(channels int) {
	v := u.result()
	if add := onlyUser(v, graph.Add); add != nil {
		if u.bias = biasOf(add, v, channels); u.bias != nil {
			u.take(add)
		}
	}
}

// fuseResidual adds another value of the result's shape, which lies in memory.
func (u *unit) fuseResidual() {
	v := u.result()
	add := onlyUser(v, graph.Add)
	if add == nil {
		return
	}
	other := add.operands[0]
	if other == v {
		other = add.operands[1]
	}
	if other == v || other.isBroadcast() || !other.typ.Equal(v.typ) {
		return
	}
	u.residual = other
	u.take(add)
}

func onlyUser(v *value, f graph.Function) *value {
	if v.root || len(v.users) != 1 {
		return nil
	}
	user := v.users[0]
	if op, ok := user.op.(graph.Elementwise); ok && op.Function == f && user.unit == nil {
		return user
	}
	return nil
}

// biasOf returns the value of one number per channel that add adds to v.
func biasOf(add, v *value, channels int) *value {
	other := add.operands[0]
	if other == v {
		other = add.operands[1]
	}
	op, ok := other.op.(graph.Broadcast)
	if !ok || other == v {
		return nil
	}
	bias := other.operands[0]
	last := len(add.typ.Shape) - 1
	if origin := bias.origin(); !origin.isSource() && bias.id > v.id {
		return nil // it might be made from the product itself
	}
	if bias.extent() != (extent{per: channels}) || len(op.Axes) == 0 || op.Axes[len(op.Axes)-1] != last || bias.typ.Shape[len(bias.typ.Shape)-1] != channels {
		return nil
	}
	return bias
}
