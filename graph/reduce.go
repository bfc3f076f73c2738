package graph

import (
	"fmt"
	"math"
	"slices"

	"github.com/lince-ml/lince/tensor"
)

// Reducer is how a reduction or a window joins elements.
type Reducer uint8

// The reducers. A maximum of nothing is -∞, a minimum +∞, a sum 0. NaN among
// the elements makes the result NaN.
const (
	Sum Reducer = iota
	Largest
	Smallest
)

// String returns add, maximum or minimum, as in StableHLO.
func (r Reducer) String() string {
	names := [...]string{"add", "maximum", "minimum"}
	if int(r) >= len(names) {
		return fmt.Sprintf("reducer(%d)", uint8(r))
	}
	return names[r]
}

// Identity returns the value that joining does not change.
func (r Reducer) Identity() float64 {
	switch r {
	case Largest:
		return math.Inf(-1)
	case Smallest:
		return math.Inf(1)
	}
	return 0
}

func (r Reducer) join(x, y float64) float64 {
	switch r {
	case Largest:
		return max(x, y)
	case Smallest:
		return min(x, y)
	}
	return x + y
}

// Reduction joins all elements along some dimensions, which vanish.
type Reduction struct {
	primitive
	Reducer Reducer
	Axes    []int
}

func (n *Node) reduce(r Reducer, axes []int) *Node {
	if !n.Valid() || len(axes) == 0 {
		return n
	}
	axes = slices.Sorted(slices.Values(axes))
	return Apply(Reduction{Reducer: r, Axes: axes}, n)
}

// AllAxes returns every axis of n.
func (n *Node) AllAxes() []int {
	axes := make([]int, n.Rank())
	for i := range axes {
		axes[i] = i
	}
	return axes
}

// ReduceSum adds up along the axes; without any it is n itself.
func (n *Node) ReduceSum(axes ...int) *Node { return n.reduce(Sum, axes) }

// ReduceMax takes the largest along the axes.
func (n *Node) ReduceMax(axes ...int) *Node { return n.reduce(Largest, axes) }

// ReduceMin takes the smallest along the axes.
func (n *Node) ReduceMin(axes ...int) *Node { return n.reduce(Smallest, axes) }

// ReduceMean averages along the axes, the batch's among them or not.
func (n *Node) ReduceMean(axes ...int) *Node {
	if !n.Valid() || len(axes) == 0 {
		return n
	}
	return n.ReduceSum(axes...).Div(n.CountAlong(axes...))
}

// CountAlong returns the number of elements along the axes as a float scalar
// of n's type.
func (n *Node) CountAlong(axes ...int) *Node {
	known := 1
	var count *Node
	for _, axis := range axes {
		if n.Extent(axis) == Batch {
			size := n.DimensionSize(axis).Convert(n.DType())
			if count != nil {
				size = count.Mul(size)
			}
			count = size
			continue
		}
		known *= n.Extent(axis)
	}
	if count == nil {
		return n.Like(float64(known))
	}
	if known == 1 {
		return count
	}
	return count.Scale(float64(known))
}

func (Reduction) Name() string { return "reduce" }

func (r Reduction) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	if r.Reducer > Smallest || operands[0].DType == tensor.Bool {
		return Type{}, fmt.Errorf("cannot %v elements of type %v", r.Reducer, operands[0].DType)
	}
	if err := checkAxes(r.Axes, len(operands[0].Shape)); err != nil {
		return Type{}, err
	}
	shape := tensor.Shape{}
	for axis, extent := range operands[0].Shape {
		if !slices.Contains(r.Axes, axis) {
			shape = append(shape, extent)
		}
	}
	return Type{operands[0].DType, shape}, nil
}

func (r Reduction) Gradient(n, upstream *Node) []*Node {
	x := n.operands[0]
	var kept []int
	for axis := range x.Shape() {
		if !slices.Contains(r.Axes, axis) {
			kept = append(kept, axis)
		}
	}
	g := upstream.BroadcastAlong(kept, x.Shape()...)
	if r.Reducer != Sum {
		// Elements that share the extremum share the gradient, as in TensorFlow.
		chosen := x.Compare(Equal, n.BroadcastAlong(kept, x.Shape()...)).Convert(x.DType())
		count := chosen.ReduceSum(r.Axes...).BroadcastAlong(kept, x.Shape()...)
		return []*Node{g.Mul(chosen).Div(count)}
	}
	return []*Node{g}
}

func (r Reduction) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	for i := range out.Values {
		out.Values[i] = r.Reducer.Identity()
	}
	from := operands[0]
	steps := make([]int, len(from.Shape))
	kept := strides(result.Shape)
	for axis := range from.Shape {
		if !slices.Contains(r.Axes, axis) {
			steps[axis], kept = kept[0], kept[1:]
		}
	}
	each(from.Shape, func(position int, index []int) {
		at := offset(steps, index)
		out.Values[at] = r.Reducer.join(out.Values[at], from.Values[position])
	})
	return out, nil
}

// ArgMax finds the position of the largest element along a dimension, the
// first of several; NaN counts as the largest.
type ArgMax struct {
	primitive
	Axis int
}

// ArgMax returns the int32 position of the largest element along the axis.
func (n *Node) ArgMax(axis int) *Node { return Apply(ArgMax{Axis: axis}, n) }

func (ArgMax) Name() string { return "argmax" }

func (a ArgMax) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	shape := operands[0].Shape
	if a.Axis < 0 || a.Axis >= len(shape) || operands[0].DType == tensor.Bool {
		return Type{}, fmt.Errorf("no numbers along axis %d", a.Axis)
	}
	if shape[a.Axis] < 1 {
		return Type{}, fmt.Errorf("axis %d of %v may be empty and then has no largest element", a.Axis, shape)
	}
	return Type{tensor.Int32, slices.Delete(shape.Clone(), a.Axis, a.Axis+1)}, nil
}

func (ArgMax) Gradient(_, _ *Node) []*Node { return []*Node{nil} }

func (a ArgMax) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	from := operands[0]
	step := strides(from.Shape)[a.Axis]
	for position := range out.Values {
		start := position/step*step*from.Shape[a.Axis] + position%step
		best := from.Values[start]
		for i := 1; i < from.Shape[a.Axis]; i++ {
			if x := from.Values[start+i*step]; x > best || (math.IsNaN(x) && !math.IsNaN(best)) {
				best, out.Values[position] = x, float64(i)
			}
		}
	}
	return out, nil
}
