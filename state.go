package lince

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// use makes the model and those that share its layers run on an engine, the
// one they have or else the default one if nil, and takes all values along.
func (m *Model) use(engine backend.Backend) error {
	h := m.home()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.use(engine)
}

var errUnbuilt = errors.New("the model does not know the shape of its input yet; begin with layers.Input, give the first layer an InputShape, or train it first")

// ready makes sure that the model has an engine and weights.
func (m *Model) ready() error {
	if !m.Built() {
		return errUnbuilt
	}
	return m.home().initialize(m)
}

// firstValues draws the first values of weights on all processors. Each has a
// stream of its own, so the values are the same on any number.
func (m *Model) firstValues(weights []*layers.Weight, paths map[*layers.Weight]string) ([]*tensor.Tensor, error) {
	values, errs := make([]*tensor.Tensor, len(weights)), make([]error, len(weights))
	var drawing sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, w := range weights {
		slots <- struct{}{}
		drawing.Go(func() {
			if values[i], errs[i] = m.firstValue(w, paths[w]); errs[i] != nil {
				errs[i] = fmt.Errorf("first value of %s: %w", paths[w], errs[i])
			}
			<-slots
		})
	}
	drawing.Wait()
	return values, errors.Join(errs...)
}

// firstValue draws a weight's first value from the seed and its path alone.
func (m *Model) firstValue(w *layers.Weight, path string) (*tensor.Tensor, error) {
	value, err := tensor.New(tensor.Float32, w.Variable.Type.Shape...)
	if err != nil {
		return nil, err
	}
	name := random.Name(path)
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
		if values[i], err = readWeight(m.state(), w); err != nil {
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
		if err := m.state().Write(w.Variable, values[i]); err != nil {
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
		return nil, m.noLayer(name)
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
		value, err := readWeight(m.state(), w)
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
		if err := m.state().Write(w.Variable, s.values[i]); err != nil {
			return err
		}
	}
	return nil
}
