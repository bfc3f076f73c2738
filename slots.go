package lince

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// declareSlots makes room for the optimiser's new slots and gives them their
// values: those of the file that the model was loaded from, else the initial ones.
func (m *Model) declareSlots() error {
	t := m.training
	slots := t.slots.All()
	if t.stored != nil && len(t.stored) != len(slots) {
		return fmt.Errorf("the file keeps %d variables of the optimiser, which has %d: it was trained with other layers frozen or by another version; Compile again to begin with a fresh optimiser", len(t.stored), len(slots))
	}
	for i, slot := range slots {
		if t.declared[slot] {
			continue
		}
		value, err := t.slotValue(i, slot)
		if err != nil {
			return err
		}
		if err := m.home().set(slot.Variable, value); err != nil {
			return err
		}
		if t.declared == nil {
			t.declared = map[*optimizers.Slot]bool{}
		}
		t.declared[slot] = true
	}
	t.stored = nil
	return nil
}

func (t *training) slotValue(i int, slot *optimizers.Slot) (*tensor.Tensor, error) {
	typ := slot.Variable.Type
	if t.stored != nil {
		if stored := t.stored[i]; !stored.Shape().Equal(typ.Shape) {
			return nil, fmt.Errorf("the optimiser's %s has the shape %v, in the file %v; Compile again to begin with a fresh optimiser", slot.Name, typ.Shape, stored.Shape())
		}
		return t.stored[i].Convert(typ.DType)
	}
	value, err := tensor.New(typ.DType, typ.Shape...)
	if err != nil {
		return nil, err
	}
	for i := range value.Float32s() {
		value.Float32s()[i] = slot.Initial
	}
	return value, nil
}

// resumeSlots gives the slots, which a compiled step has made, the values of a
// checkpoint.
func (m *Model) resumeSlots(file *keras.File) error {
	slots := m.training.slots.All()
	head := 1
	if constant(m.training.Optimizer.Rate()) {
		head = 2
	}
	if len(file.Optimizer) == 0 || len(file.Optimizer[0].Variables) != head+len(slots) {
		return fmt.Errorf("it does not hold the optimiser's %d variables", head+len(slots))
	}
	for i, stored := range file.Optimizer[0].Variables[head:] {
		slot := slots[i]
		if typ := slot.Variable.Type; stored.Value.DType() != typ.DType || !stored.Value.Shape().Equal(typ.Shape) {
			return fmt.Errorf("the optimiser's %s is %v in it, expected %v", slot.Name, stored.Value, typ)
		}
		if err := m.state().Write(slot.Variable, stored.Value); err != nil {
			return err
		}
	}
	return nil
}

// averageWeights ends a training whose optimiser keeps moving averages of the
// weights: they become the weights (Keras' finalize_variable_values).
func (m *Model) averageWeights() error {
	t := m.training
	if !t.Optimizer.Settings().EMA.Use || t.step == 0 {
		return nil
	}
	paths := m.network.paths()
	for _, w := range m.network.weights() {
		average := t.slots.Average(paths[w])
		if average == nil {
			continue
		}
		value, err := readVariable(m.state(), average)
		if err != nil {
			return err
		}
		if err := m.state().Write(w.Variable, value); err != nil {
			return err
		}
	}
	return nil
}

// resumeOptimizer takes the optimiser's variables out of a file, so that a
// loaded model goes on training where it stopped.
func (m *Model) resumeOptimizer(file *keras.File) error {
	if len(file.Optimizer) == 0 {
		return nil
	}
	t := m.training
	variables := file.Optimizer[0].Variables
	head := 1
	if constant(t.Optimizer.Rate()) {
		head = 2
	}
	if file.Format == keras.Legacy { // which keeps the rate in the settings only
		head = 1
	}
	if len(variables) < head || variables[0].Value.Len() != 1 {
		return nil
	}
	const stepLimit = 1 << 53
	step := variables[0].Value.Float64s()[0]
	if !(step >= 0 && step < stepLimit) {
		return fmt.Errorf("the optimiser's step is %v, expected a count", step)
	}
	t.step = int(step)
	if head == 2 && variables[1].Value.Len() == 1 {
		rate := variables[1].Value.Float64s()[0]
		if !(rate >= 0 && rate < math.Inf(1)) {
			return fmt.Errorf("the optimiser's learning rate is %v, expected a finite number not below 0", rate)
		}
		if float32(rate) != float32(t.rate) { // else the settings have more of its digits
			t.rate = rate
		}
	}
	for _, v := range variables[head:] {
		t.stored = append(t.stored, v.Value)
	}
	return nil
}
