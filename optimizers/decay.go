package optimizers

import (
	"math"

	"github.com/lince-ml/lince/config"
)

// ExponentialDecay is Keras' schedule of that name,
// InitialLearningRate · DecayRate^(step/DecaySteps).
type ExponentialDecay struct {
	InitialLearningRate float64
	// DecaySteps is the number of steps of one decay; 1 when 0.
	DecaySteps int
	DecayRate  float64
	// Staircase keeps the rate between the ends of decays.
	Staircase bool
}

// Object describes the schedule as Keras does.
func (s ExponentialDecay) Object() config.Object {
	return config.Object{Class: "ExponentialDecay", Config: config.Map{
		"initial_learning_rate": s.InitialLearningRate, "decay_steps": max(s.DecaySteps, 1),
		"decay_rate": s.DecayRate, "staircase": s.Staircase, "name": "ExponentialDecay",
	}}
}

// At returns the rate of a step.
func (s ExponentialDecay) At(step int) float64 {
	return s.InitialLearningRate * math.Pow(s.DecayRate, decays(step, s.DecaySteps, s.Staircase))
}

// decays is how many decays a step is behind, whole ones on a staircase.
func decays(step, steps int, staircase bool) float64 {
	passed := fraction(step, steps)
	if staircase {
		return math.Floor(passed)
	}
	return passed
}

func fraction(step, steps int) float64 { return float64(step) / float64(max(steps, 1)) }

// InverseTimeDecay is Keras' schedule of that name,
// InitialLearningRate / (1 + DecayRate·step/DecaySteps).
type InverseTimeDecay struct {
	InitialLearningRate float64
	// DecaySteps is the number of steps of one decay; 1 when 0.
	DecaySteps int
	DecayRate  float64
	// Staircase keeps the rate between the ends of decays.
	Staircase bool
}

// Object describes the schedule as Keras does.
func (s InverseTimeDecay) Object() config.Object {
	return config.Object{Class: "InverseTimeDecay", Config: config.Map{
		"initial_learning_rate": s.InitialLearningRate, "decay_steps": max(s.DecaySteps, 1),
		"decay_rate": s.DecayRate, "staircase": s.Staircase, "name": "InverseTimeDecay",
	}}
}

// At returns the rate of a step.
func (s InverseTimeDecay) At(step int) float64 {
	return s.InitialLearningRate / (1 + s.DecayRate*decays(step, s.DecaySteps, s.Staircase))
}

// PolynomialDecay is Keras' schedule of that name, from InitialLearningRate
// to EndLearningRate in DecaySteps:
//
//	(initial - end)·(1 - step/DecaySteps)^Power + end
type PolynomialDecay struct {
	InitialLearningRate float64
	DecaySteps          int
	// EndLearningRate is 0.0001 when nil.
	EndLearningRate *float64
	// Power is 1 when 0.
	Power float64
	// Cycle lengthens DecaySteps by itself whenever a step passes its end.
	Cycle bool
}

func (s PolynomialDecay) power() float64 {
	if s.Power == 0 {
		return 1
	}
	return s.Power
}

// Object describes the schedule as Keras does.
func (s PolynomialDecay) Object() config.Object {
	return config.Object{Class: "PolynomialDecay", Config: config.Map{
		"initial_learning_rate": s.InitialLearningRate, "decay_steps": max(s.DecaySteps, 1),
		"end_learning_rate": orDefault(s.EndLearningRate, 1e-4), "power": s.power(), "cycle": s.Cycle, "name": "PolynomialDecay",
	}}
}

// At returns the rate of a step.
func (s PolynomialDecay) At(step int) float64 {
	passed := fraction(step, s.DecaySteps)
	if s.Cycle {
		passed /= max(1, math.Ceil(passed))
	}
	end := orDefault(s.EndLearningRate, 1e-4)
	return (s.InitialLearningRate-end)*math.Pow(1-min(passed, 1), s.power()) + end
}

// PiecewiseConstantDecay is Keras' schedule of that name: Values[i] up to and
// including the step Boundaries[i], the last value beyond.
type PiecewiseConstantDecay struct {
	// Boundaries ascend.
	Boundaries []int
	// Values are one more than the boundaries.
	Values []float64
}

// Object describes the schedule as Keras does.
func (s PiecewiseConstantDecay) Object() config.Object {
	return config.Object{Class: "PiecewiseConstantDecay", Config: config.Map{
		"boundaries": s.Boundaries, "values": s.Values, "name": "PiecewiseConstant",
	}}
}

// At returns the rate of a step.
func (s PiecewiseConstantDecay) At(step int) float64 {
	if len(s.Values) == 0 {
		return 0
	}
	for i, boundary := range s.Boundaries[:min(len(s.Boundaries), len(s.Values)-1)] {
		if step <= boundary {
			return s.Values[i]
		}
	}
	return s.Values[len(s.Values)-1]
}
