package optimizers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Adam is Keras' Adam (Kingma and Ba, 2015), in step t
//
//	m ← m + (1-β₁)·(g - m)
//	v ← v + (1-β₂)·(g² - v)
//	w ← w - rate·√(1-β₂ᵗ)/(1-β₁ᵗ) · m / (√v + epsilon)
type Adam struct {
	// LearningRate is 0.001 when 0; Schedule replaces it if given.
	LearningRate float64
	Schedule     Schedule
	// Beta1 is 0.9 and Beta2 0.999 when nil.
	Beta1, Beta2 *float64
	// Epsilon is 1e-7 when 0.
	Epsilon float64
	// AMSGrad divides by the largest v so far (Reddi and others, 2018).
	AMSGrad bool
	Options
}

// Object describes the optimiser as Keras does.
func (o Adam) Object() config.Object { return describe(o, "Adam", "adam", o.fields()) }

func (o Adam) fields() config.Map {
	return config.Map{
		"beta_1": orDefault(o.Beta1, 0.9), "beta_2": orDefault(o.Beta2, 0.999),
		"epsilon": epsilonOr(o.Epsilon), "amsgrad": o.AMSGrad,
	}
}

// Rate returns the learning rate.
func (o Adam) Rate() Schedule { return rateOf(o.Schedule, o.LearningRate, 0.001) }

// Step moves a weight by the quotient of the gradient's moments.
func (o Adam) Step(s *Step) *graph.Node {
	beta1, beta2 := orDefault(o.Beta1, 0.9), orDefault(o.Beta2, 0.999)
	m, v := s.moments(beta1, beta2)
	if o.AMSGrad {
		v = s.SlotApart("velocity_hat", 0).Max(v)
		s.SetSlot("velocity_hat", v)
	}
	alpha := s.Once("alpha", func() *graph.Node {
		return s.Rate.Mul(s.remaining(beta2).Sqrt()).Div(s.remaining(beta1))
	})
	return s.Weight.Sub(m.Mul(alpha).Div(v.Sqrt().Shift(epsilonOr(o.Epsilon))))
}

// moments moves the running means of the gradient and of its square on.
func (s *Step) moments(beta1, beta2 float64) (m, v *graph.Node) {
	m, v = s.Slot("momentum", 0), s.Slot("velocity", 0)
	m = m.Add(s.Gradient.Sub(m).Scale(1 - beta1))
	v = v.Add(s.Gradient.Square().Sub(v).Scale(1 - beta2))
	s.SetSlot("momentum", m)
	s.SetSlot("velocity", v)
	return m, v
}

// remaining is 1 - βᵗ, the part of a running mean's weight that has seen
// gradients.
func (s *Step) remaining(beta float64) *graph.Node {
	return s.Number.Like(1).Sub(s.Number.Like(beta).Pow(s.Number))
}

// AdamW is Keras' AdamW (Loshchilov and Hutter, 2019): Adam with a
// WeightDecay of 0.004 when nil.
type AdamW struct {
	// LearningRate is 0.001 when 0; Schedule replaces it if given.
	LearningRate float64
	Schedule     Schedule
	// Beta1 is 0.9 and Beta2 0.999 when nil.
	Beta1, Beta2 *float64
	// Epsilon is 1e-7 when 0.
	Epsilon float64
	// AMSGrad divides by the largest v so far.
	AMSGrad bool
	Options
}

// Object describes the optimiser as Keras does.
func (o AdamW) Object() config.Object { return describe(o, "AdamW", "adam_w", Adam(o).fields()) }

// Settings returns the options with the decay's default.
func (o AdamW) Settings() Options {
	if o.WeightDecay == nil {
		o.WeightDecay = new(0.004)
	}
	return o.Options
}

// Rate returns the learning rate.
func (o AdamW) Rate() Schedule { return Adam(o).Rate() }

// Step moves a weight as Adam does.
func (o AdamW) Step(s *Step) *graph.Node { return Adam(o).Step(s) }
