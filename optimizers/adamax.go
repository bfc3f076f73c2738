package optimizers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Adamax is Keras' Adamax (Kingma and Ba, 2015), Adam with the largest recent
// gradient in place of the mean square, in step t
//
//	m ← m + (1-β₁)·(g - m)
//	u ← max(β₂·u, |g|)
//	w ← w - rate/(1-β₁ᵗ) · m / (u + epsilon)
type Adamax struct {
	// LearningRate is 0.001 when 0; Schedule replaces it if given.
	LearningRate float64
	Schedule     Schedule
	// Beta1 is 0.9 and Beta2 0.999 when nil.
	Beta1, Beta2 *float64
	// Epsilon is 1e-7 when 0.
	Epsilon float64
	Options
}

// Object describes the optimiser as Keras does.
func (o Adamax) Object() config.Object {
	return describe(o, "Adamax", "adamax", config.Map{
		"beta_1": orDefault(o.Beta1, 0.9), "beta_2": orDefault(o.Beta2, 0.999), "epsilon": epsilonOr(o.Epsilon),
	})
}

// Rate returns the learning rate.
func (o Adamax) Rate() Schedule { return rateOf(o.Schedule, o.LearningRate, 0.001) }

// Step moves a weight by its mean gradient over the largest.
func (o Adamax) Step(s *Step) *graph.Node {
	beta1 := orDefault(o.Beta1, 0.9)
	m, u := s.Slot("momentum", 0), s.Slot("norm", 0)
	m = m.Add(s.Gradient.Sub(m).Scale(1 - beta1))
	u = u.Scale(orDefault(o.Beta2, 0.999)).Max(s.Gradient.Abs())
	s.SetSlot("momentum", m)
	s.SetSlot("norm", u)
	remaining := s.Once("remaining", func() *graph.Node { return s.remaining(beta1) })
	return s.Weight.Sub(s.Rate.Mul(m).Div(remaining.Mul(u.Shift(epsilonOr(o.Epsilon)))))
}
