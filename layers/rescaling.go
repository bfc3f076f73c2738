package layers

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// Rescaling is x·Scale + Offset (keras.layers.Rescaling): with 1.0/255 it
// brings the pixels of pictures into [0, 1].
type Rescaling struct {
	// Scale is the factor; required unless Scales are given.
	Scale float64
	// Offset is added.
	Offset float64
	// Scales and Offsets, one per channel, take the place of Scale and
	// Offset where they are not nil.
	Scales, Offsets []float64
	// Name is numbered (rescaling, rescaling_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l Rescaling) Describe() Description {
	return Description{Class: "Rescaling", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"scale": numberOrList(l.Scale, l.Scales), "offset": numberOrList(l.Offset, l.Offsets),
	}}
}

func numberOrList(number float64, list []float64) any {
	if list != nil {
		return list
	}
	return number
}

func decodeRescaling(s *settings) Layer {
	l := Rescaling{Name: s.name(), InputShape: s.inputShape()}
	l.Scale, l.Scales = s.numberOrList("scale", 0)
	l.Offset, l.Offsets = s.numberOrList("offset", 0)
	return l
}

// numberOrList reads a number or a list of them, which Keras may have wrapped
// as an array.
func (s *settings) numberOrList(key string, missing float64) (float64, []float64) {
	value := s.Value(key)
	if object, err := config.ParseObject(value); err == nil && object.Class == "__numpy__" {
		value = object.Config["value"]
	}
	r := config.NewReader(config.Object{Class: s.Class(), Config: config.Map{key: value}})
	list := r.Floats(key, []float64{missing})
	if err := r.Err(); err != nil {
		s.Fail(key, err)
	}
	if _, isList := value.([]any); !isList && len(list) == 1 {
		return list[0], nil
	}
	return 0, list
}

// Call scales.
func (l Rescaling) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	if l.Scale == 0 && l.Scales == nil {
		return nil, unfit("Scale", l.Scale, "a factor such as 1.0/255")
	}
	x := floating(inputs[0])
	scale, err := channels(c, x, "Scales", l.Scale, l.Scales)
	if err != nil {
		return nil, err
	}
	offset, err := channels(c, x, "Offsets", l.Offset, l.Offsets)
	if err != nil {
		return nil, err
	}
	y := x.Mul(scale)
	if l.Offset == 0 && l.Offsets == nil {
		return y, nil
	}
	return y.Add(offset), nil
}

// floating converts pixels to float32.
func floating(x *graph.Node) *graph.Node {
	if x.Valid() && x.DType().IsFloat() {
		return x
	}
	return x.Convert(tensor.Float32)
}

// channels returns a constant for all channels or one for each.
func channels(c *Context, x *graph.Node, field string, number float64, list []float64) (*graph.Node, error) {
	if list == nil {
		return x.Like(number), nil
	}
	if len(list) != 1 && len(list) != x.Extent(-1) {
		return nil, fmt.Errorf("%s are %d numbers for an input of shape %v, expected one per channel", field, len(list), x.Shape())
	}
	return constant(c.Graph(), list, len(list))
}

// constant makes a float32 constant.
func constant(g *graph.Graph, values []float64, shape ...int) (*graph.Node, error) {
	narrow := make([]float32, len(values))
	for i, value := range values {
		narrow[i] = float32(value)
	}
	t, err := tensor.Of(narrow, shape...)
	if err != nil {
		return nil, err
	}
	return g.Constant(t), nil
}
