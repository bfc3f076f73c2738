package graph

import (
	"fmt"

	"github.com/lince-ml/lince/tensor"
)

// ReduceWindow joins the elements of every window over pictures (batch,
// height, width, channels), each channel by itself. Padding joins nothing:
// it is the reducer's identity.
type ReduceWindow struct {
	primitive
	Window
	Reducer Reducer
}

// ReduceWindow joins the elements of every window by a sum or a maximum.
func (n *Node) ReduceWindow(r Reducer, w Window) *Node {
	return Apply(ReduceWindow{Window: w, Reducer: r}, n)
}

func (ReduceWindow) Name() string { return "reduce_window" }

func (r ReduceWindow) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	if r.Reducer > Largest {
		return Type{}, fmt.Errorf("windows are joined by %v or %v, not %v", Sum, Largest, r.Reducer)
	}
	return r.pool(operands[0])
}

func (w Window) pool(x Type) (Type, error) {
	if err := expectFloat(x); err != nil {
		return Type{}, err
	}
	if len(x.Shape) != 4 {
		return Type{}, fmt.Errorf("expected pictures (batch, height, width, channels)")
	}
	if x.Shape[3] < 0 {
		return Type{}, fmt.Errorf("the number of channels must be known")
	}
	output, err := w.output(x.Shape[1], x.Shape[2])
	if err != nil {
		return Type{}, err
	}
	shape := tensor.Shape{x.Shape[0], output[0], output[1], x.Shape[3]}
	return Type{x.DType, shape}, nil
}

func (r ReduceWindow) Gradient(n, upstream *Node) []*Node {
	x := n.operands[0]
	if r.Reducer == Largest {
		return []*Node{Apply(SelectAndScatter{Window: r.Window}, x, upstream)}
	}
	return []*Node{r.spread(x, upstream)}
}

// spread gives every element the sum of what the windows that read it carry:
// a sum over windows of the upstream gradient, taken apart by the stride.
func (r ReduceWindow) spread(x, upstream *Node) *Node {
	low, high, interior := make([]int, 4), make([]int, 4), make([]int, 4)
	for i := range 2 {
		reach := dilated(r.Size[i], r.Dilation[i]) - 1
		low[i+1] = reach - r.Padding[i][0]
		interior[i+1] = r.Stride[i] - 1
		high[i+1] = x.Shape()[i+1] + reach - low[i+1] - dilated(upstream.Shape()[i+1], r.Stride[i])
	}
	whole := Window{Size: r.Size, Stride: [2]int{1, 1}, Dilation: r.Dilation}
	return upstream.Pad(low, high, interior, 0).ReduceWindow(Sum, whole)
}

func (r ReduceWindow) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	x := operands[0]
	each(out.Shape, func(position int, at []int) {
		out.Values[position] = r.Reducer.Identity()
		r.visit(x.Shape, at, func(xi int) {
			out.Values[position] = r.Reducer.join(out.Values[position], x.Values[xi])
		})
	})
	return out, nil
}

// visit calls read with the position of every element that the window at an
// index of the result reads, the padding left out.
func (w Window) visit(x tensor.Shape, at []int, read func(position int)) {
	for k := range w.Size[0] {
		row := w.At(0, at[1], k)
		for l := range w.Size[1] {
			column := w.At(1, at[2], l)
			if row >= 0 && row < x[1] && column >= 0 && column < x[2] {
				read(((at[0]*x[1]+row)*x[2]+column)*x[3] + at[3])
			}
		}
	}
}

// SelectAndScatter gives each window's value (second operand) to the element
// of the pictures (first operand) that is the window's largest, the first of
// several, and adds up where windows overlap: the gradient of max pooling.
type SelectAndScatter struct {
	primitive
	Window
}

func (SelectAndScatter) Name() string { return "select_and_scatter" }

func (s SelectAndScatter) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 2); err != nil {
		return Type{}, err
	}
	pooled, err := s.pool(operands[0])
	if err != nil {
		return Type{}, err
	}
	if !pooled.Equal(operands[1]) {
		return Type{}, fmt.Errorf("the windows' values are %v, expected %v", operands[1], pooled)
	}
	return operands[0], nil
}

// Gradient with respect to the windows' values would gather what was
// scattered; training needs first derivatives only, so it is refused.
func (s SelectAndScatter) Gradient(n, _ *Node) []*Node {
	bad := n.graph.Fail(fmt.Errorf("graph: max pooling has no second derivative here"))
	return []*Node{nil, bad}
}

func (s SelectAndScatter) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	x, values := operands[0], operands[1]
	each(values.Shape, func(position int, at []int) {
		best := -1
		s.visit(x.Shape, at, func(xi int) {
			if best < 0 || x.Values[xi] > x.Values[best] {
				best = xi
			}
		})
		if best >= 0 {
			out.Values[best] += values.Values[position]
		}
	})
	return out, nil
}
