package cpu

import (
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// build makes the step of a unit.
func (c *compiler) build(u *unit) error {
	var s step
	switch u.kind {
	case narrow:
		if u.fed != nil {
			s = c.fedCluster(u)
		} else {
			s = c.cluster(u)
		}
	case wide:
		s = c.wideCluster(u)
	case product:
		op, isConvolution := u.members[0].op.(graph.Convolution)
		switch {
		case u.expansion != nil:
			s = c.expanded(u)
		case isConvolution:
			s = c.convolution(u, op)
		default:
			s = c.dot(u)
		}
	default:
		s = c.single(u)
	}
	c.executable.steps = append(c.executable.steps, labelled{step: s, label: u.label(), cost: u.cost()})
	return nil
}

func (u *unit) label() Step {
	first, scope := u.members[0], u.result().scope
	if u.kind == product {
		scope = first.scope // what is fused behind it belongs to other layers
	}
	return Step{Scope: scope, Operation: first.op.Name(), Fused: u.fused(), Kind: u.kindOf()}
}

// single makes the step of an operation that is computed by itself.
func (c *compiler) single(u *unit) step {
	if u.pooled != nil {
		return c.pooling(u.pooled)
	}
	if u.summed != nil {
		return c.convolutionFilterOfMaxima(u, u.members[0].op.(filterOfMaxima))
	}
	v := u.result()
	switch op := v.op.(type) {
	case graph.Transpose, graph.Slice, graph.Pad, graph.Reverse, graph.Concatenation:
		return c.move(v)
	case graph.RandomUniform:
		return &random{pool: c.pool, op: op, value: v}
	case graph.DimensionSize:
		return &batchSize{value: v}
	}
	if v.typ.DType == tensor.Float32 {
		if s := c.floatStep(u, v); s != nil {
			return s
		}
	}
	if op, ok := v.op.(graph.ArgMax); ok && v.operands[0].typ.DType == tensor.Float32 {
		return &argMax{value: v, axis: op.Axis}
	}
	return &definition{value: v}
}

func (c *compiler) floatStep(u *unit, v *value) step {
	switch op := v.op.(type) {
	case graph.ConvolutionInput:
		return c.convolutionInput(u, op)
	case graph.ConvolutionFilter:
		return c.convolutionFilter(u, op)
	case graph.Reduction:
		return c.reduction(u, op)
	case inputOfMaxima:
		return c.convolutionInputOfMaxima(u, op)
	case filterOfMaxima:
		return c.convolutionFilterOfMaxima(u, op)
	case scatterMaxima:
		return c.scattering(v, op)
	case squaredDeviations:
		return c.moments(u)
	case wonSum:
		return c.wonSums(u)
	case graph.Softmax, graph.LogSoftmax, graph.SoftmaxCrossentropy:
		return &rows{set: c.set, pool: c.pool, value: v}
	case graph.GatherRows:
		return &gather{pool: c.pool, value: v}
	case graph.ScatterRows:
		return &scatter{set: c.set, pool: c.pool, value: v}
	}
	return nil
}
