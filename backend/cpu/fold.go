package cpu

import (
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// foldScales moves a scale and a shift per channel, which is what batch
// normalisation by given statistics amounts to, into the kernels and the bias
// of the product before it:
//
//	(x∗w + b)·s + t  =  x∗(w·s) + (b·s + t)
//
// where nobody else sees x∗w. It returns the values with what that needs. In
// an inference program w·s is computed once for the variables' values.
func foldScales(values []*value) []*value {
	var kept []*value
	for _, v := range values {
		if s := scaledProduct(v); s != nil {
			kept = append(kept, s.fold()...)
		}
		kept = append(kept, v)
	}
	return kept
}

// scaled is a product with a scale and a shift behind it.
type scaled struct {
	result             *value // the addition of the shift
	product            *value
	bias, scale, shift *value // one number per channel; bias may be nil
}

func scaledProduct(v *value) *scaled {
	if !isFunction(v, graph.Add) || v.typ.DType != tensor.Float32 {
		return nil
	}
	last := len(v.typ.Shape) - 1
	if last < 1 || v.typ.Shape[last] < 0 {
		return nil
	}
	for i, scaling := range v.operands {
		if !isFunction(scaling, graph.Multiply) || !scaling.serves(v) {
			continue
		}
		shift := alongChannels(v.operands[1-i])
		for k, x := range scaling.operands {
			scale := alongChannels(scaling.operands[1-k])
			if shift == nil || scale == nil || !x.serves(scaling) {
				continue
			}
			if s := (&scaled{result: v, scale: scale, shift: shift}); s.multiplies(x) {
				return s
			}
		}
	}
	return nil
}

// multiplies reports whether x is a product, with or without a bias, whose
// kernels can take the scale.
func (s *scaled) multiplies(x *value) bool {
	if isFunction(x, graph.Add) {
		for i, product := range x.operands {
			if bias := alongChannels(x.operands[1-i]); bias != nil && product.serves(x) && takesScale(product) {
				s.product, s.bias = product, bias
				return true
			}
		}
		return false
	}
	s.product = x
	return takesScale(x)
}

// takesScale reports whether the value is a product of which every channel
// comes from kernels, or columns, of its own: the right operand's last dimension.
func takesScale(v *value) bool {
	switch op := v.op.(type) {
	case graph.Convolution:
		return true
	case graph.Dot:
		right := v.operands[1].typ.Shape
		return len(right) == 2 && len(op.RightBatch) == 0 && len(op.RightContract) == 1 && op.RightContract[0] == 0 && isPlain(v, op)
	}
	return false
}

// serves reports whether user alone reads the value.
func (v *value) serves(user *value) bool {
	return !v.root && len(v.users) == 1 && v.users[0] == user
}

func isFunction(v *value, f graph.Function) bool {
	op, ok := v.op.(graph.Elementwise)
	return ok && op.Function == f
}

// alongChannels returns the vector that v repeats along its last dimension, if it does.
func alongChannels(v *value) *value {
	op, ok := v.op.(graph.Broadcast)
	if !ok || len(op.Axes) != 1 || op.Axes[0] != len(v.typ.Shape)-1 || v.operands[0].typ.Shape[0] != v.typ.Shape[op.Axes[0]] {
		return nil
	}
	return v.operands[0]
}

// fold rewires the result and returns the values that it now needs, in order.
func (s *scaled) fold() []*value {
	var made []*value
	add := func(op graph.Operation, like *value, operands ...*value) *value {
		v := &value{op: op, operands: operands, typ: like.typ, scope: like.scope}
		made = append(made, v)
		return v
	}
	repeat := func(x, like *value) *value {
		shape := like.typ.Shape
		return add(graph.Broadcast{Shape: shape, Axes: []int{len(shape) - 1}}, like, x)
	}
	kernels := s.product.operands[1]
	kernels = add(graph.Elementwise{Function: graph.Multiply}, kernels, kernels, repeat(s.scale, kernels))
	shift := s.shift
	if s.bias != nil {
		shift = add(graph.Elementwise{Function: graph.Multiply}, s.bias, s.bias, s.scale)
		shift = add(graph.Elementwise{Function: graph.Add}, s.bias, shift, s.shift)
	}
	repeated := repeat(shift, s.result)
	product := add(s.product.op, s.product, s.product.operands[0], kernels)
	s.result.operands = []*value{product, repeated}
	return made
}
