package lince

import (
	"errors"
	"fmt"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// use makes the model run on an engine, the one it has or else the default one
// if nil. A model that has weights takes them along.
func (m *Model) use(engine backend.Backend) error {
	if engine == m.engine && engine != nil || engine == nil && m.engine != nil {
		return nil
	}
	owned := engine == nil
	if owned {
		standard, err := cpu.New(cpu.Options{})
		if err != nil {
			return err
		}
		engine = standard
	}
	if m.state != nil {
		variables := m.weightVariables()
		if m.training != nil {
			for slot := range m.training.declared {
				variables = append(variables, slot.Variable)
			}
		}
		if err := m.move(engine, variables); err != nil {
			return err
		}
	}
	var err error
	if m.engine != nil {
		err = m.leave()
	}
	m.engine, m.owned = engine, owned
	return err
}

// leave drops what the model has of its engine apart from its state.
func (m *Model) leave() error {
	err := m.forget()
	if m.owned {
		err = errors.Join(err, m.engine.Close())
	}
	m.engine, m.owned = nil, false
	return err
}

// move gives the model a state of an engine with the values of the given
// variables, and none else.
func (m *Model) move(engine backend.Backend, variables []*graph.Variable) error {
	state := engine.NewState()
	if err := state.Declare(variables...); err != nil {
		return err
	}
	for _, v := range variables {
		value, err := readVariable(m.state, v)
		if err != nil {
			return err
		}
		if err := state.Write(v, value); err != nil {
			return err
		}
	}
	m.state = state
	return nil
}

func (m *Model) weightVariables() []*graph.Variable {
	var variables []*graph.Variable
	for _, w := range m.network.weights() {
		variables = append(variables, w.Variable)
	}
	return variables
}

func readVariable(state backend.State, v *graph.Variable) (*tensor.Tensor, error) {
	value, err := tensor.New(v.Type.DType, v.Type.Shape...)
	if err != nil {
		return nil, err
	}
	return value, state.Read(v, value)
}

func readWeight(state backend.State, w *layers.Weight) (*tensor.Tensor, error) {
	return readVariable(state, w.Variable)
}

var errUnbuilt = errors.New("the model does not know the shape of its input yet; begin with layers.Input, give the first layer an InputShape, or train it first")

// ready makes sure that the model has an engine and weights.
func (m *Model) ready() error {
	if !m.Built() {
		return errUnbuilt
	}
	if err := m.use(nil); err != nil {
		return err
	}
	if m.state != nil {
		return nil
	}
	state := m.engine.NewState()
	for _, w := range m.network.weights() {
		if err := m.initialize(state, w); err != nil {
			return err
		}
	}
	m.takeUp(state)
	return nil
}

// takeUp makes a state with values for all weights the model's.
func (m *Model) takeUp(state backend.State) {
	m.state = state
	for _, w := range m.network.weights() {
		w.Current = func() (*tensor.Tensor, error) {
			if m.state == nil {
				return nil, fmt.Errorf("%s: the model that it is from was closed", w.Variable.Name)
			}
			return readWeight(m.state, w)
		}
	}
}

// initialize gives a weight its first value in the model: that which it has in
// another one made of the same layers, else one from the seed and its path alone.
func (m *Model) initialize(state backend.State, w *layers.Weight) error {
	value, err := m.firstValue(w)
	if err != nil {
		return fmt.Errorf("first value of %s: %w", w.Variable.Name, err)
	}
	if err := state.Declare(w.Variable); err != nil {
		return err
	}
	return state.Write(w.Variable, value)
}

func (m *Model) firstValue(w *layers.Weight) (*tensor.Tensor, error) {
	if w.Current != nil {
		return w.Current()
	}
	value, err := tensor.New(tensor.Float32, w.Variable.Type.Shape...)
	if err != nil {
		return nil, err
	}
	name := random.Name(w.Variable.Name)
	stream := random.NewStream(m.seed, uint32(name), uint32(name>>32))
	return value, w.Initializer.Fill(value.Float32s(), value.Shape(), stream)
}

// Weights returns copies of a layer's weights in Keras' order.
func (m *Model) Weights(layer string) ([]*tensor.Tensor, error) {
	instance, err := m.layerWithWeights(layer)
	if err != nil {
		return nil, err
	}
	values := make([]*tensor.Tensor, len(instance.Weights()))
	for i, w := range instance.Weights() {
		if values[i], err = readWeight(m.state, w); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// SetWeights replaces a layer's weights, given in Keras' order.
func (m *Model) SetWeights(layer string, values []*tensor.Tensor) error {
	instance, err := m.layerWithWeights(layer)
	if err != nil {
		return err
	}
	weights := instance.Weights()
	if len(values) != len(weights) {
		return fmt.Errorf("lince: %d weights given for layer %q, which has %d", len(values), layer, len(weights))
	}
	for i, w := range weights {
		if err := fits(w, values[i]); err != nil {
			return fmt.Errorf("lince: layer %q: %w", layer, err)
		}
	}
	for i, w := range weights {
		if err := m.state.Write(w.Variable, values[i]); err != nil {
			return err
		}
	}
	return nil
}

// fits compares a value with what a weight takes.
func fits(w *layers.Weight, value *tensor.Tensor) error {
	if typ := w.Variable.Type; value == nil || value.DType() != typ.DType || !value.Shape().Equal(typ.Shape) {
		return fmt.Errorf("weight %s is %v, %v given", w.Name, typ, value)
	}
	return nil
}

func (m *Model) layerWithWeights(name string) (*layers.Instance, error) {
	instance := m.Layer(name)
	if instance == nil {
		return nil, fmt.Errorf("lince: the model has no layer %q; Summary lists their names", name)
	}
	return instance, named(m.ready())
}

// Snapshot is a copy of a model's weights, to go back to.
type Snapshot struct {
	values []*tensor.Tensor
}

// Snapshot copies the weights as they are.
func (m *Model) Snapshot() (*Snapshot, error) {
	if err := m.ready(); err != nil {
		return nil, named(err)
	}
	weights := m.network.weights()
	values := make([]*tensor.Tensor, len(weights))
	for i, w := range weights {
		value, err := readWeight(m.state, w)
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return &Snapshot{values}, nil
}

// Restore puts the weights of a snapshot of the same model, or of one with
// the same layers, back.
func (m *Model) Restore(s *Snapshot) error {
	if err := m.ready(); err != nil {
		return named(err)
	}
	weights := m.network.weights()
	if len(weights) != len(s.values) {
		return fmt.Errorf("lince: a snapshot of %d weights for a model of %d", len(s.values), len(weights))
	}
	for i, w := range weights {
		if err := fits(w, s.values[i]); err != nil {
			return fmt.Errorf("lince: a snapshot of another model: %w", err)
		}
	}
	for i, w := range weights {
		if err := m.state.Write(w.Variable, s.values[i]); err != nil {
			return err
		}
	}
	return nil
}
