package optimizers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Adagrad is Keras' Adagrad (Duchi and others, 2011): the gradient divided by
// the root of all its squares so far,
//
//	a ← a + g²
//	w ← w - rate·g / √(a + epsilon)
type Adagrad struct {
	// LearningRate is 0.001 when 0; Schedule replaces it if given.
	LearningRate float64
	Schedule     Schedule
	// InitialAccumulator is what a begins with; 0.1 when nil.
	InitialAccumulator *float64
	// Epsilon is 1e-7 when 0.
	Epsilon float64
	Options
}

// Object describes the optimiser as Keras does.
func (o Adagrad) Object() config.Object {
	return describe(o, "Adagrad", "adagrad", config.Map{
		"initial_accumulator_value": orDefault(o.InitialAccumulator, 0.1), "epsilon": epsilonOr(o.Epsilon),
	})
}

// Rate returns the learning rate.
func (o Adagrad) Rate() Schedule { return rateOf(o.Schedule, o.LearningRate, 0.001) }

// Step moves a weight against its gradient over the size of all gradients.
func (o Adagrad) Step(s *Step) *graph.Node {
	sum := s.Slot("accumulator", orDefault(o.InitialAccumulator, 0.1)).Add(s.Gradient.Square())
	s.SetSlot("accumulator", sum)
	return s.Weight.Sub(s.Rate.Mul(s.Gradient).Div(sum.Shift(epsilonOr(o.Epsilon)).Sqrt()))
}

// Adadelta is Keras' Adadelta (Zeiler, 2012): the gradient times the size of
// recent moves over the size of recent gradients,
//
//	a ← rho·a + (1-rho)·g²
//	d = -√(b + epsilon) / √(a + epsilon) · g
//	b ← rho·b + (1-rho)·d²
//	w ← w + rate·d
type Adadelta struct {
	// LearningRate is 0.001 when 0, 1 in the paper; Schedule replaces it if
	// given.
	LearningRate float64
	Schedule     Schedule
	// Rho is 0.95 when nil.
	Rho *float64
	// Epsilon is 1e-7 when 0.
	Epsilon float64
	Options
}

// Object describes the optimiser as Keras does.
func (o Adadelta) Object() config.Object {
	return describe(o, "Adadelta", "adadelta", config.Map{"rho": orDefault(o.Rho, 0.95), "epsilon": epsilonOr(o.Epsilon)})
}

// Rate returns the learning rate.
func (o Adadelta) Rate() Schedule { return rateOf(o.Schedule, o.LearningRate, 0.001) }

// Step moves a weight by the quotient of both sizes.
func (o Adadelta) Step(s *Step) *graph.Node {
	rho := orDefault(o.Rho, 0.95)
	size := func(squares *graph.Node) *graph.Node { return squares.Shift(epsilonOr(o.Epsilon)).Sqrt() }
	recent := func(mean, x *graph.Node) *graph.Node { return mean.Scale(rho).Add(x.Square().Scale(1 - rho)) }
	gradients, moves := s.Slot("accumulated_grad", 0), s.Slot("accumulated_delta_var", 0)
	gradients = recent(gradients, s.Gradient)
	move := size(moves).Mul(s.Gradient).Div(size(gradients)).Neg()
	s.SetSlot("accumulated_grad", gradients)
	s.SetSlot("accumulated_delta_var", recent(moves, move))
	return s.Weight.Add(s.Rate.Mul(move))
}
