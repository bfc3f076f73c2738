package optimizers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Nadam is Keras' Nadam (Dozat, 2016), Adam with Nesterov momentum whose
// share grows: in step t, with u(t) = β₁·(1 - 0.96ᵗ/2) and U the product of
// all u so far,
//
//	m ← m + (1-β₁)·(g - m)
//	v ← v + (1-β₂)·(g² - v)
//	w ← w - rate · (u(t+1)·m/(1-U·u(t+1)) + (1-u(t))·g/(1-U)) / (√(v/(1-β₂ᵗ)) + epsilon)
type Nadam struct {
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
func (o Nadam) Object() config.Object {
	return describe(o, "Nadam", "nadam", config.Map{
		"beta_1": orDefault(o.Beta1, 0.9), "beta_2": orDefault(o.Beta2, 0.999), "epsilon": epsilonOr(o.Epsilon),
	})
}

// Rate returns the learning rate.
func (o Nadam) Rate() Schedule { return rateOf(o.Schedule, o.LearningRate, 0.001) }

// Step moves a weight by the gradient's moments and the gradient.
func (o Nadam) Step(s *Step) *graph.Node {
	beta1, beta2 := orDefault(o.Beta1, 0.9), orDefault(o.Beta2, 0.999)
	one := s.Once("one", func() *graph.Node { return s.Number.Like(1) })
	share := func(number *graph.Node) *graph.Node {
		return one.Sub(number.Like(0.96).Pow(number).Scale(0.5)).Scale(beta1)
	}
	now := s.Once("now", func() *graph.Node { return share(s.Number) })
	next := s.Once("next", func() *graph.Node { return share(s.Number.Shift(1)) })
	product := s.Once("product", func() *graph.Node { return s.Shared("u_product", 1).Mul(now) })
	s.SetShared("u_product", product)

	m, v := s.moments(beta1, beta2)
	mean := next.Mul(m).Div(one.Sub(product.Mul(next)))
	mean = mean.Add(one.Sub(now).Mul(s.Gradient).Div(one.Sub(product)))
	v = v.Div(s.Once("remaining", func() *graph.Node { return s.remaining(beta2) }))
	return s.Weight.Sub(mean.Mul(s.Rate).Div(v.Sqrt().Shift(epsilonOr(o.Epsilon))))
}
