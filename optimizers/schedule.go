package optimizers

import "github.com/lince-ml/lince/config"

// Schedule gives the learning rate of a step. The steps of a training are its
// batches, also while gradients accumulate.
type Schedule interface {
	// Object describes the schedule as Keras' files do.
	Object() config.Object
	// At returns the rate of a step, counted from 0.
	At(step int) float64
}

// Constant is the same learning rate at every step. Keras' files hold it as a
// bare number.
type Constant struct {
	// Rate is the learning rate; 0 means 0 here.
	Rate float64
}

// Object describes the constant as a class of that name, which Keras has not.
func (c Constant) Object() config.Object {
	return config.Object{Class: "Constant", Config: config.Map{"learning_rate": c.Rate}}
}

// At returns the rate.
func (c Constant) At(int) float64 { return c.Rate }

// rateOf returns the schedule, or the constant, of an optimiser's fields.
func rateOf(schedule Schedule, learningRate, missing float64) Schedule {
	switch {
	case schedule != nil:
		return schedule
	case learningRate != 0:
		return Constant{learningRate}
	}
	return Constant{missing}
}
