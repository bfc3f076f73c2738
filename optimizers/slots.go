package optimizers

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/lince-ml/lince/graph"
)

// Slots are the variables that an optimiser keeps, in the order in which
// Keras keeps them. The zero value is ready. The same Slots must be given to
// every program of a training, so that a rebuilt one goes on with what was
// learnt.
type Slots struct {
	list   []*Slot
	byName map[string]*Slot
}

// Slot is a variable of an optimiser.
type Slot struct {
	// Name is the weight's path with underscores and the slot's own name, as
	// Keras calls it: dense_kernel_momentum.
	Name     string
	Variable *graph.Variable
	// Initial is the value of every element at first.
	Initial float32

	place place
}

// place orders slots: by group, then by weight, then by making.
type place struct{ group, weight int }

// The groups in the order of Keras' optimizer.variables. Slots apart follow
// stepSlots, one group for each.
const (
	averageSlots = iota
	accumulatorSlots
	stepSlots
	sharedSlots = math.MaxInt
)

// All returns the slots in the order of Keras' optimizer.variables, which
// begin with iteration and, unless a schedule gives it, learning_rate; these
// two are not slots.
func (s *Slots) All() []*Slot { return s.list }

// Average returns the variable that holds the moving average of a weight,
// given by its name, and nil if none is kept. Exchanging the values of the
// two evaluates the model with averaged weights; copying the average over
// the weight ends a training as Keras does.
func (s *Slots) Average(weight string) *graph.Variable {
	if slot := s.byName[slotName(weight, averageSlot)]; slot != nil {
		return slot.Variable
	}
	return nil
}

func slotName(weight, name string) string {
	return strings.ReplaceAll(weight, "/", "_") + "_" + name
}

// slot returns the slot of the name, made if need be.
func (s *Slots) slot(name string, typ graph.Type, at place, initial float64) *Slot {
	if slot := s.byName[name]; slot != nil {
		return slot
	}
	if s.byName == nil {
		s.byName = map[string]*Slot{}
	}
	slot := &Slot{
		Name:     name,
		Variable: &graph.Variable{Name: "optimizer/" + name, Type: typ},
		Initial:  float32(initial),
		place:    at,
	}
	s.byName[name] = slot
	s.list = append(s.list, slot)
	return slot
}

// sort puts the slots in order; those of equal place stay as they were made.
func (s *Slots) sort() {
	slices.SortStableFunc(s.list, func(a, b *Slot) int {
		return cmp.Or(cmp.Compare(a.place.group, b.place.group), cmp.Compare(a.place.weight, b.place.weight))
	})
}
