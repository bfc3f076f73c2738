// Package reference is the backend against which others are tested: it walks a
// program and computes every operation by its definition, in float64 whatever
// the type of the value. It is slow on purpose and never the default.
//
// Values are rounded in two places only. An output takes the type of its node,
// and so does a variable that is read; both by the rule of [Tensor]. Between
// operations, and in variables from one run to the next, floating-point
// numbers keep all of float64's precision.
package reference

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
)

// Backend is the reference engine. It holds nothing; states and executables
// of different Backends go together.
type Backend struct{}

var _ backend.Backend = (*Backend)(nil)

// New returns the reference engine.
func New() *Backend { return &Backend{} }

// Name returns "reference".
func (*Backend) Name() string { return "reference" }

// NewState returns storage for variables, empty at first.
func (*Backend) NewState() backend.State { return newState() }

// Close does nothing and returns nil.
func (*Backend) Close() error { return nil }

// Compile checks the program and works out how long each value is needed.
func (*Backend) Compile(ctx context.Context, program *graph.Program, capacity int) (backend.Executable, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if capacity < 0 {
		return nil, fmt.Errorf("reference: capacity is %d samples, expected at least 0", capacity)
	}
	if err := program.Verify(); err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	return &executable{program: program, capacity: capacity, plan: newPlan(program.Inputs, program.Roots())}, nil
}
