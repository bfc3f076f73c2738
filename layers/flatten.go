package layers

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Flatten makes a row of each sample (keras.layers.Flatten): (batch, height,
// width, channels) becomes (batch, height·width·channels), in that order.
type Flatten struct {
	// Name is numbered (flatten, flatten_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l Flatten) Describe() Description {
	return Description{Class: "Flatten", Name: l.Name, InputShape: l.InputShape, Config: config.Map{"data_format": channelsLast}}
}

func decodeFlatten(s *settings) Layer { return Flatten{Name: s.name(), InputShape: s.inputShape()} }

// Call reshapes.
func (l Flatten) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	size, err := sampleSize(inputs[0])
	if err != nil {
		return nil, err
	}
	return inputs[0].Reshape(inputs[0].Extent(0), size), nil
}

// sampleSize returns the number of elements of one sample.
func sampleSize(x *graph.Node) (int, error) {
	if x.Rank() < 1 {
		return 0, fmt.Errorf("a scalar given, expected samples")
	}
	size, err := x.Shape()[1:].Elements()
	if err != nil {
		return 0, fmt.Errorf("input of shape %v given, expected samples of a known size: give the model an InputShape: %w", x.Shape(), err)
	}
	return size, nil
}
