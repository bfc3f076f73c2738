// Package cpu is the engine that users run: it compiles a program into steps
// that work on planned memory with all cores. Matrix products, convolutions
// and chains of elementwise operations run in kernels written for the
// processor's vector instructions.
//
// The same program gives the same bits at any number of threads: every sum
// has a fixed order, and kernels are chosen by what the processor supports,
// never by timing.
package cpu

import (
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

// Options say how an engine works.
type Options struct {
	// Threads is how many threads compute; 0 is as many as the process may
	// run at a time, which follows a container's CPU limit.
	Threads int
	// Instructions is avx512, avx2, neon or generic. Empty is the environment
	// variable LINCE_CPU or, without it, the best that the processor has.
	Instructions string
	// Observe, when not nil, is told after each step of a run what it was and
	// how long it took. It is called by the goroutine of the run, so by
	// several at once if programs run concurrently.
	Observe func(step Step, elapsed time.Duration)

	// NoWinograd keeps convolutions to products of what the pictures and the
	// kernels hold. Winograd's transforms, which the engine uses where they are
	// faster, cost about a decimal digit of float32: results err by some 1e-6 of
	// the largest value, and not 1e-7.
	NoWinograd bool

	// BFloat16 multiplies as Keras' policy mixed_bfloat16 does: factors are
	// rounded to bfloat16, which keeps 8 bits of the 24, and their products added
	// in float32. Weights, statistics, losses and updates stay float32, and so
	// does what is not faster otherwise, such as 3×3 convolutions by Winograd's
	// transforms. It needs the instructions AVX512_BF16, or the kernels in Go.
	BFloat16 bool
}

// Step describes a piece of a compiled program.
type Step struct {
	// Scope is the path of the layer that asked for it, Operation what it
	// does, Fused the names of the operations done with it, parted by spaces.
	Scope, Operation, Fused string
	// Kind is the sort of work: convolution, product, pooling, reduction,
	// elementwise, movement or other.
	Kind string
	// FLOPs counts the multiplications and additions of the operations as they
	// are defined, a step that saves some by an algorithm included; functions
	// such as the exponential count as one. It is that of the run's samples.
	FLOPs int64
	// Bytes is the size of the values that the step reads and writes in
	// memory, each counted once.
	Bytes int64
}

// Engine implements [backend.Backend]. It may be used concurrently.
type Engine struct {
	options Options
	set     *kernel.Set
	pool    *pool.Pool
}

var _ backend.Backend = (*Engine)(nil)

// New returns an engine; Close ends its threads.
func New(o Options) (*Engine, error) {
	if o.Threads < 0 {
		return nil, fmt.Errorf("cpu: %d threads asked for, expected 1 or more, or 0 for all", o.Threads)
	}
	name, from := o.Instructions, "Options.Instructions"
	if name == "" {
		name, from = os.Getenv("LINCE_CPU"), "the environment variable LINCE_CPU"
	}
	set, err := kernel.Select(name)
	if err != nil {
		return nil, fmt.Errorf("cpu: %s: %w", from, err)
	}
	if o.BFloat16 && set.BFloat16 == nil {
		return nil, fmt.Errorf("cpu: bfloat16 needs a processor with the instructions AVX512_BF16, and here are %s kernels: compute in float32, or set %s to generic for the slow kernels in Go", set.Name, from)
	}
	return &Engine{options: o, set: set, pool: pool.New(o.Threads)}, nil
}

// Name returns cpu and the instruction set, as in "cpu avx512", with
// ", mixed_bfloat16" behind it where that is the engine's policy.
func (e *Engine) Name() string {
	if e.options.BFloat16 {
		return "cpu " + e.set.Name + ", mixed_bfloat16"
	}
	return "cpu " + e.set.Name
}

// Threads returns the number of threads that compute.
func (e *Engine) Threads() int { return e.pool.Workers() }

// NewState implements backend.Backend.
func (e *Engine) NewState() backend.State { return newState() }

// Close implements backend.Backend.
func (e *Engine) Close() error {
	e.pool.Close()
	return nil
}

// guard turns a panic of the engine, which is a mistake of its own, into an error.
func guard(err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("cpu: the engine failed: %v\n%s", cause, debug.Stack())
	}
}
