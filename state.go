package lince

import (
	"errors"
	"fmt"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// use makes the model run on an engine, the default one if nil. A model that
// has weights takes them along.
func (m *Model) use(engine backend.Backend) error {
	if engine == nil {
		if m.engine != nil {
			return nil
		}
		standard, err := cpu.New(cpu.Options{})
		if err != nil {
			return fmt.Errorf("lince: %w", err)
		}
		engine = standard
	}
	if m.engine == engine {
		return nil
	}
	old := m.state
	m.engine = engine
	m.forget()
	if old == nil {
		return nil
	}
	m.state = engine.NewState()
	for _, w := range m.network.weights() {
		if err := moveWeight(w, old, m.state); err != nil {
			return err
		}
	}
	return nil
}

func moveWeight(w *layers.Weight, from, to backend.State) error {
	value, err := readWeight(from, w)
	if err != nil {
		return err
	}
	if err := to.Declare(w.Variable); err != nil {
		return err
	}
	return to.Write(w.Variable, value)
}

func readWeight(state backend.State, w *layers.Weight) (*tensor.Tensor, error) {
	value, err := tensor.New(w.Variable.Type.DType, w.Variable.Type.Shape...)
	if err != nil {
		return nil, err
	}
	return value, state.Read(w.Variable, value)
}

// ready makes sure that the model has an engine and weights.
func (m *Model) ready() error {
	if !m.Built() {
		return errors.New("lince: the model does not know the shape of its input yet; begin with layers.Input, give the first layer an InputShape, or train it first")
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
	m.state = state
	return nil
}

// initialize gives a weight its first value, from the seed and its path alone.
func (m *Model) initialize(state backend.State, w *layers.Weight) error {
	value, err := tensor.New(tensor.Float32, w.Variable.Type.Shape...)
	if err != nil {
		return fmt.Errorf("lince: %s: %w", w.Variable.Name, err)
	}
	name := random.Name(w.Variable.Name)
	stream := random.NewStream(m.seed, uint32(name), uint32(name>>32))
	if err := w.Initializer.Fill(value.Float32s(), value.Shape(), stream); err != nil {
		return fmt.Errorf("lince: first value of %s: %w", w.Variable.Name, err)
	}
	if err := state.Declare(w.Variable); err != nil {
		return err
	}
	return state.Write(w.Variable, value)
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
		if !values[i].Shape().Equal(w.Variable.Type.Shape) {
			return fmt.Errorf("lince: weight %s of layer %q has the shape %v, %v given", w.Name, layer, w.Variable.Type.Shape, values[i].Shape())
		}
	}
	for i, w := range weights {
		if err := m.state.Write(w.Variable, values[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *Model) layerWithWeights(name string) (*layers.Instance, error) {
	instance := m.Layer(name)
	if instance == nil {
		return nil, fmt.Errorf("lince: the model has no layer %q; Summary lists their names", name)
	}
	return instance, m.ready()
}

// Snapshot is a copy of a model's weights, to go back to.
type Snapshot struct {
	values []*tensor.Tensor
}

// Snapshot copies the weights as they are.
func (m *Model) Snapshot() (*Snapshot, error) {
	if err := m.ready(); err != nil {
		return nil, err
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

// Restore puts the weights of a snapshot of the same model back.
func (m *Model) Restore(s *Snapshot) error {
	weights := m.network.weights()
	if len(weights) != len(s.values) {
		return fmt.Errorf("lince: a snapshot of %d weights for a model of %d", len(s.values), len(weights))
	}
	for i, w := range weights {
		if err := m.state.Write(w.Variable, s.values[i]); err != nil {
			return err
		}
	}
	return nil
}
