package initializers

import (
	"math"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// RandomUniform draws from [Low, High) (keras.initializers.RandomUniform).
// The zero value is Keras' default, [-0.05, 0.05).
type RandomUniform struct {
	Low, High float64
}

func (r RandomUniform) limits() (low, high float64) {
	if r.Low == 0 && r.High == 0 {
		return -0.05, 0.05
	}
	return r.Low, r.High
}

// Object returns Keras' description.
func (r RandomUniform) Object() config.Object {
	low, high := r.limits()
	return config.Object{Class: "RandomUniform", Config: config.Map{"minval": low, "maxval": high, "seed": nil}}
}

// Fill draws the values.
func (r RandomUniform) Fill(values []float32, _ tensor.Shape, stream *random.Stream) error {
	low, high := r.limits()
	fill(values, func() float64 { return stream.Uniform(low, high) })
	return nil
}

// RandomNormal draws from a normal distribution (keras.initializers.RandomNormal).
type RandomNormal struct {
	Mean float64
	// Deviation is the standard deviation, 0.05 when 0.
	Deviation float64
}

// Object returns Keras' description.
func (r RandomNormal) Object() config.Object {
	return config.Object{Class: "RandomNormal", Config: normalConfig(r.Mean, r.Deviation)}
}

// Fill draws the values.
func (r RandomNormal) Fill(values []float32, _ tensor.Shape, stream *random.Stream) error {
	deviation := or(r.Deviation, defaultDeviation)
	fill(values, func() float64 { return r.Mean + deviation*stream.Normal() })
	return nil
}

// TruncatedNormal draws from a normal distribution, again where a value is
// more than two standard deviations from the mean
// (keras.initializers.TruncatedNormal).
type TruncatedNormal struct {
	Mean float64
	// Deviation is the standard deviation before the truncation, 0.05 when 0.
	Deviation float64
}

// Object returns Keras' description.
func (t TruncatedNormal) Object() config.Object {
	return config.Object{Class: "TruncatedNormal", Config: normalConfig(t.Mean, t.Deviation)}
}

// Fill draws the values.
func (t TruncatedNormal) Fill(values []float32, _ tensor.Shape, stream *random.Stream) error {
	deviation := or(t.Deviation, defaultDeviation)
	fill(values, func() float64 { return t.Mean + deviation*truncated(stream) })
	return nil
}

const defaultDeviation = 0.05

func normalConfig(mean, deviation float64) config.Map {
	return config.Map{"mean": mean, "stddev": or(deviation, defaultDeviation), "seed": nil}
}

// truncated draws from the standard normal distribution within [-2, 2].
func truncated(stream *random.Stream) float64 {
	for {
		if x := stream.Normal(); math.Abs(x) <= 2 {
			return x
		}
	}
}

func fill(values []float32, draw func() float64) {
	for i := range values {
		values[i] = float32(draw())
	}
}
