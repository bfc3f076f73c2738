package initializers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// Zeros makes weights of 0 (keras.initializers.Zeros).
type Zeros struct{}

// Object returns Keras' description.
func (Zeros) Object() config.Object { return config.Object{Class: "Zeros"} }

// Fill writes zeros.
func (Zeros) Fill(values []float32, _ tensor.Shape, _ *random.Stream) error {
	clear(values)
	return nil
}

// GlorotUniform draws from [-l, l) with l = √(6 / (fanIn + fanOut))
// (keras.initializers.GlorotUniform; Glorot and Bengio, 2010).
type GlorotUniform struct{}

// Object returns Keras' description.
func (GlorotUniform) Object() config.Object {
	return config.Object{Class: "GlorotUniform", Config: config.Map{"seed": nil}}
}

// Fill draws the values.
func (GlorotUniform) Fill(values []float32, shape tensor.Shape, stream *random.Stream) error {
	return VarianceScaling{Scale: 1, Mode: FanAverage, Distribution: Uniform}.Fill(values, shape, stream)
}
