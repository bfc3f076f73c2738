// Package backend says what runs graphs: it keeps the values of variables and
// compiles programs. The engines are its sub-packages; backendtest is the
// suite that all of them pass.
package backend

import (
	"context"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// Backend is an engine.
type Backend interface {
	// Name tells the engine and the instruction set or device that it uses.
	Name() string
	// NewState returns storage for variables, empty at first.
	NewState() State
	// Compile prepares a program for runs with up to capacity samples. The
	// program must verify; it is not changed.
	Compile(ctx context.Context, program *graph.Program, capacity int) (Executable, error)
	// Close frees what the engine holds; no executable may run any more.
	Close() error
}

// State holds the values of variables. Several executables share one. Read
// and Write must not overlap with a run that uses the same variable.
type State interface {
	// Declare makes room for variables, zero at first. Declaring one again
	// changes nothing.
	Declare(variables ...*graph.Variable) error
	// Read copies a variable's value into a tensor of its type.
	Read(v *graph.Variable, into *tensor.Tensor) error
	// Write sets a variable's value.
	Write(v *graph.Variable, from *tensor.Tensor) error
	// Generation counts how often the variable has been written or updated;
	// what is derived from its value (packed weights) is stale when it differs.
	Generation(v *graph.Variable) uint64
}

// Executable is a compiled program. Runs of one executable exclude each
// other, so it may be called concurrently.
type Executable interface {
	// Run computes the program for a number of samples from 0 to the
	// capacity. Inputs and outputs are in the program's order and have the
	// shapes of its nodes with Batch replaced by samples. When Run returns
	// an error, variables are unchanged.
	Run(ctx context.Context, state State, samples int, inputs, outputs []*tensor.Tensor) error
	// Close frees the memory planned for runs.
	Close() error
}
