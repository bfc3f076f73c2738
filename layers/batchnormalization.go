package layers

import (
	"fmt"
	"slices"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/regularizers"
	"github.com/lince-ml/lince/tensor"
)

// BatchNormalization gives every channel the mean 0 and the variance 1 and
// then scales and shifts it (keras.layers.BatchNormalization; Ioffe and
// Szegedy, 2015):
//
//	y = (x - mean) / √(variance + Epsilon) · gamma + beta
//
// In training, mean and variance are those of the batch over all dimensions
// but the channels', the variance divided by the number of elements. Each
// step then moves the layer's averages of them,
//
//	moving = moving · Momentum + batch · (1 - Momentum),
//
// which inference uses, and which a frozen layer uses in training too. The
// weights are gamma, beta, moving_mean and moving_variance, of shape (channels).
type BatchNormalization struct {
	// Axis is the dimension of the channels; the last when 0.
	Axis int
	// Momentum of the moving averages, from 0 to 1; 0.99 when nil.
	Momentum *float64
	// Epsilon keeps from dividing by 0; 0.001 when 0.
	Epsilon float64
	// NoCenter leaves beta out, NoScale gamma.
	NoCenter, NoScale bool
	// BetaInitializer and MovingMeanInitializer are zeros when nil,
	// GammaInitializer and MovingVarianceInitializer ones.
	BetaInitializer, GammaInitializer, MovingMeanInitializer, MovingVarianceInitializer initializers.Initializer
	// BetaRegularizer and GammaRegularizer price the weights; nil for none.
	BetaRegularizer, GammaRegularizer regularizers.Regularizer
	// Name is numbered (batch_normalization, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

const (
	defaultMomentum = 0.99
	defaultEpsilon  = 1e-3
)

// Describe returns the layer as Keras configures it.
func (l BatchNormalization) Describe() Description {
	return Description{Class: "BatchNormalization", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"axis": orLast(l.Axis), "momentum": valueOr(l.Momentum, defaultMomentum), "epsilon": epsilonOf(l.Epsilon),
		"center": !l.NoCenter, "scale": !l.NoScale,
		"beta_initializer":            initializerConfig(zerosOr(l.BetaInitializer)),
		"gamma_initializer":           initializerConfig(onesOr(l.GammaInitializer)),
		"moving_mean_initializer":     initializerConfig(zerosOr(l.MovingMeanInitializer)),
		"moving_variance_initializer": initializerConfig(onesOr(l.MovingVarianceInitializer)),
		"beta_regularizer":            regularizerConfig(l.BetaRegularizer),
		"gamma_regularizer":           regularizerConfig(l.GammaRegularizer),
	}}
}

func decodeBatchNormalization(s *settings) Layer {
	if s.Bool("renorm", false) {
		s.Fail("renorm", fmt.Errorf("batch renormalisation is unknown here, expected false"))
	}
	return BatchNormalization{
		Axis: s.axis("axis"), Momentum: new(s.Float("momentum", defaultMomentum)), Epsilon: s.Float("epsilon", defaultEpsilon),
		NoCenter: !s.Bool("center", true), NoScale: !s.Bool("scale", true),
		BetaInitializer: s.initializer("beta_initializer"), GammaInitializer: s.initializer("gamma_initializer"),
		MovingMeanInitializer:     s.initializer("moving_mean_initializer"),
		MovingVarianceInitializer: s.initializer("moving_variance_initializer"),
		BetaRegularizer:           s.regularizer("beta_regularizer"), GammaRegularizer: s.regularizer("gamma_regularizer"),
		Name: s.name(), InputShape: s.inputShape(),
	}
}

// Call normalises, and in training asks for the averages' update.
func (l BatchNormalization) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	x := inputs[0]
	axis, err := axisOf(x, orLast(l.Axis))
	if err != nil {
		return nil, err
	}
	momentum := valueOr(l.Momentum, defaultMomentum)
	if err := within("Momentum", momentum, 0, 1); err != nil {
		return nil, err
	}
	there, back := lastly(x.Rank(), axis)
	if axis != x.Rank()-1 {
		x = x.Transpose(there...)
	}
	y := l.normalize(c, x, momentum)
	if axis != x.Rank()-1 {
		y = y.Transpose(back...)
	}
	return y, nil
}

func (l BatchNormalization) normalize(c *Context, x *graph.Node, momentum float64) *graph.Node {
	shape := tensor.Shape{x.Extent(-1)}
	gamma, beta := x.Like(1).BroadcastTo(shape...), x.Like(0).BroadcastTo(shape...)
	if !l.NoScale {
		gamma = weigh(c, "gamma", shape, onesOr(l.GammaInitializer), l.GammaRegularizer)
	}
	if !l.NoCenter {
		beta = weigh(c, "beta", shape, zerosOr(l.BetaInitializer), l.BetaRegularizer)
	}
	mean := c.Statistic("moving_mean", shape, zerosOr(l.MovingMeanInitializer))
	variance := c.Statistic("moving_variance", shape, onesOr(l.MovingVarianceInitializer))
	normalization := graph.BatchNormalization{Epsilon: epsilonOf(l.Epsilon)}
	if c.Training() && c.Trainable() && x.Valid() {
		others := x.AllAxes()[:x.Rank()-1]
		batchMean := x.ReduceMean(others...)
		batchVariance := x.Sub(batchMean).Square().ReduceMean(others...)
		c.Update("moving_mean", mean.Scale(momentum).Add(batchMean.Scale(1-momentum)))
		c.Update("moving_variance", variance.Scale(momentum).Add(batchVariance.Scale(1-momentum)))
		mean, variance, normalization.Batch = batchMean, batchVariance, true
	}
	return x.Normalize(normalization, gamma, beta, mean, variance)
}

// lastly returns the permutation that moves an axis to the end, and the one back.
func lastly(rank int, axes ...int) (there, back []int) {
	for axis := range rank {
		if !slices.Contains(axes, axis) {
			there = append(there, axis)
		}
	}
	there = append(there, axes...)
	back = make([]int, rank)
	for i, axis := range there {
		back[axis] = i
	}
	return there, back
}

func onesOr(i initializers.Initializer) initializers.Initializer {
	return initializerOr(i, initializers.Ones{})
}

func epsilonOf(given float64) float64 {
	if given == 0 {
		return defaultEpsilon
	}
	return given
}
