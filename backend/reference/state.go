package reference

import (
	"fmt"
	"slices"
	"sync"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// state keeps the values of variables unrounded.
type state struct {
	mutex sync.Mutex
	cells map[*graph.Variable]*cell
}

type cell struct {
	value      graph.Array // never written to once stored, so that it can be shared
	generation uint64
}

func newState() *state { return &state{cells: map[*graph.Variable]*cell{}} }

func (s *state) Declare(variables ...*graph.Variable) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	fresh := map[*graph.Variable]*cell{}
	for _, v := range variables {
		if s.cells[v] != nil {
			continue
		}
		if v.Type.DType.Size() == 0 {
			return fmt.Errorf("reference: variable %q has no element type", v.Name)
		}
		zeros, err := graph.NewArray(v.Type.Shape)
		if err != nil {
			return fmt.Errorf("reference: variable %q: %w", v.Name, err)
		}
		fresh[v] = &cell{value: zeros}
	}
	for v, c := range fresh {
		s.cells[v] = c
	}
	return nil
}

func (s *state) Read(v *graph.Variable, into *tensor.Tensor) error {
	value, err := s.value(v)
	if err != nil {
		return err
	}
	if err := fits(v, into); err != nil {
		return err
	}
	return store(into, value)
}

func (s *state) Write(v *graph.Variable, from *tensor.Tensor) error {
	if _, err := s.value(v); err != nil {
		return err
	}
	if err := fits(v, from); err != nil {
		return err
	}
	s.replace(map[*graph.Variable]graph.Array{v: Array(from)})
	return nil
}

func (s *state) Generation(v *graph.Variable) uint64 {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if c := s.cells[v]; c != nil {
		return c.generation
	}
	return 0
}

func (s *state) value(v *graph.Variable) (graph.Array, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	c := s.cells[v]
	if c == nil {
		return graph.Array{}, fmt.Errorf("reference: variable %q is not declared in this state", v.Name)
	}
	return c.value, nil
}

// replace sets declared variables to values that nobody else writes to.
func (s *state) replace(values map[*graph.Variable]graph.Array) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for v, value := range values {
		c := s.cells[v]
		c.value = graph.Array{Shape: slices.Clone(value.Shape), Values: value.Values}
		c.generation++
	}
}

func fits(v *graph.Variable, t *tensor.Tensor) error {
	if t == nil {
		return fmt.Errorf("reference: variable %q is %v, no tensor given", v.Name, v.Type)
	}
	if given := (graph.Type{DType: t.DType(), Shape: t.Shape()}); !given.Equal(v.Type) {
		return fmt.Errorf("reference: variable %q is %v, the tensor given %v", v.Name, v.Type, given)
	}
	return nil
}
