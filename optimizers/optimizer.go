// Package optimizers turns gradients into new weights, by Keras' names and
// formulas. An optimiser is a plain value; what it remembers of each weight
// lives in slots, variables beside the weights in the backend, and its update
// is part of the compiled step.
package optimizers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// Optimizer computes a weight's new value. A custom one is any type with
// these methods.
type Optimizer interface {
	// Object describes the optimiser as Keras' files do.
	Object() config.Object
	// Settings returns what all optimisers share.
	Settings() Options
	// Rate returns the learning rate: a constant or a schedule.
	Rate() Schedule
	// Step returns the weight's value after the step.
	Step(s *Step) *graph.Node
}

// Schedule gives the learning rate of a step.
type Schedule interface {
	// Object describes the schedule as Keras' files do.
	Object() config.Object
	// At returns the rate of a step, counted from 0.
	At(step int) float64
}

// Step is what an Optimizer is given for one weight.
type Step struct {
	// Weight and Gradient have the same shape.
	Weight, Gradient *graph.Node
	// Rate is the learning rate, Number the number of the step counted from
	// 1; both float32 scalars.
	Rate, Number *graph.Node

	slots *Slots
	name  string
}

// Slot returns the value, at the beginning of the step, of a variable of the
// weight's shape that begins as initial everywhere.
func (s *Step) Slot(name string, initial float64) *graph.Node {
	return s.slots.read(s.name+"_"+name, s.Weight, s.Weight.Shape(), initial)
}

// SetSlot gives a slot its value after the step.
func (s *Step) SetSlot(name string, value *graph.Node) { s.slots.set(s.name+"_"+name, value) }

// Slots are the variables that an optimiser keeps, in the order of their
// making, which is Keras'. The same Slots must be given to every program of
// a training, so that a rebuilt one goes on with what was learnt.
type Slots struct {
	list    []*Slot
	byName  map[string]*Slot
	updates []graph.Update
}

// Slot is a variable of an optimiser.
type Slot struct {
	Name     string
	Variable *graph.Variable
	// Initial is the value of every element at first.
	Initial float32
}

// All returns the slots in the order of their making.
func (s *Slots) All() []*Slot { return s.list }

func (s *Slots) read(name string, like *graph.Node, shape tensor.Shape, initial float64) *graph.Node {
	slot := s.byName[name]
	if slot == nil {
		if s.byName == nil {
			s.byName = map[string]*Slot{}
		}
		v := &graph.Variable{Name: "optimizer/" + name, Type: graph.Type{DType: tensor.Float32, Shape: shape.Clone()}}
		slot = &Slot{Name: name, Variable: v, Initial: float32(initial)}
		s.byName[name] = slot
		s.list = append(s.list, slot)
	}
	return like.Graph().Read(slot.Variable)
}

func (s *Slots) set(name string, value *graph.Node) {
	s.updates = append(s.updates, graph.Update{Variable: s.byName[name].Variable, Value: value})
}
