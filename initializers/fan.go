package initializers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// seeded describes an initializer without settings. Keras' seed is left to the
// model, whose seed all weights' streams come from.
func seeded(class string) config.Object {
	return config.Object{Class: class, Config: config.Map{"seed": nil}}
}

// GlorotUniform draws from [-l, l) with l = √(6 / (fanIn + fanOut))
// (keras.initializers.GlorotUniform; Glorot and Bengio, 2010).
type GlorotUniform struct{}

// Object returns Keras' description.
func (GlorotUniform) Object() config.Object { return seeded("GlorotUniform") }

// Fill draws the values.
func (GlorotUniform) Fill(values []float32, shape tensor.Shape, stream *random.Stream) error {
	return VarianceScaling{Mode: FanAverage, Distribution: Uniform}.Fill(values, shape, stream)
}

// GlorotNormal draws from a truncated normal distribution of the variance
// 2 / (fanIn + fanOut)
// (keras.initializers.GlorotNormal; Glorot and Bengio, 2010).
type GlorotNormal struct{}

// Object returns Keras' description.
func (GlorotNormal) Object() config.Object { return seeded("GlorotNormal") }

// Fill draws the values.
func (GlorotNormal) Fill(values []float32, shape tensor.Shape, stream *random.Stream) error {
	return VarianceScaling{Mode: FanAverage}.Fill(values, shape, stream)
}

// HeUniform draws from [-l, l) with l = √(6 / fanIn)
// (keras.initializers.HeUniform; He et al., 2015).
type HeUniform struct{}

// Object returns Keras' description.
func (HeUniform) Object() config.Object { return seeded("HeUniform") }

// Fill draws the values.
func (HeUniform) Fill(values []float32, shape tensor.Shape, stream *random.Stream) error {
	return VarianceScaling{Scale: 2, Distribution: Uniform}.Fill(values, shape, stream)
}

// HeNormal draws from a truncated normal distribution of the variance 2 / fanIn
// (keras.initializers.HeNormal; He et al., 2015).
type HeNormal struct{}

// Object returns Keras' description.
func (HeNormal) Object() config.Object { return seeded("HeNormal") }

// Fill draws the values.
func (HeNormal) Fill(values []float32, shape tensor.Shape, stream *random.Stream) error {
	return VarianceScaling{Scale: 2}.Fill(values, shape, stream)
}

// LecunUniform draws from [-l, l) with l = √(3 / fanIn)
// (keras.initializers.LecunUniform; LeCun et al., 1998).
type LecunUniform struct{}

// Object returns Keras' description.
func (LecunUniform) Object() config.Object { return seeded("LecunUniform") }

// Fill draws the values.
func (LecunUniform) Fill(values []float32, shape tensor.Shape, stream *random.Stream) error {
	return VarianceScaling{Distribution: Uniform}.Fill(values, shape, stream)
}

// LecunNormal draws from a truncated normal distribution of the variance 1 / fanIn
// (keras.initializers.LecunNormal; LeCun et al., 1998).
type LecunNormal struct{}

// Object returns Keras' description.
func (LecunNormal) Object() config.Object { return seeded("LecunNormal") }

// Fill draws the values.
func (LecunNormal) Fill(values []float32, shape tensor.Shape, stream *random.Stream) error {
	return VarianceScaling{}.Fill(values, shape, stream)
}
