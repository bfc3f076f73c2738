package layers

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/tensor"
)

// convNeXt is the module of Keras that holds the layers below.
const convNeXt = "keras.src.applications.convnext"

// LayerScale multiplies every channel by a weight of its own, gamma, which
// begins small so that a deep network's blocks begin as nothing (Touvron et
// al., 2021; LayerScale of keras.applications.convnext).
type LayerScale struct {
	// InitialValue is gamma's first value, from 0 to 1; required.
	InitialValue float64
	// Channels is the number of channels; required.
	Channels int
	// Name is numbered (layer_scale, ...) when empty.
	Name string
}

// Describe returns the layer as Keras configures it.
func (l LayerScale) Describe() Description {
	return Description{Class: "LayerScale", Module: convNeXt, Name: l.Name, Config: config.Map{
		"init_values": l.InitialValue, "projection_dim": l.Channels,
	}}
}

func decodeLayerScale(s *settings) Layer {
	return LayerScale{InitialValue: s.Float("init_values", 0), Channels: s.Int("projection_dim", 0), Name: s.name()}
}

// Call scales.
func (l LayerScale) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	x := inputs[0]
	if l.Channels != x.Extent(-1) {
		return nil, unfit("Channels", l.Channels, "the %d channels of an input of shape %v", x.Extent(-1), x.Shape())
	}
	return x.Mul(c.Weight("gamma", tensor.Shape{l.Channels}, initializers.Constant{Value: l.InitialValue})), nil
}

// StochasticDepth sets whole samples to 0 at random while training, so that a
// residual block is left out for them, and makes up for it in the others
// (Huang et al., 2016; StochasticDepth of keras.applications.convnext):
//
//	y = x / (1 - Rate) · [u ≥ Rate],  u uniform on [0, 1) per sample
//
// It does nothing in inference.
type StochasticDepth struct {
	// Rate is the share of samples that is dropped, from 0 up to, not
	// including, 1.
	Rate float64
	// Name is numbered (stochastic_depth, ...) when empty.
	Name string
}

// Describe returns the layer as Keras configures it.
func (l StochasticDepth) Describe() Description {
	return Description{Class: "StochasticDepth", Module: convNeXt, Name: l.Name, Config: config.Map{"drop_path_rate": l.Rate}}
}

func decodeStochasticDepth(s *settings) Layer {
	return StochasticDepth{Rate: s.Float("drop_path_rate", 0), Name: s.name()}
}

// Call drops.
func (l StochasticDepth) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	x := inputs[0]
	if x.Rank() < 1 {
		return nil, fmt.Errorf("input of shape %v given, expected samples", x.Shape())
	}
	noise := make([]int, x.Rank())
	for i := range noise {
		noise[i] = 1
	}
	noise[0] = x.Extent(0)
	return drop(c, x, l.Rate, noise)
}
