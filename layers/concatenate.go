package layers

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Concatenate joins its inputs along a dimension, in all others of which they
// must agree (keras.layers.Concatenate).
type Concatenate struct {
	// Axis is the dimension; the last when 0.
	Axis int
	// Name is numbered (concatenate, ...) when empty.
	Name string
}

// Describe returns the layer as Keras configures it.
func (l Concatenate) Describe() Description {
	return Description{Class: "Concatenate", Name: l.Name, Config: config.Map{"axis": orLast(l.Axis)}}
}

func decodeConcatenate(s *settings) Layer {
	return Concatenate{Axis: s.axis("axis"), Name: s.name()}
}

// Call joins.
func (l Concatenate) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if len(inputs) == 0 {
		return nil, fmt.Errorf("no inputs given, expected at least 1")
	}
	axis, err := axisOf(inputs[0], orLast(l.Axis))
	if err != nil {
		return nil, err
	}
	for i, input := range inputs {
		agree := input.Rank() == inputs[0].Rank()
		for at := 0; agree && at < input.Rank(); at++ {
			agree = at == axis || input.Extent(at) == inputs[0].Extent(at)
		}
		if !agree {
			return nil, fmt.Errorf("input %d of shape %v does not join %v along axis %d, expected the same extents elsewhere", i, input.Shape(), inputs[0].Shape(), axis)
		}
	}
	return graph.Concatenate(axis, inputs...), nil
}

// Dot contracts a dimension of one input with one of another, sample by sample
// (keras.layers.Dot): the result has the first's other dimensions and then the
// second's, or one of extent 1 if there are none.
type Dot struct {
	// Axes are the dimensions of the first and second input, counted from 1
	// or, if negative, from the end; the last of both when left out.
	Axes [2]int
	// Normalize divides by the lengths before, which gives cosines.
	Normalize bool
	// Name is numbered (dot, dot_1 ...) when empty.
	Name string
}

// Describe returns the layer as Keras configures it.
func (l Dot) Describe() Description {
	return Description{Class: "Dot", Name: l.Name, Config: config.Map{"axes": pair(l.axes()), "normalize": l.Normalize}}
}

func (l Dot) axes() [2]int { return pairOr(l.Axes, [2]int{-1, -1}) }

func decodeDot(s *settings) Layer {
	return Dot{Axes: s.Pair("axes", [2]int{}), Normalize: s.Bool("normalize", false), Name: s.name()}
}

// Call contracts.
func (l Dot) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 2, 0); err != nil {
		return nil, err
	}
	var at [2]int
	values := [2]*graph.Node{inputs[0], inputs[1]}
	for i, value := range values {
		var err error
		if at[i], err = axisOf(value, l.axes()[i]); err != nil {
			return nil, err
		}
		if l.Normalize {
			values[i] = unit(value, at[i])
		}
	}
	if x, y := values[0].Extent(at[0]), values[1].Extent(at[1]); x != y {
		return nil, fmt.Errorf("dimension %d of %v meets dimension %d of %v, expected equal extents: set Axes", at[0], values[0].Shape(), at[1], values[1].Shape())
	}
	contraction := graph.Dot{LeftContract: at[:1], RightContract: at[1:], LeftBatch: []int{0}, RightBatch: []int{0}}
	y := graph.Contract(contraction, values[0], values[1])
	if y.Rank() == 1 {
		y = y.ExpandDims(1)
	}
	return y, nil
}

// unit gives every row along an axis the length 1; a row of zeros stays.
func unit(x *graph.Node, axis int) *graph.Node {
	const tiny = 1e-12 // Keras'
	squares := x.Square().ReduceSum(axis).ExpandDims(axis)
	return x.Mul(squares.Max(x.Like(tiny)).Rsqrt())
}
