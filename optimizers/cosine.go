package optimizers

import (
	"math"

	"github.com/lince-ml/lince/config"
)

// CosineDecay is Keras' schedule of that name (Loshchilov and Hutter, 2016):
// half a wave of the cosine from the rate down to Alpha of it,
//
//	rate · ((1-Alpha)·(1 + cos(π·step/DecaySteps))/2 + Alpha)
//
// after a straight rise to WarmupTarget, if one is given.
type CosineDecay struct {
	InitialLearningRate float64
	// DecaySteps is the number of steps after the rise.
	DecaySteps int
	// Alpha is the part of the rate that remains.
	Alpha float64
	// WarmupTarget is the rate after WarmupSteps; nil for no rise.
	WarmupTarget *float64
	WarmupSteps  int
}

// Object describes the schedule as Keras does.
func (s CosineDecay) Object() config.Object {
	fields := config.Map{
		"initial_learning_rate": s.InitialLearningRate, "decay_steps": max(s.DecaySteps, 1), "alpha": s.Alpha,
		"warmup_target": nil, "warmup_steps": s.WarmupSteps, "name": "CosineDecay",
	}
	if s.WarmupTarget != nil {
		fields["warmup_target"] = *s.WarmupTarget
	}
	return config.Object{Class: "CosineDecay", Config: fields}
}

// At returns the rate of a step.
func (s CosineDecay) At(step int) float64 {
	rate := s.InitialLearningRate
	if s.WarmupTarget != nil {
		if step < s.WarmupSteps {
			return rate + (*s.WarmupTarget-rate)*fraction(step, s.WarmupSteps)
		}
		rate, step = *s.WarmupTarget, step-s.WarmupSteps
	}
	return rate * ((1-s.Alpha)*halfWave(min(fraction(step, s.DecaySteps), 1)) + s.Alpha)
}

// halfWave falls from 1 to 0 while passed goes from 0 to 1.
func halfWave(passed float64) float64 { return (1 + math.Cos(math.Pi*passed)) / 2 }

// CosineDecayRestarts is Keras' schedule of that name (SGDR, Loshchilov and
// Hutter, 2016): CosineDecay again and again, each time TMul times as long
// and MMul times as high.
type CosineDecayRestarts struct {
	InitialLearningRate float64
	FirstDecaySteps     int
	// TMul is 2 and MMul 1 when 0.
	TMul, MMul float64
	// Alpha is the part of the rate that remains.
	Alpha float64
}

func (s CosineDecayRestarts) factors() (t, m float64) {
	t, m = s.TMul, s.MMul
	if t == 0 {
		t = 2
	}
	if m == 0 {
		m = 1
	}
	return t, m
}

// Object describes the schedule as Keras does.
func (s CosineDecayRestarts) Object() config.Object {
	t, m := s.factors()
	return config.Object{Class: "CosineDecayRestarts", Config: config.Map{
		"initial_learning_rate": s.InitialLearningRate, "first_decay_steps": max(s.FirstDecaySteps, 1),
		"t_mul": t, "m_mul": m, "alpha": s.Alpha, "name": "SGDRDecay",
	}}
}

// At returns the rate of a step.
func (s CosineDecayRestarts) At(step int) float64 {
	t, m := s.factors()
	passed := fraction(step, s.FirstDecaySteps)
	restart := math.Floor(passed)
	if t == 1 {
		passed -= restart
	} else {
		restart = math.Floor(math.Log(1-passed*(1-t)) / math.Log(t))
		length := math.Pow(t, restart)
		passed = (passed - (1-length)/(1-t)) / length
	}
	return s.InitialLearningRate * ((1-s.Alpha)*math.Pow(m, restart)*halfWave(passed) + s.Alpha)
}
