// Package optimizers turns gradients into new weights, by Keras' names and
// formulas. An optimiser is a plain value; what it remembers of each weight
// lives in slots, variables beside the weights in the backend, and its update
// is part of the compiled step.
package optimizers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Optimizer computes a weight's new value. A custom one is any type with
// these methods; embedding [Options] gives it Settings.
type Optimizer interface {
	// Object describes the optimiser as Keras' files do.
	Object() config.Object
	// Settings returns what all optimisers share.
	Settings() Options
	// Rate returns the learning rate: a [Constant] or another schedule.
	Rate() Schedule
	// Step returns the weight's value after the step.
	Step(s *Step) *graph.Node
}

// Step is what an Optimizer is given for one weight.
type Step struct {
	// Weight is the value that the step changes, weight decay already taken
	// off. Gradient has its shape and is accumulated and clipped.
	Weight, Gradient *graph.Node
	// Rate is the learning rate, Number the number of the step counted from
	// 1, not counting batches that only accumulate; both float32 scalars.
	Rate, Number *graph.Node

	update *update
	name   string
	index  int
	apart  int
	factor float64
}

// onceKey tells apart what is made once for all weights of the same rate.
type onceKey struct {
	name   string
	factor float64
}

// Slot returns the value, at the beginning of the step, of a variable of the
// weight's shape that begins as initial everywhere. In the order of Slots.All
// the slots of one weight follow each other.
func (s *Step) Slot(name string, initial float64) *graph.Node {
	return s.read(name, initial, stepSlots)
}

// SlotApart is Slot for a variable that stands behind those of all weights in
// the order of Slots.All, as Keras places what it builds in a separate pass.
func (s *Step) SlotApart(name string, initial float64) *graph.Node {
	s.apart++
	return s.read(name, initial, stepSlots+s.apart)
}

func (s *Step) read(name string, initial float64, group int) *graph.Node {
	return s.update.read(s.slotName(name), s.Weight, place{group, s.index}, initial)
}

// SetSlot gives a slot its value after the step; without it the slot stays.
func (s *Step) SetSlot(name string, value *graph.Node) { s.update.set(s.slotName(name), value) }

func (s *Step) slotName(name string) string { return slotName(s.name, name) }

// Shared is Slot for a scalar that all weights have in common.
func (s *Step) Shared(name string, initial float64) *graph.Node {
	return s.update.read(name, s.Weight.Like(0), place{sharedSlots, 0}, initial)
}

// SetShared gives a shared scalar its value after the step, the same
// whichever weight is asked first; later calls change nothing.
func (s *Step) SetShared(name string, value *graph.Node) { s.update.set(name, value) }

// Once returns a value that does not depend on the weight: what build makes
// for the first of a program's weights with the same rate, and the same for
// the others.
func (s *Step) Once(name string, build func() *graph.Node) *graph.Node {
	key := onceKey{name, s.factor}
	if s.update.once[key] == nil {
		s.update.once[key] = build()
	}
	return s.update.once[key]
}
