package activations

import (
	"slices"

	"github.com/lince-ml/lince/config"
)

// Decode returns the activation that a file names: by any of Keras' names, or
// as one of the layers ReLU, LeakyReLU, ELU and Softmax.
func Decode(object config.Object) (Activation, error) {
	r := config.NewReader(object)
	switch object.Class {
	case "swish":
		return SiLU, nil
	case "hard_swish":
		return HardSiLU, nil
	case "Softmax":
		return Softmax, nil
	case "ReLU":
		rectified := Rectified{Slope: r.Float("negative_slope", 0), Threshold: r.Float("threshold", 0)}
		if r.Has("max_value") {
			rectified.Max = new(r.Float("max_value", 0))
		}
		return rectified, r.Err()
	case "LeakyReLU":
		return Rectified{Slope: r.Float("negative_slope", r.Float("alpha", 0.3))}, r.Err()
	case "ELU":
		return ExponentialLinear{Alpha: new(r.Float("alpha", 1))}, r.Err()
	}
	name := Named(object.Class)
	if !slices.Contains(All(), name) {
		return nil, name.unknown()
	}
	return name, nil
}
