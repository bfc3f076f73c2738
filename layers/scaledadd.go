package layers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// ScaledAdd is the first input plus Scale times the second, the residual
// connection of Inception-ResNet (CustomScaleLayer of
// keras.applications.inception_resnet_v2).
type ScaledAdd struct {
	// Scale is the factor of the second input; required.
	Scale float64
	// Name is numbered (custom_scale_layer, ...) when empty.
	Name string
}

// Describe returns the layer as Keras configures it.
func (l ScaledAdd) Describe() Description {
	return Description{Class: "CustomScaleLayer", Module: "keras.src.applications.inception_resnet_v2", Name: l.Name, Config: config.Map{"scale": l.Scale}}
}

func decodeScaledAdd(s *settings) Layer {
	return ScaledAdd{Scale: s.Float("scale", 0), Name: s.name()}
}

// Call adds.
func (l ScaledAdd) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 2, 0); err != nil {
		return nil, err
	}
	if l.Scale == 0 {
		return nil, unfit("Scale", l.Scale, "a factor such as 0.1")
	}
	return inputs[0].Add(inputs[1].Scale(l.Scale)), nil
}
