package lince

import (
	"errors"
	"runtime"
	"slices"
	"sync"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// home keeps the values of weights and the engine that works with them. Models
// made of the same layers live in one home: what one of them learns the others
// know, as it is in Keras.
type home struct {
	// mutex guards what follows where several models predict at once.
	mutex sync.Mutex
	// engine and state are nil until the first value is needed; closing an
	// owned engine is the home's business.
	engine backend.Backend
	owned  bool
	state  backend.State
	// kept are the state's variables.
	kept map[*graph.Variable]bool
	// models counts those that were not closed; without any it is abandoned.
	models    int
	abandoned bool
	// joined is the home that everything here has moved to.
	joined *home
}

// home returns where the model lives.
func (m *Model) home() *home { return m.lives.last() }

// state returns what holds the model's weights; nil before there are any.
func (m *Model) state() backend.State { return m.home().state }

func (h *home) last() *home {
	for h.joined != nil {
		h = h.joined
	}
	return h
}

// moveIn gives a new model the home of its layers, or of its own if they have
// none. Layers that live apart move together.
func (m *Model) moveIn() error {
	var h *home
	for instance := range m.network.deep() {
		other, ok := instance.Home().(*home)
		if !ok {
			continue
		}
		other = other.last()
		if h == nil {
			h = other
		}
		if err := h.join(other); err != nil {
			return err
		}
	}
	if h == nil {
		h = &home{kept: map[*graph.Variable]bool{}}
	}
	for instance := range m.network.deep() {
		instance.SetHome(h)
	}
	h.models++
	m.lives = h
	return nil
}

// join takes over what another home keeps.
func (h *home) join(other *home) error {
	if other == h {
		return nil
	}
	if h.engine == nil {
		h.engine, h.owned, h.state, h.kept = other.engine, other.owned, other.state, other.kept
	} else if other.state != nil {
		if err := h.copyFrom(other.state, other.kept); err != nil {
			return err
		}
		if other.owned {
			if err := other.engine.Close(); err != nil {
				return err
			}
		}
	}
	h.models += other.models
	h.abandoned = h.abandoned || other.abandoned
	other.joined, other.engine, other.state, other.kept = h, nil, nil, nil
	return nil
}

func (h *home) copyFrom(state backend.State, variables map[*graph.Variable]bool) error {
	for v := range variables {
		value, err := readVariable(state, v)
		if err != nil {
			return err
		}
		if err := h.put(v, value); err != nil {
			return err
		}
	}
	return nil
}

// declare makes room for variables.
func (h *home) declare(variables ...*graph.Variable) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.room(variables...)
}

func (h *home) room(variables ...*graph.Variable) error {
	for _, v := range variables {
		h.kept[v] = true
	}
	return h.state.Declare(variables...)
}

// set gives a variable a value, and room if it has none.
func (h *home) set(v *graph.Variable, value *tensor.Tensor) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.put(v, value)
}

func (h *home) put(v *graph.Variable, value *tensor.Tensor) error {
	if err := h.room(v); err != nil {
		return err
	}
	return h.state.Write(v, value)
}

// drop forgets variables.
func (h *home) drop(variables []*graph.Variable) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if !slices.ContainsFunc(variables, func(v *graph.Variable) bool { return h.kept[v] }) {
		return nil
	}
	for _, v := range variables {
		delete(h.kept, v)
	}
	return h.renew()
}

// renew copies what is kept into a new state of the engine.
func (h *home) renew() error {
	old := h.state
	h.state = h.engine.NewState()
	return h.copyFrom(old, h.kept)
}

// use moves to an engine; if nil, to the default one unless there is one.
func (h *home) use(engine backend.Backend) error {
	if h.abandoned {
		return errors.New("the model, or the one that its layers are from, was closed")
	}
	if engine == h.engine && engine != nil || engine == nil && h.engine != nil {
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
	former, closing := h.engine, h.owned
	h.engine, h.owned = engine, owned
	if former == nil {
		h.state = engine.NewState()
		return nil
	}
	err := h.renew()
	if closing {
		err = errors.Join(err, former.Close())
	}
	return err
}

// leave is what a model does that is closed. The last one closes the engine.
func (h *home) leave() error {
	h.models--
	if h.models > 0 {
		return nil
	}
	h.abandoned, h.state = true, nil
	if h.owned {
		return h.engine.Close()
	}
	return nil
}

// initialize gives the weights that have no value yet their first one.
func (h *home) initialize(m *Model) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if err := h.use(nil); err != nil {
		return err
	}
	missing := slices.DeleteFunc(m.network.weights(), func(w *layers.Weight) bool { return h.kept[w.Variable] })
	if len(missing) == 0 {
		return nil
	}
	paths := m.network.paths()
	for some := range slices.Chunk(missing, 4*runtime.GOMAXPROCS(0)) { // not all, which may be half of the memory
		values, err := m.firstValues(some, paths)
		if err != nil {
			return err
		}
		for i, w := range some {
			if err := h.put(w.Variable, values[i]); err != nil {
				return err
			}
		}
	}
	return nil
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
