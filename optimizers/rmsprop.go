package optimizers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// RMSprop is Keras' RMSprop: the gradient divided by the root of its recent
// mean square,
//
//	v ← rho·v + (1-rho)·g²
//	w ← w - rate·g / √(v + epsilon)
//
// Centered subtracts the square of the recent mean gradient below the root;
// Momentum adds to each move that part of the one before.
type RMSprop struct {
	// LearningRate is 0.001 when 0; Schedule replaces it if given.
	LearningRate float64
	Schedule     Schedule
	// Rho is 0.9 when nil.
	Rho      *float64
	Momentum float64
	// Epsilon is 1e-7 when 0.
	Epsilon  float64
	Centered bool
	Options
}

// Object describes the optimiser as Keras does.
func (o RMSprop) Object() config.Object {
	return describe(o, "RMSprop", "rm_sprop", config.Map{
		"rho": orDefault(o.Rho, 0.9), "momentum": o.Momentum, "epsilon": epsilonOr(o.Epsilon), "centered": o.Centered,
	})
}

// Rate returns the learning rate.
func (o RMSprop) Rate() Schedule { return rateOf(o.Schedule, o.LearningRate, 0.001) }

// Step moves a weight against its gradient over the gradient's size.
func (o RMSprop) Step(s *Step) *graph.Node {
	rho := orDefault(o.Rho, 0.9)
	g := s.Gradient
	velocity := s.Slot("velocity", 0).Scale(rho).Add(g.Square().Scale(1 - rho))
	s.SetSlot("velocity", velocity)
	var momentum *graph.Node
	if o.Momentum > 0 {
		momentum = s.SlotApart("momentum", 0)
	}
	if o.Centered {
		mean := s.SlotApart("average_gradient", 0).Scale(rho).Add(g.Scale(1 - rho))
		s.SetSlot("average_gradient", mean)
		velocity = velocity.Sub(mean.Square())
	}
	move := s.Rate.Mul(g).Div(velocity.Shift(epsilonOr(o.Epsilon)).Sqrt())
	if momentum != nil {
		move = momentum.Scale(o.Momentum).Add(move)
		s.SetSlot("momentum", move)
	}
	return s.Weight.Sub(move)
}

// epsilonOr returns Keras' epsilon for 0.
func epsilonOr(epsilon float64) float64 {
	if epsilon == 0 {
		return 1e-7
	}
	return epsilon
}
