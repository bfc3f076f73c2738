package graph

import (
	"fmt"
	"slices"

	"github.com/lince-ml/lince/tensor"
)

// Broadcast repeats a value to a larger shape: operand dimension i becomes
// dimension Axes[i] of the result, stretched if its extent is 1.
type Broadcast struct {
	primitive
	Shape tensor.Shape
	Axes  []int
}

// BroadcastTo stretches n to the shape as NumPy does: dimensions are aligned
// at the last one, extents of 1 and missing dimensions repeat.
func (n *Node) BroadcastTo(shape ...int) *Node {
	if !n.Valid() || n.Shape().Equal(shape) {
		return n
	}
	axes := make([]int, n.Rank())
	for i := range axes {
		axes[i] = len(shape) - n.Rank() + i
	}
	return n.BroadcastAlong(axes, shape...)
}

// BroadcastAlong puts dimension i of n at axes[i] of the shape and repeats it
// along all others.
func (n *Node) BroadcastAlong(axes []int, shape ...int) *Node {
	return Apply(Broadcast{Shape: tensor.Shape(shape).Clone(), Axes: slices.Clone(axes)}, n)
}

func (Broadcast) Name() string { return "broadcast_in_dim" }

func (b Broadcast) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	from := operands[0].Shape
	if len(b.Axes) != len(from) {
		return Type{}, fmt.Errorf("%d axes given for %d dimensions", len(b.Axes), len(from))
	}
	for i, axis := range b.Axes {
		if axis < 0 || axis >= len(b.Shape) || (i > 0 && axis <= b.Axes[i-1]) {
			return Type{}, fmt.Errorf("axes %v do not ascend within shape %v", b.Axes, b.Shape)
		}
		if from[i] != 1 && from[i] != b.Shape[axis] {
			return Type{}, fmt.Errorf("extent %d does not stretch to %d at dimension %d of %v", from[i], b.Shape[axis], axis, b.Shape)
		}
	}
	return Type{operands[0].DType, b.Shape}, nil
}

func (b Broadcast) Gradient(n, upstream *Node) []*Node {
	from := n.operands[0].Shape()
	var summed []int
	for axis, extent := range b.Shape {
		at := slices.Index(b.Axes, axis)
		if at < 0 || from[at] != extent {
			summed = append(summed, axis)
		}
	}
	return []*Node{upstream.ReduceSum(summed...).Reshape(from...)}
}

func (b Broadcast) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	from := operands[0]
	steps := make([]int, len(result.Shape))
	for i, step := range strides(from.Shape) {
		if from.Shape[i] != 1 {
			steps[b.Axes[i]] = step
		}
	}
	each(out.Shape, func(position int, index []int) { out.Values[position] = from.Values[offset(steps, index)] })
	return out, nil
}

// Reshape gives the same elements, in the same order, another shape.
type Reshape struct {
	primitive
	Shape tensor.Shape
}

// Reshape returns n in another shape with as many elements.
func (n *Node) Reshape(shape ...int) *Node {
	if n.Valid() && n.Shape().Equal(shape) {
		return n
	}
	return Apply(Reshape{Shape: tensor.Shape(shape).Clone()}, n)
}

// ExpandDims inserts dimensions of extent 1 so that they stand at the given
// axes of the result, which must ascend.
func (n *Node) ExpandDims(axes ...int) *Node {
	if !n.Valid() {
		return n
	}
	shape := n.Shape().Clone()
	for _, axis := range axes {
		if axis < 0 || axis > len(shape) {
			return n.graph.Fail(fmt.Errorf("graph: no place for a dimension at axis %d of %v", axis, shape))
		}
		shape = slices.Insert(shape, axis, 1)
	}
	return n.Reshape(shape...)
}

func (Reshape) Name() string { return "reshape" }

func (r Reshape) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	was, batchesWere := perSample(operands[0].Shape)
	is, batchesAre := perSample(r.Shape)
	if was != is || batchesWere != batchesAre {
		return Type{}, fmt.Errorf("%v cannot become %v: %d elements per sample against %d", operands[0].Shape, r.Shape, was, is)
	}
	return Type{operands[0].DType, r.Shape}, nil
}

// perSample returns the product of the known extents and the number of Batch ones.
func perSample(shape tensor.Shape) (elements, batches int) {
	elements, _ = Resolve(shape, 1).Elements()
	for _, extent := range shape {
		if extent == Batch {
			batches++
		}
	}
	return elements, batches
}

func (Reshape) Gradient(n, upstream *Node) []*Node {
	return []*Node{upstream.Reshape(n.operands[0].Shape()...)}
}

func (Reshape) Reference(operands []Array, result Type) (Array, error) {
	return Array{Shape: result.Shape, Values: operands[0].Values}, nil
}

// Transpose permutes dimensions: dimension i of the result is dimension
// Permutation[i] of the operand.
type Transpose struct {
	primitive
	Permutation []int
}

// Transpose returns n with its dimensions in another order.
func (n *Node) Transpose(permutation ...int) *Node {
	return Apply(Transpose{Permutation: slices.Clone(permutation)}, n)
}

func (Transpose) Name() string { return "transpose" }

func (t Transpose) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	from := operands[0].Shape
	if sorted := slices.Sorted(slices.Values(t.Permutation)); !slices.Equal(sorted, sequence(0, len(from))) {
		return Type{}, fmt.Errorf("%v is no permutation of the %d dimensions", t.Permutation, len(from))
	}
	return Type{operands[0].DType, pick(from, t.Permutation)}, nil
}

func (t Transpose) Gradient(_, upstream *Node) []*Node {
	inverse := make([]int, len(t.Permutation))
	for i, axis := range t.Permutation {
		inverse[axis] = i
	}
	return []*Node{upstream.Transpose(inverse...)}
}

func (t Transpose) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	from := strides(operands[0].Shape)
	steps := make([]int, len(from))
	for i, axis := range t.Permutation {
		steps[i] = from[axis]
	}
	each(out.Shape, func(position int, index []int) { out.Values[position] = operands[0].Values[offset(steps, index)] })
	return out, nil
}

// Reverse turns the order of elements along some dimensions.
type Reverse struct {
	primitive
	Axes []int
}

// Reverse returns n with the order along the axes turned around.
func (n *Node) Reverse(axes ...int) *Node { return Apply(Reverse{Axes: slices.Clone(axes)}, n) }

func (Reverse) Name() string { return "reverse" }

func (r Reverse) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	return operands[0], checkAxes(r.Axes, len(operands[0].Shape))
}

func (r Reverse) Gradient(_, upstream *Node) []*Node { return []*Node{upstream.Reverse(r.Axes...)} }

func (r Reverse) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	steps := strides(result.Shape)
	start := 0
	for _, axis := range r.Axes {
		start += steps[axis] * (result.Shape[axis] - 1)
		steps[axis] = -steps[axis]
	}
	each(out.Shape, func(position int, index []int) {
		out.Values[position] = operands[0].Values[start+offset(steps, index)]
	})
	return out, nil
}

func checkAxes(axes []int, rank int) error {
	seen := make([]bool, rank)
	for _, axis := range axes {
		if axis < 0 || axis >= rank || seen[axis] {
			return fmt.Errorf("axes %v do not name different ones of %d dimensions", axes, rank)
		}
		seen[axis] = true
	}
	return nil
}
