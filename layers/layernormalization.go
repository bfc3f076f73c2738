package layers

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/regularizers"
	"github.com/lince-ml/lince/tensor"
)

// LayerNormalization gives every sample the mean 0 and the variance 1 over the
// Axes and then scales and shifts it (keras.layers.LayerNormalization; Ba et
// al., 2016):
//
//	y = (x - mean) / √(variance + Epsilon) · gamma + beta
//
// It does the same in training and inference. The weights gamma and beta have
// the extents of the Axes.
type LayerNormalization struct {
	// Axes are the dimensions to average over; the last when nil.
	Axes []int
	// Epsilon keeps from dividing by 0; 0.001 when 0.
	Epsilon float64
	// NoCenter leaves beta out, NoScale gamma.
	NoCenter, NoScale bool
	// BetaInitializer is zeros when nil, GammaInitializer ones.
	BetaInitializer, GammaInitializer initializers.Initializer
	// BetaRegularizer and GammaRegularizer price the weights; nil for none.
	BetaRegularizer, GammaRegularizer regularizers.Regularizer
	// Name is numbered (layer_normalization, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l LayerNormalization) Describe() Description {
	return Description{Class: "LayerNormalization", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"axis": axesConfig(l.Axes), "epsilon": epsilonOf(l.Epsilon), "center": !l.NoCenter, "scale": !l.NoScale,
		"beta_initializer":  initializerConfig(zerosOr(l.BetaInitializer)),
		"gamma_initializer": initializerConfig(onesOr(l.GammaInitializer)),
		"beta_regularizer":  regularizerConfig(l.BetaRegularizer),
		"gamma_regularizer": regularizerConfig(l.GammaRegularizer),
	}}
}

func decodeLayerNormalization(s *settings) Layer {
	if s.Bool("rms_scaling", false) {
		s.Fail("rms_scaling", fmt.Errorf("scaling without the mean is unknown here, expected false"))
	}
	return LayerNormalization{
		Axes: s.Ints("axis", nil), Epsilon: s.Float("epsilon", defaultEpsilon),
		NoCenter: !s.Bool("center", true), NoScale: !s.Bool("scale", true),
		BetaInitializer: s.initializer("beta_initializer"), GammaInitializer: s.initializer("gamma_initializer"),
		BetaRegularizer: s.regularizer("beta_regularizer"), GammaRegularizer: s.regularizer("gamma_regularizer"),
		Name: s.name(), InputShape: s.inputShape(),
	}
}

// Call normalises.
func (l LayerNormalization) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	x := inputs[0]
	axes, err := axesOf(x, l.Axes)
	if err != nil {
		return nil, err
	}
	shape := make(tensor.Shape, len(axes))
	for i, axis := range axes {
		shape[i] = x.Extent(axis)
	}
	centred := x.Sub(x.ReduceMean(axes...).ExpandDims(axes...))
	variance := centred.Square().ReduceMean(axes...).ExpandDims(axes...)
	y := centred.Mul(variance.Shift(epsilonOf(l.Epsilon)).Rsqrt())
	if !l.NoScale {
		gamma := weigh(c, "gamma", shape, onesOr(l.GammaInitializer), l.GammaRegularizer)
		y = y.Mul(along(gamma, x, axes))
	}
	if !l.NoCenter {
		beta := weigh(c, "beta", shape, zerosOr(l.BetaInitializer), l.BetaRegularizer)
		y = y.Add(along(beta, x, axes))
	}
	return y, nil
}

// along gives a value, whose dimensions are those axes of x, x's rank.
func along(value, x *graph.Node, axes []int) *graph.Node {
	shape := make([]int, x.Rank())
	for i := range shape {
		shape[i] = 1
	}
	for _, axis := range axes {
		shape[axis] = x.Extent(axis)
	}
	return value.Reshape(shape...)
}

func axesConfig(axes []int) []int {
	if axes == nil {
		return []int{-1}
	}
	return axes
}
