package graph

import (
	"fmt"
	"slices"
)

// Pad adds Value before (Low), after (High) and between (Interior) the
// elements along each dimension. Negative Low and High cut elements off.
type Pad struct {
	primitive
	Low, High, Interior []int
	Value               float64
}

// Pad returns n with value added around and between its elements. The batch
// cannot be padded. A nil interior is none.
func (n *Node) Pad(low, high, interior []int, value float64) *Node {
	if interior == nil {
		interior = make([]int, len(low))
	}
	return Apply(Pad{Low: slices.Clone(low), High: slices.Clone(high), Interior: slices.Clone(interior), Value: value}, n)
}

func (Pad) Name() string { return "pad" }

func (p Pad) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	shape := operands[0].Shape.Clone()
	if len(p.Low) != len(shape) || len(p.High) != len(shape) || len(p.Interior) != len(shape) {
		return Type{}, fmt.Errorf("low %v, high %v and interior %v given for %d dimensions", p.Low, p.High, p.Interior, len(shape))
	}
	for i, extent := range shape {
		low, high, interior := p.Low[i], p.High[i], p.Interior[i]
		if extent == Batch {
			if low != 0 || high != 0 || interior != 0 {
				return Type{}, fmt.Errorf("dimension %d is the batch, which has no fixed extent to pad", i)
			}
			continue
		}
		if interior < 0 || max(interior, low, high) > maxExtent || min(low, high) < -maxExtent {
			return Type{}, fmt.Errorf("cannot pad dimension %d by %d, %d and %d between", i, low, high, interior)
		}
		if shape[i] = dilated(extent, interior+1) + low + high; shape[i] < 0 {
			return Type{}, fmt.Errorf("cutting %d and %d off leaves nothing of the %d along dimension %d", -low, -high, extent, i)
		}
	}
	return Type{operands[0].DType, shape}, nil
}

// dilated is the extent of a row whose neighbours are step apart.
func dilated(extent, step int) int {
	if extent == 0 {
		return 0
	}
	return (extent-1)*step + 1
}

// windows is how many steps begin within an extent: ⌈extent/step⌉.
func windows(extent, step int) int {
	if extent == 0 {
		return 0
	}
	return (extent-1)/step + 1
}

func (p Pad) Gradient(n, upstream *Node) []*Node {
	low, high, step := make([]int, len(p.Low)), make([]int, len(p.Low)), make([]int, len(p.Low))
	for i := range p.Low {
		low[i], high[i], step[i] = -p.Low[i], -p.High[i], p.Interior[i]+1
	}
	return []*Node{upstream.Pad(low, high, nil, 0).Slice(make([]int, len(low)), nil, step)}
}

func (p Pad) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	for i := range out.Values {
		out.Values[i] = p.Value
	}
	steps := strides(result.Shape)
	each(operands[0].Shape, func(position int, index []int) {
		at := 0
		for i, x := range index {
			x = x*(p.Interior[i]+1) + p.Low[i]
			if x < 0 || x >= result.Shape[i] {
				return
			}
			at += x * steps[i]
		}
		out.Values[at] = operands[0].Values[position]
	})
	return out, nil
}

// Slice keeps every Stride-th element from Start up to, not including, Limit.
// A Limit of Batch means the whole of a batch dimension.
type Slice struct {
	primitive
	Start, Limit, Stride []int
}

// Slice returns a part of n. A nil limit is the whole extent, a nil stride is 1.
func (n *Node) Slice(start, limit, stride []int) *Node {
	if !n.Valid() {
		return n
	}
	if limit == nil {
		limit = n.Shape()
	}
	if stride == nil {
		stride = slices.Repeat([]int{1}, len(start))
	}
	return Apply(Slice{Start: slices.Clone(start), Limit: slices.Clone(limit), Stride: slices.Clone(stride)}, n)
}

// SliceAxis returns the elements [from, to) along one axis.
func (n *Node) SliceAxis(axis, from, to int) *Node {
	if !n.Valid() || axis < 0 || axis >= n.Rank() {
		return n.graph.Fail(fmt.Errorf("graph: slice along axis %d of %v", axis, n.Shape()))
	}
	start, limit := make([]int, n.Rank()), n.Shape().Clone()
	start[axis], limit[axis] = from, to
	return n.Slice(start, limit, nil)
}

func (Slice) Name() string { return "slice" }

func (s Slice) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	shape := operands[0].Shape.Clone()
	if len(s.Start) != len(shape) || len(s.Limit) != len(shape) || len(s.Stride) != len(shape) {
		return Type{}, fmt.Errorf("start %v, limit %v and stride %v given for %d dimensions", s.Start, s.Limit, s.Stride, len(shape))
	}
	for i, extent := range shape {
		start, limit, stride := s.Start[i], s.Limit[i], s.Stride[i]
		if extent == Batch {
			if start != 0 || limit != Batch || stride != 1 {
				return Type{}, fmt.Errorf("dimension %d is the batch, of which only the whole can be taken", i)
			}
			continue
		}
		if start < 0 || limit < start || limit > extent || stride < 1 || stride > maxExtent {
			return Type{}, fmt.Errorf("cannot take [%d:%d:%d] of the %d along dimension %d", start, limit, stride, extent, i)
		}
		shape[i] = windows(limit-start, stride)
	}
	return Type{operands[0].DType, shape}, nil
}

func (s Slice) Gradient(n, upstream *Node) []*Node {
	from, to := n.operands[0].Shape(), n.Shape()
	high, interior := make([]int, len(from)), make([]int, len(from))
	for i, extent := range from {
		if extent == Batch {
			continue
		}
		interior[i] = s.Stride[i] - 1
		high[i] = extent - s.Start[i] - dilated(to[i], s.Stride[i])
	}
	return []*Node{upstream.Pad(s.Start, high, interior, 0)}
}

func (s Slice) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	from := strides(operands[0].Shape)
	start := offset(from, s.Start)
	for i := range from {
		from[i] *= s.Stride[i]
	}
	each(out.Shape, func(position int, index []int) {
		out.Values[position] = operands[0].Values[start+offset(from, index)]
	})
	return out, nil
}

// Concatenation joins values along a dimension.
type Concatenation struct {
	primitive
	Axis int
}

// Concatenate joins values along an axis, which must not be the batch's.
func Concatenate(axis int, values ...*Node) *Node { return Apply(Concatenation{Axis: axis}, values...) }

func (Concatenation) Name() string { return "concatenate" }

func (c Concatenation) Infer(operands []Type) (Type, error) {
	if len(operands) == 0 || c.Axis < 0 || c.Axis >= len(operands[0].Shape) {
		return Type{}, fmt.Errorf("axis %d does not exist", c.Axis)
	}
	shape := operands[0].Shape.Clone()
	if shape[c.Axis] == Batch {
		return Type{}, fmt.Errorf("axis %d is the batch, along which nothing can be joined", c.Axis)
	}
	for i, operand := range operands[1:] {
		same := operand.DType == operands[0].DType && len(operand.Shape) == len(shape)
		for axis := 0; same && axis < len(shape); axis++ {
			same = axis == c.Axis || operand.Shape[axis] == shape[axis]
		}
		if !same || operand.Shape[c.Axis] < 0 {
			return Type{}, fmt.Errorf("operand %d differs in more than axis %d", i+1, c.Axis)
		}
		shape[c.Axis] += operand.Shape[c.Axis]
	}
	return Type{operands[0].DType, shape}, nil
}

func (c Concatenation) Gradient(n, upstream *Node) []*Node {
	gradients := make([]*Node, len(n.operands))
	from := 0
	for i, operand := range n.operands {
		to := from + operand.Shape()[c.Axis]
		gradients[i] = upstream.SliceAxis(c.Axis, from, to)
		from = to
	}
	return gradients
}

func (c Concatenation) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	steps := strides(result.Shape)
	start := 0
	for _, operand := range operands {
		each(operand.Shape, func(position int, index []int) {
			out.Values[start*steps[c.Axis]+offset(steps, index)] = operand.Values[position]
		})
		start += operand.Shape[c.Axis]
	}
	return out, nil
}
