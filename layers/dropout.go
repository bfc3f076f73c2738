package layers

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Dropout sets values to 0 at random while training (keras.layers.Dropout;
// Srivastava et al., 2014):
//
//	y = x · [u ≥ Rate] / (1 - Rate),  u uniform on [0, 1)
//
// so that their expectation stays. It does nothing in inference.
type Dropout struct {
	// Rate is the share that is dropped, from 0 up to, not including, 1.
	Rate float64
	// NoiseShape is the shape of the samples' u, without the batch; where an
	// extent is 1, values are dropped together. The sample's shape when nil.
	NoiseShape []int
	// Name is numbered (dropout, dropout_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it. Keras' seed stays null:
// the numbers follow from the model's seed and the layer's name.
func (l Dropout) Describe() Description {
	var noise any
	if l.NoiseShape != nil {
		noise = batchShape(l.NoiseShape)
	}
	return Description{Class: "Dropout", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"rate": l.Rate, "seed": nil, "noise_shape": noise,
	}}
}

func decodeDropout(s *settings) Layer {
	return Dropout{Rate: s.Float("rate", 0), NoiseShape: s.sampleShape("noise_shape"), Name: s.name(), InputShape: s.inputShape()}
}

// Call drops.
func (l Dropout) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	x := inputs[0]
	shape := x.Shape().Clone()
	if l.NoiseShape != nil {
		if len(l.NoiseShape) != x.Rank()-1 {
			return nil, fmt.Errorf("NoiseShape %v given for samples of shape %v, expected as many extents", l.NoiseShape, x.Shape()[1:])
		}
		for i, extent := range l.NoiseShape {
			if extent >= 0 {
				shape[i+1] = extent
			}
		}
	}
	return drop(c, x, l.Rate, shape)
}

// SpatialDropout2D drops whole channels of pictures while training
// (keras.layers.SpatialDropout2D; Tompson et al., 2015).
type SpatialDropout2D struct {
	// Rate is the share that is dropped, from 0 up to, not including, 1.
	Rate float64
	// Name is numbered (spatial_dropout2d, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l SpatialDropout2D) Describe() Description {
	return Description{Class: "SpatialDropout2D", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"rate": l.Rate, "seed": nil, "data_format": channelsLast,
	}}
}

func decodeSpatialDropout2D(s *settings) Layer {
	return SpatialDropout2D{Rate: s.Float("rate", 0), Name: s.name(), InputShape: s.inputShape()}
}

// Call drops.
func (l SpatialDropout2D) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return nil, err
	}
	x := inputs[0]
	return drop(c, x, l.Rate, []int{x.Extent(0), 1, 1, x.Extent(3)})
}

func drop(c *Context, x *graph.Node, rate float64, noise []int) (*graph.Node, error) {
	if !(rate >= 0 && rate < 1) {
		return nil, unfit("Rate", rate, "a share from 0 up to, not including, 1")
	}
	if !c.Training() || rate == 0 {
		return x, nil
	}
	u := c.Uniform(noise...)
	kept := u.Compare(graph.GreaterEqual, u.Like(rate)).Convert(x.DType())
	return x.Mul(kept.Scale(1 / (1 - rate))), nil
}
