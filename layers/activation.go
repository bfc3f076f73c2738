package layers

import (
	"cmp"
	"fmt"
	"math"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/regularizers"
)

// Activation applies an activation function (keras.layers.Activation).
type Activation struct {
	// Of is the function; nil is linear.
	Of activations.Activation
	// Name is numbered (activation, activation_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l Activation) Describe() Description {
	return Description{Class: "Activation", Name: l.Name, InputShape: l.InputShape, Config: config.Map{"activation": activationConfig(l.Of)}}
}

func decodeActivation(s *settings) Layer {
	return Activation{Of: s.activation("activation"), Name: s.name(), InputShape: s.inputShape()}
}

// Call applies the function.
func (l Activation) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if l.Of == nil {
		return applyTo(inputs, activations.Linear)
	}
	return applyTo(inputs, l.Of)
}

func applyTo(inputs []*graph.Node, a activations.Activation) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	return a.Apply(inputs[0]), nil
}

// ReLU is the rectified linear unit in general (keras.layers.ReLU):
//
//	Max                              from Max on
//	x                                from Threshold to Max
//	NegativeSlope·(x - Threshold)    below Threshold
type ReLU struct {
	// Max limits the result; nil does not.
	Max *float64
	// NegativeSlope is the slope below the threshold; not below 0.
	NegativeSlope float64
	// Threshold is where the function begins to rise; not below 0.
	Threshold float64
	// Name is numbered (re_lu, re_lu_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l ReLU) Describe() Description {
	var limit any
	if l.Max != nil {
		limit = *l.Max
	}
	return Description{Class: "ReLU", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"max_value": limit, "negative_slope": l.NegativeSlope, "threshold": l.Threshold,
	}}
}

func decodeReLU(s *settings) Layer {
	l := ReLU{NegativeSlope: s.Float("negative_slope", 0), Threshold: s.Float("threshold", 0), Name: s.name(), InputShape: s.inputShape()}
	if s.Has("max_value") {
		l.Max = new(s.Float("max_value", 0))
	}
	return l
}

// Call rectifies.
func (l ReLU) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := cmp.Or(within("Max", valueOr(l.Max, 0), 0, math.Inf(1)), within("NegativeSlope", l.NegativeSlope, 0, math.Inf(1)),
		within("Threshold", l.Threshold, 0, math.Inf(1))); err != nil {
		return nil, err
	}
	return applyTo(inputs, activations.Rectified{Slope: l.NegativeSlope, Max: l.Max, Threshold: l.Threshold})
}

// LeakyReLU is x, NegativeSlope·x below 0 (keras.layers.LeakyReLU).
type LeakyReLU struct {
	// NegativeSlope is 0.3 when nil; not below 0.
	NegativeSlope *float64
	// Name is numbered (leaky_re_lu, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

const defaultLeak = 0.3

// Describe returns the layer as Keras configures it.
func (l LeakyReLU) Describe() Description {
	return Description{Class: "LeakyReLU", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"negative_slope": valueOr(l.NegativeSlope, defaultLeak),
	}}
}

// decodeLeakyReLU reads the slope by its name in Keras 3 or 2.
func decodeLeakyReLU(s *settings) Layer {
	slope := s.Float("negative_slope", s.Float("alpha", defaultLeak))
	return LeakyReLU{NegativeSlope: &slope, Name: s.name(), InputShape: s.inputShape()}
}

// Call rectifies.
func (l LeakyReLU) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	slope := valueOr(l.NegativeSlope, defaultLeak)
	if err := within("NegativeSlope", slope, 0, math.Inf(1)); err != nil {
		return nil, err
	}
	return applyTo(inputs, activations.Rectified{Slope: slope})
}

// PReLU is x, alpha·x below 0, with slopes that are learned
// (keras.layers.PReLU; He et al., 2015). The weight alpha has the sample's shape.
type PReLU struct {
	// SharedAxes are the dimensions along which one slope serves all;
	// [1, 2] leaves one per channel of a picture.
	SharedAxes []int
	// AlphaInitializer is zeros when nil.
	AlphaInitializer initializers.Initializer
	// AlphaRegularizer prices the slopes; nil for none.
	AlphaRegularizer regularizers.Regularizer
	// Name is numbered (p_re_lu, p_re_lu_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l PReLU) Describe() Description {
	var shared any
	if l.SharedAxes != nil {
		shared = l.SharedAxes
	}
	return Description{Class: "PReLU", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"shared_axes": shared, "alpha_initializer": initializerConfig(zerosOr(l.AlphaInitializer)),
		"alpha_regularizer": regularizerConfig(l.AlphaRegularizer),
	}}
}

func decodePReLU(s *settings) Layer {
	return PReLU{
		SharedAxes: s.Ints("shared_axes", nil), AlphaInitializer: s.initializer("alpha_initializer"),
		AlphaRegularizer: s.regularizer("alpha_regularizer"), Name: s.name(), InputShape: s.inputShape(),
	}
}

// Call rectifies.
func (l PReLU) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	x := inputs[0]
	if x.Rank() < 2 {
		return nil, fmt.Errorf("input of shape %v given, expected samples of at least one dimension", x.Shape())
	}
	shape := x.Shape()[1:].Clone()
	for _, axis := range l.SharedAxes {
		at, err := axisOf(x, axis)
		if err != nil {
			return nil, fmt.Errorf("SharedAxes: %w", err)
		}
		shape[at-1] = 1
	}
	alpha := weigh(c, "alpha", shape, zerosOr(l.AlphaInitializer), l.AlphaRegularizer)
	return x.ReLU().Sub(x.Neg().ReLU().Mul(alpha)), nil
}

// ELU is x, Alpha·(eˣ-1) below 0 (keras.layers.ELU; Clevert et al., 2016).
type ELU struct {
	// Alpha is 1 when nil.
	Alpha *float64
	// Name is numbered (elu, elu_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l ELU) Describe() Description {
	return Description{Class: "ELU", Name: l.Name, InputShape: l.InputShape, Config: config.Map{"alpha": valueOr(l.Alpha, 1)}}
}

func decodeELU(s *settings) Layer {
	return ELU{Alpha: new(s.Float("alpha", 1)), Name: s.name(), InputShape: s.inputShape()}
}

// Call applies the function.
func (l ELU) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	return applyTo(inputs, activations.ExponentialLinear{Alpha: l.Alpha})
}
