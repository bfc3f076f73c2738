package layers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// GlobalAveragePooling2D averages each channel over the whole picture
// (keras.layers.GlobalAveragePooling2D): (batch, height, width, channels)
// becomes (batch, channels).
type GlobalAveragePooling2D struct {
	// KeepDims keeps height and width, as 1: (batch, 1, 1, channels).
	KeepDims bool
	// Name is numbered (global_average_pooling2d, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l GlobalAveragePooling2D) Describe() Description {
	return Description{Class: "GlobalAveragePooling2D", Name: l.Name, InputShape: l.InputShape, Config: globalConfig(l.KeepDims)}
}

func decodeGlobalAveragePooling2D(s *settings) Layer {
	return GlobalAveragePooling2D{KeepDims: s.Bool("keepdims", false), Name: s.name(), InputShape: s.inputShape()}
}

// Call takes the means.
func (l GlobalAveragePooling2D) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return nil, err
	}
	return keep(l.KeepDims, inputs[0].ReduceMean(1, 2)), nil
}

// GlobalMaxPooling2D takes each channel's largest value in the whole picture
// (keras.layers.GlobalMaxPooling2D): (batch, height, width, channels) becomes
// (batch, channels).
type GlobalMaxPooling2D struct {
	// KeepDims keeps height and width, as 1: (batch, 1, 1, channels).
	KeepDims bool
	// Name is numbered (global_max_pooling2d, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l GlobalMaxPooling2D) Describe() Description {
	return Description{Class: "GlobalMaxPooling2D", Name: l.Name, InputShape: l.InputShape, Config: globalConfig(l.KeepDims)}
}

func decodeGlobalMaxPooling2D(s *settings) Layer {
	return GlobalMaxPooling2D{KeepDims: s.Bool("keepdims", false), Name: s.name(), InputShape: s.inputShape()}
}

// Call takes the maxima.
func (l GlobalMaxPooling2D) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return nil, err
	}
	return keep(l.KeepDims, inputs[0].ReduceMax(1, 2)), nil
}

func globalConfig(keepDims bool) config.Map {
	return config.Map{"keepdims": keepDims, "data_format": channelsLast}
}

func keep(dims bool, pooled *graph.Node) *graph.Node {
	if !dims {
		return pooled
	}
	return pooled.ExpandDims(1, 2)
}
