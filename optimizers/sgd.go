package optimizers

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// SGD is Keras' SGD, stochastic gradient descent. Without momentum a weight
// moves by -rate·g; with it
//
//	m ← momentum·m - rate·g
//	w ← w + m                      or, Nesterov,
//	w ← w + momentum·m - rate·g
type SGD struct {
	// LearningRate is 0.01 when 0; Schedule replaces it if given.
	LearningRate float64
	Schedule     Schedule
	// Momentum is what part of the last move goes on, from 0 to 1.
	Momentum float64
	// Nesterov takes the gradient's step after the momentum's.
	Nesterov bool
	Options
}

// Object describes the optimiser as Keras does.
func (o SGD) Object() config.Object {
	return describe(o, "SGD", "sgd", config.Map{"momentum": o.Momentum, "nesterov": o.Nesterov})
}

// Rate returns the learning rate.
func (o SGD) Rate() Schedule { return rateOf(o.Schedule, o.LearningRate, 0.01) }

// Step moves a weight against its gradient.
func (o SGD) Step(s *Step) *graph.Node {
	move := s.Gradient.Mul(s.Rate)
	if o.Momentum == 0 {
		return s.Weight.Sub(move)
	}
	momentum := s.Slot("momentum", 0).Scale(o.Momentum).Sub(move)
	s.SetSlot("momentum", momentum)
	if o.Nesterov {
		return s.Weight.Add(momentum.Scale(o.Momentum).Sub(move))
	}
	return s.Weight.Add(momentum)
}

func (o SGD) check() error {
	if !(o.Momentum >= 0 && o.Momentum <= 1) {
		return fmt.Errorf("optimizers: SGD has the Momentum %v, expected a number from 0 to 1", o.Momentum)
	}
	return nil
}
