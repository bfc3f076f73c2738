package cpu

import (
	"slices"

	"github.com/lince-ml/lince/graph"
)

// identity returns the operand that the operation leaves as it is, if any.
func identity(op graph.Operation, operands []*value, typ graph.Type) *value {
	switch op := op.(type) {
	case graph.Reshape, graph.Broadcast, graph.Conversion:
		if operands[0].typ.Equal(typ) {
			return operands[0]
		}
	case graph.Reduction:
		if len(op.Axes) == 0 {
			return operands[0]
		}
	case graph.Transpose:
		if slices.IsSorted(op.Permutation) {
			return operands[0]
		}
	case graph.Elementwise:
		if !typ.DType.IsFloat() || len(operands) != 2 {
			return nil
		}
		x, y := operands[0], operands[1]
		switch {
		case op.Function == graph.Add && y.is(0), op.Function == graph.Subtract && y.is(0),
			op.Function == graph.Multiply && y.is(1), op.Function == graph.Divide && y.is(1):
			return x
		case op.Function == graph.Add && x.is(0), op.Function == graph.Multiply && x.is(1):
			return y
		case op.Function == graph.Maximum && x.isRectified() && y.isAtMost(0):
			return x
		case op.Function == graph.Minimum && x.isCappedBelow(y):
			return x
		}
	}
	return nil
}

// isRectified reports whether the value cannot be below zero because a
// rectifier, capped or not, made it.
func (v *value) isRectified() bool {
	if isFunction(v, graph.Minimum) {
		if limit, known := v.operands[1].scalar(); known && limit >= 0 {
			return v.operands[0].isRectified()
		}
	}
	return isFunction(v, graph.ReLU)
}

// isAtMost reports whether the value is a known number no greater than limit.
func (v *value) isAtMost(limit float64) bool {
	x, known := v.scalar()
	return known && x <= limit
}

// isCappedBelow reports whether a known limit is no less than one that the
// value has already.
func (v *value) isCappedBelow(limit *value) bool {
	if !isFunction(v, graph.Minimum) {
		return false
	}
	most, known := limit.scalar()
	return known && v.operands[1].isAtMost(most)
}

// capped recognises a rectifier with an upper end,
//
//	c where x ≥ c, max(x, 0) elsewhere  =  min(max(x, 0), c),
//
// and returns max(x, 0) and c, or nil.
func capped(op graph.Operation, operands []*value) (rectified, limit *value) {
	if _, ok := op.(graph.Selection); !ok {
		return nil, nil
	}
	condition, limit, rectified := operands[0], operands[1], operands[2]
	comparison, ok := condition.op.(graph.Comparison)
	if !ok || comparison.Direction != graph.GreaterEqual || !isFunction(rectified, graph.ReLU) || condition.operands[0] != rectified.operands[0] {
		return nil, nil
	}
	most, known := limit.scalar()
	if !known || !(most >= 0) || !condition.operands[1].is(most) {
		return nil, nil
	}
	return rectified, limit
}

// unpadded lets windows over padded pictures read the pictures themselves,
// with that padding of their own, where it makes no difference: zeros in
// convolutions and sums, and in maxima of what cannot be below zero.
func unpadded(op graph.Operation, operands []*value) (graph.Operation, []*value) {
	if len(operands) == 0 {
		return op, operands
	}
	pad, ok := operands[0].op.(graph.Pad)
	if !ok || pad.Value != 0 || !isFrame(pad) {
		return op, operands
	}
	pictures := operands[0].operands[0]
	switch window := op.(type) {
	case graph.Convolution:
		window.Window = framed(window.Window, pad)
		op = window
	case graph.ConvolutionFilter:
		window.Window = framed(window.Window, pad)
		op = window
	case graph.ReduceWindow:
		if window.Reducer == graph.Largest && !pictures.isRectified() {
			return op, operands
		}
		window.Window = framed(window.Window, pad)
		op = window
	default:
		return op, operands
	}
	operands = slices.Clone(operands)
	operands[0] = pictures
	return op, operands
}

// isFrame reports whether the padding is around pictures (batch, height,
// width, channels) and cuts nothing off.
func isFrame(p graph.Pad) bool {
	if len(p.Low) != 4 {
		return false
	}
	for i := range 4 {
		spatial := i == 1 || i == 2
		if p.Low[i] < 0 || p.High[i] < 0 || p.Interior[i] != 0 || !spatial && p.Low[i]+p.High[i] != 0 {
			return false
		}
	}
	return true
}

func framed(w graph.Window, p graph.Pad) graph.Window {
	for i := range w.Padding {
		w.Padding[i][0] += p.Low[i+1]
		w.Padding[i][1] += p.High[i+1]
	}
	return w
}
