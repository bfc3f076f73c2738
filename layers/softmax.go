package layers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Softmax is eˣ/Σeˣ, the sum running over the Axes (keras.layers.Softmax).
type Softmax struct {
	// Axes are the dimensions that become a distribution; the last when nil.
	Axes []int
	// Name is numbered (softmax, softmax_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l Softmax) Describe() Description {
	var axis any = l.Axes
	switch len(l.Axes) {
	case 0:
		axis = -1
	case 1:
		axis = l.Axes[0]
	}
	return Description{Class: "Softmax", Name: l.Name, InputShape: l.InputShape, Config: config.Map{"axis": axis}}
}

func decodeSoftmax(s *settings) Layer {
	return Softmax{Axes: s.Ints("axis", nil), Name: s.name(), InputShape: s.inputShape()}
}

// Call makes distributions.
func (l Softmax) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	x := inputs[0]
	axes, err := axesOf(x, l.Axes)
	if err != nil {
		return nil, err
	}
	if len(axes) == 1 && axes[0] == x.Rank()-1 {
		return x.Softmax(), nil
	}
	there, back := lastly(x.Rank(), axes...)
	moved := x.Transpose(there...)
	kept, joined := x.Rank()-len(axes), 1
	for _, axis := range axes {
		joined *= x.Extent(axis)
	}
	rows := moved.Reshape(append(moved.Shape()[:kept:kept], joined)...)
	return rows.Softmax().Reshape(moved.Shape()...).Transpose(back...), nil
}
