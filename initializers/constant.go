package initializers

import (
	"fmt"

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

// Ones makes weights of 1 (keras.initializers.Ones).
type Ones struct{}

// Object returns Keras' description.
func (Ones) Object() config.Object { return config.Object{Class: "Ones"} }

// Fill writes ones.
func (Ones) Fill(values []float32, shape tensor.Shape, stream *random.Stream) error {
	return Constant{Value: 1}.Fill(values, shape, stream)
}

// Constant makes weights of one value (keras.initializers.Constant).
type Constant struct {
	Value float64
}

// Object returns Keras' description.
func (c Constant) Object() config.Object {
	return config.Object{Class: "Constant", Config: config.Map{"value": c.Value}}
}

// Fill writes the value.
func (c Constant) Fill(values []float32, _ tensor.Shape, _ *random.Stream) error {
	for i := range values {
		values[i] = float32(c.Value)
	}
	return nil
}

// Identity makes a matrix with Gain on its diagonal and 0 elsewhere
// (keras.initializers.Identity). It fits weights of two dimensions only.
type Identity struct {
	// Gain is 1 when 0.
	Gain float64
}

func (i Identity) gain() float64 { return or(i.Gain, 1) }

// Object returns Keras' description.
func (i Identity) Object() config.Object {
	return config.Object{Class: "Identity", Config: config.Map{"gain": i.gain()}}
}

// Fill writes the matrix.
func (i Identity) Fill(values []float32, shape tensor.Shape, _ *random.Stream) error {
	if len(shape) != 2 {
		return fmt.Errorf("initializers: Identity given a weight of shape %v, expected two dimensions", shape)
	}
	clear(values)
	for at := range min(shape[0], shape[1]) {
		values[at*shape[1]+at] = float32(i.gain())
	}
	return nil
}

// or returns the value, or the default where it is 0.
func or(value, missing float64) float64 {
	if value == 0 {
		return missing
	}
	return value
}
