package initializers

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// Mode says what VarianceScaling divides by.
type Mode uint8

// The modes: the inputs of a unit, its outputs, or the mean of both.
const (
	FanIn Mode = iota
	FanOut
	FanAverage
)

// String returns Keras' spelling.
func (m Mode) String() string { return spelling(m, "fan_in", "fan_out", "fan_avg") }

// Distribution is what VarianceScaling draws from.
type Distribution uint8

// The distributions, all of mean 0 and of the variance asked for.
const (
	// Truncated is a normal distribution cut off at two standard deviations.
	Truncated Distribution = iota
	// Untruncated is a normal distribution.
	Untruncated
	// Uniform is a uniform distribution.
	Uniform
)

// String returns Keras' spelling.
func (d Distribution) String() string {
	return spelling(d, "truncated_normal", "untruncated_normal", "uniform")
}

func spelling[T Mode | Distribution](value T, names ...string) string {
	if int(value) >= len(names) {
		return fmt.Sprintf("unknown(%d)", uint8(value))
	}
	return names[value]
}

// VarianceScaling draws with mean 0 and the variance Scale/n, where n depends
// on the weight's shape (keras.initializers.VarianceScaling). The shape (...,
// inputs, outputs) of a kernel with r elements per channel has the fans
// r·inputs and r·outputs; a vector has its length as both.
type VarianceScaling struct {
	// Scale is 1 when 0.
	Scale float64
	// Mode chooses n; its zero value is the fan in.
	Mode Mode
	// Distribution is drawn from; its zero value is the truncated normal.
	Distribution Distribution
}

// Object returns Keras' description.
func (v VarianceScaling) Object() config.Object {
	return config.Object{Class: "VarianceScaling", Config: config.Map{
		"scale": or(v.Scale, 1), "mode": v.Mode.String(), "distribution": v.Distribution.String(), "seed": nil,
	}}
}

// Fill draws the values.
func (v VarianceScaling) Fill(values []float32, shape tensor.Shape, stream *random.Stream) error {
	scale := or(v.Scale, 1)
	if !(scale > 0) || v.Mode > FanAverage || v.Distribution > Uniform {
		return fmt.Errorf("initializers: VarianceScaling with the scale %v, mode %v and distribution %v, expected a scale above 0 and the constants of this package",
			scale, v.Mode, v.Distribution)
	}
	deviation := math.Sqrt(scale / v.Mode.fan(shape))
	switch v.Distribution {
	case Truncated:
		deviation /= truncatedDeviation
		fill(values, func() float64 { return deviation * truncated(stream) })
	case Untruncated:
		fill(values, func() float64 { return deviation * stream.Normal() })
	case Uniform:
		limit := math.Sqrt(3) * deviation
		fill(values, func() float64 { return stream.Uniform(-limit, limit) })
	}
	return nil
}

// truncatedDeviation is the standard deviation of the standard normal
// distribution cut off at ±2.
const truncatedDeviation = 0.87962566103423978

func (m Mode) fan(shape tensor.Shape) float64 {
	in, out := fans(shape)
	fan := in
	switch m {
	case FanOut:
		fan = out
	case FanAverage:
		fan = (in + out) / 2
	}
	return max(fan, 1)
}

func fans(shape tensor.Shape) (in, out float64) {
	switch rank := len(shape); rank {
	case 0:
		return 1, 1
	case 1:
		return float64(shape[0]), float64(shape[0])
	default:
		field := 1.0
		for _, extent := range shape[:rank-2] {
			field *= float64(extent)
		}
		return field * float64(shape[rank-2]), field * float64(shape[rank-1])
	}
}
