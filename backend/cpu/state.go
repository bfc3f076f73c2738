package cpu

import (
	"fmt"
	"sync"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// state keeps variables in host memory. Runs update them in place.
type state struct {
	mutex sync.RWMutex
	cells map[*graph.Variable]*cell
}

type cell struct {
	value      *tensor.Tensor
	generation uint64
}

func newState() *state { return &state{cells: map[*graph.Variable]*cell{}} }

// Declare implements backend.State.
func (s *state) Declare(variables ...*graph.Variable) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, v := range variables {
		if s.cells[v] != nil {
			continue
		}
		value, err := tensor.New(v.Type.DType, v.Type.Shape...)
		if err != nil {
			return fmt.Errorf("cpu: variable %q: %w", v.Name, err)
		}
		s.cells[v] = &cell{value: value}
	}
	return nil
}

func (s *state) cell(v *graph.Variable) (*cell, error) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	if c := s.cells[v]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("cpu: variable %q is not declared in this state", v.Name)
}

// Read implements backend.State.
func (s *state) Read(v *graph.Variable, into *tensor.Tensor) error {
	c, err := s.cell(v)
	if err != nil {
		return err
	}
	if into == nil {
		return fmt.Errorf("cpu: no tensor given to read variable %q into", v.Name)
	}
	if err := into.CopyFrom(c.value); err != nil {
		return fmt.Errorf("cpu: variable %q: %w", v.Name, err)
	}
	return nil
}

// Write implements backend.State.
func (s *state) Write(v *graph.Variable, from *tensor.Tensor) error {
	c, err := s.cell(v)
	if err != nil {
		return err
	}
	if from == nil {
		return fmt.Errorf("cpu: no value given for variable %q", v.Name)
	}
	if err := c.value.CopyFrom(from); err != nil {
		return fmt.Errorf("cpu: variable %q: %w", v.Name, err)
	}
	c.generation++
	return nil
}

// Generation implements backend.State; it is 0 for a variable never declared.
func (s *state) Generation(v *graph.Variable) uint64 {
	if c, err := s.cell(v); err == nil {
		return c.generation
	}
	return 0
}
