// Package backendtest is the suite that every backend passes. It knows every
// operation of package graph, in many variations; each is run for several
// numbers of samples by the backend and by backend/reference and compared. It
// also checks what a backend promises about variables, errors, cancellation
// and concurrent runs.
//
// Data is such that results are exact where the operation allows it, and then
// no difference is tolerated. Otherwise [Tolerance] says what is, by formulas.
package backendtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// Run tests the backend that open returns. It is called once for each group
// of tests, and what it returns is closed at the end of the group.
func Run(t *testing.T, open func(t *testing.T) backend.Backend) {
	groups := []struct {
		name string
		test func(*testing.T, backend.Backend)
	}{
		{"Operations", testOperations},
		{"Gradients", testGradients},
		{"Golden", testGolden},
		{"Patterns", testPatterns},
		{"RandomPrograms", testRandomPrograms},
		{"RandomWindows", testRandomWindows},
		{"Variables", testVariables},
		{"Runs", testRuns},
		{"Misuse", testMisuse},
	}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			b := open(t)
			defer func() {
				if err := b.Close(); err != nil {
					t.Errorf("closing the backend: %v", err)
				}
			}()
			group.test(t, b)
		})
	}
}

// RunProducts tests the matrix products and convolutions, and their gradients,
// of a backend that rounds their factors to a narrower type than float32, such
// as bfloat16: tolerances are that type's.
func RunProducts(t *testing.T, factors tensor.DType, open func(t *testing.T) backend.Backend) {
	b := open(t)
	defer func() {
		if err := b.Close(); err != nil {
			t.Errorf("closing the backend: %v", err)
		}
	}()
	for _, c := range slices.Concat(dotCases(), convolutionCases()) {
		t.Run(c.Name, func(t *testing.T) {
			instance, err := c.Instantiate(tensor.Float32)
			if err != nil {
				t.Fatal(err)
			}
			values, err := instance.Gradients()
			if err != nil {
				t.Fatal(err)
			}
			check(t, b, instance, Tolerance{Sum: c.Tolerance.Sum, Factors: factors})
			if instance.Outputs = values; len(values) > 0 && !c.NoGradient {
				check(t, b, instance, Tolerance{Noise: true, Factors: factors})
			}
		})
	}
}

// capacity is what programs of the suite are compiled for, and sizes are the
// numbers of samples they run with: full, single, none, odd, full again.
const capacity = 6

var sizes = []int{capacity, 1, 0, 5, capacity}

func testOperations(t *testing.T, b backend.Backend) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			instance, err := c.Instantiate(tensor.Float32)
			if err != nil {
				t.Fatal(err)
			}
			instance.addDecompositions()
			check(t, b, instance, c.Tolerance)
		})
	}
}

// addDecompositions adds the value that each composite output has in terms of
// primitives; a backend may compute it in quite another way.
func (i *Instance) addDecompositions() {
	for _, output := range i.Outputs {
		if composite, ok := output.Operation().(graph.Composite); ok {
			i.Outputs = append(i.Outputs, composite.Decompose(output.Operands()))
		}
	}
}

func testGradients(t *testing.T, b backend.Backend) {
	for _, c := range Cases() {
		if c.NoGradient {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			instance, err := c.Instantiate(tensor.Float32)
			if err != nil {
				t.Fatal(err)
			}
			if instance.Outputs, err = instance.Gradients(); err != nil {
				t.Fatal(err)
			}
			if len(instance.Outputs) > 0 {
				check(t, b, instance, Tolerance{Noise: true})
			}
		})
	}
}

// Gradients returns the gradient of the weighted sum of the outputs with
// respect to every floating-point input that the case itself has.
func (i *Instance) Gradients() ([]*graph.Node, error) {
	var values []*graph.Node
	for _, n := range i.Inputs {
		if n.DType().IsFloat() {
			values = append(values, n)
		}
	}
	scalar := i.Weighted()
	if scalar == nil || len(values) == 0 {
		return nil, nil
	}
	return graph.Gradient(scalar, values...)
}

// check runs an instance for all sizes and compares it with the reference.
func check(t *testing.T, b backend.Backend, instance *Instance, tol Tolerance) {
	t.Helper()
	program := &graph.Program{Inputs: instance.Inputs, Outputs: instance.Outputs}
	executable, err := b.Compile(context.Background(), program, capacity)
	if err != nil && instance.Case.Optional {
		t.Skipf("refused: %v", err)
	}
	if err != nil {
		t.Fatalf("compiling: %v", err)
	}
	defer executable.Close()
	state := b.NewState()
	for _, samples := range sizes {
		if err := compareRun(executable, state, instance, samples, tol); err != nil {
			t.Errorf("%d samples: %v", samples, err)
		}
	}
}

func compareRun(executable backend.Executable, state backend.State, instance *Instance, samples int, tol Tolerance) error {
	inputs, feeds, err := instance.feed(samples)
	if err != nil {
		return err
	}
	outputs, err := emptyTensors(instance.Outputs, samples)
	if err != nil {
		return err
	}
	if err := executable.Run(context.Background(), state, samples, inputs, outputs); err != nil {
		return err
	}
	arrays, err := reference.Evaluate(samples, feeds, instance.Outputs...)
	if err != nil {
		return err
	}
	allowed, err := tol.allowed(samples, feeds, instance.Outputs, arrays)
	if err != nil {
		return err
	}
	var wrong []string
	for i, n := range instance.Outputs {
		expected, err := reference.Tensor(arrays[i], n.DType())
		if err != nil {
			return err
		}
		if err := compare(outputs[i], expected, allowed[i]); err != nil {
			wrong = append(wrong, fmt.Sprintf("output %d, %s of %v: %v", i, n.Operation().Name(), operandTypes(n), err))
		}
	}
	if wrong != nil {
		return fmt.Errorf("%s", strings.Join(wrong, "\n"))
	}
	return nil
}

func operandTypes(n *graph.Node) []graph.Type {
	types := make([]graph.Type, len(n.Operands()))
	for i, operand := range n.Operands() {
		types[i] = operand.Type()
	}
	return types
}

// feed returns the instance's data as tensors and, rounded alike, for the reference.
func (i *Instance) feed(samples int) ([]*tensor.Tensor, reference.Feeds, error) {
	data, err := i.Data(samples)
	if err != nil {
		return nil, nil, err
	}
	inputs, feeds := make([]*tensor.Tensor, len(data)), reference.Feeds{}
	for at, n := range i.Inputs {
		if inputs[at], err = reference.Tensor(data[at], n.DType()); err != nil {
			return nil, nil, err
		}
		feeds[n] = reference.Array(inputs[at])
	}
	return inputs, feeds, nil
}

// emptyTensors returns tensors for values, filled with what nothing computes,
// so that an element that was not written shows.
func emptyTensors(nodes []*graph.Node, samples int) ([]*tensor.Tensor, error) {
	tensors := make([]*tensor.Tensor, len(nodes))
	for i, n := range nodes {
		array, err := graph.NewArray(graph.Resolve(n.Shape(), samples))
		if err != nil {
			return nil, err
		}
		for j := range array.Values {
			array.Values[j] = 113
		}
		if tensors[i], err = reference.Tensor(array, n.DType()); err != nil {
			return nil, err
		}
	}
	return tensors, nil
}
