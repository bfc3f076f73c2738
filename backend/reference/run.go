package reference

import (
	"context"
	"fmt"
	"sync"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

type executable struct {
	mutex    sync.Mutex
	program  *graph.Program
	capacity int
	plan     *plan
	closed   bool
}

func (e *executable) Close() error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.closed = true
	return nil
}

func (e *executable) Run(ctx context.Context, st backend.State, samples int, inputs, outputs []*tensor.Tensor) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	own, ok := st.(*state)
	if !ok {
		return fmt.Errorf("reference: the state is a %T, expected one of the reference's NewState", st)
	}
	if err := e.check(samples, inputs, outputs); err != nil {
		return err
	}
	given, err := e.given(own, inputs)
	if err != nil {
		return err
	}
	values, err := e.plan.compute(ctx, samples, given)
	if err != nil {
		return err
	}
	return e.finish(own, values, outputs)
}

func (e *executable) check(samples int, inputs, outputs []*tensor.Tensor) error {
	if e.closed {
		return fmt.Errorf("reference: the executable is closed")
	}
	if samples < 0 || samples > e.capacity {
		return fmt.Errorf("reference: %d samples asked of a program compiled for 0 to %d", samples, e.capacity)
	}
	if err := checkTensors("input", inputs, e.program.Inputs, samples); err != nil {
		return err
	}
	return checkTensors("output", outputs, e.program.Outputs, samples)
}

func checkTensors(kind string, tensors []*tensor.Tensor, nodes []*graph.Node, samples int) error {
	if len(tensors) != len(nodes) {
		return fmt.Errorf("reference: %d %ss given, the program has %d", len(tensors), kind, len(nodes))
	}
	for i, n := range nodes {
		expected := graph.Type{DType: n.DType(), Shape: graph.Resolve(n.Shape(), samples)}
		name := ""
		if p, ok := n.Operation().(graph.Parameter); ok {
			name = fmt.Sprintf(" (%q)", p.Label)
		}
		if tensors[i] == nil {
			return fmt.Errorf("reference: %s %d%s is missing, expected %v", kind, i, name, expected)
		}
		if given := (graph.Type{DType: tensors[i].DType(), Shape: tensors[i].Shape()}); !given.Equal(expected) {
			return fmt.Errorf("reference: %s %d%s is %v, expected %v", kind, i, name, given, expected)
		}
	}
	return nil
}

// given collects the values that no operation computes: inputs and variables.
func (e *executable) given(s *state, inputs []*tensor.Tensor) (map[*graph.Node]graph.Array, error) {
	given := map[*graph.Node]graph.Array{}
	for i, n := range e.program.Inputs {
		given[n] = Array(inputs[i])
	}
	for _, n := range e.plan.nodes {
		if read, ok := n.Operation().(graph.Read); ok {
			value, err := s.value(read.Variable)
			if err != nil {
				return nil, err
			}
			given[n] = value
		}
	}
	for _, update := range e.program.Updates {
		if _, err := s.value(update.Variable); err != nil {
			return nil, err
		}
	}
	return given, nil
}

// finish hands the outputs out and only then changes the variables.
func (e *executable) finish(s *state, values map[*graph.Node]graph.Array, outputs []*tensor.Tensor) error {
	for i, n := range e.program.Outputs {
		if err := store(outputs[i], values[n]); err != nil {
			return err
		}
	}
	updates := map[*graph.Variable]graph.Array{}
	for _, update := range e.program.Updates {
		updates[update.Variable] = values[update.Value]
	}
	s.replace(updates)
	return nil
}
