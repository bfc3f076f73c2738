package cpu

import (
	"context"
	"fmt"
	"sync"
	"time"
	"unsafe"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// executable is a compiled program: steps, and where the values lie that they
// work on.
type executable struct {
	engine   *Engine
	program  *graph.Program
	capacity int
	together int // samples in one pass, at most

	inputs, outputs []*value
	variables       []boundVariable
	updated         []boundVariable
	copies          []variableCopy
	steps           []labelled
	lasting, tail   int     // where others than the lasting steps, and the last ones, begin
	derived         []*cell // of what the lasting steps compute
	arena           []float32

	mutex   sync.Mutex
	samples int // of the last run
	state   *state
	closed  bool
}

// boundVariable is a variable that a run reads or writes, and the memory that
// is to be its own; nil if it is only copied to.
type boundVariable struct {
	variable *graph.Variable
	memory   *memory
	cell     *cell

	// The lasting steps may depend on the variable, and did so last when it
	// was that cell's value of that generation.
	lasting    bool
	seen       *cell
	generation uint64
}

// variableCopy is an update that is copied once everything is computed. What
// is another variable's value is kept in stage before that may change.
type variableCopy struct {
	value  *value
	target int // in updated
	stage  []byte
}

// labelled is a step with what Options.Observe is told of it.
type labelled struct {
	step
	label Step
	cost  cost
}

// Run implements backend.Executable.
func (x *executable) Run(ctx context.Context, s backend.State, samples int, inputs, outputs []*tensor.Tensor) (err error) {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	defer guard(&err)
	if x.closed {
		return fmt.Errorf("cpu: the executable is closed")
	}
	if samples < 0 || samples > x.capacity {
		return fmt.Errorf("cpu: %d samples given, the program was compiled for 0 to %d", samples, x.capacity)
	}
	if err := check("input", x.program.Inputs, samples, inputs); err != nil {
		return err
	}
	if err := check("output", x.program.Outputs, samples, outputs); err != nil {
		return err
	}
	if err := x.attach(s); err != nil {
		return err
	}
	defer x.release()
	passes := max(1, (samples+x.together-1)/max(x.together, 1))
	for pass := range passes {
		first, end := pass*samples/passes, (pass+1)*samples/passes
		if err := x.pass(ctx, first, end-first, inputs, outputs); err != nil {
			return err
		}
	}
	return nil
}

// pass runs the program for some of the samples, from the first of them on.
func (x *executable) pass(ctx context.Context, first, samples int, inputs, outputs []*tensor.Tensor) error {
	for i, input := range x.inputs {
		input.memory.base = input.sample(baseOf(inputs[i]), first)
	}
	if samples != x.samples {
		x.samples = samples
		for _, step := range x.steps {
			step.resize(samples)
		}
	}
	if err := x.compute(ctx, samples); err != nil {
		return err
	}
	x.deliver(first, samples, outputs)
	return nil
}

// sample returns where a sample of the value lies from base on.
func (v *value) sample(base unsafe.Pointer, index int) unsafe.Pointer {
	if index == 0 {
		return base
	}
	return unsafe.Add(base, index*v.extent().per*v.typ.DType.Size())
}

func check(what string, nodes []*graph.Node, samples int, tensors []*tensor.Tensor) error {
	if len(tensors) != len(nodes) {
		return fmt.Errorf("cpu: %d %ss given, the program has %d", len(tensors), what, len(nodes))
	}
	for i, n := range nodes {
		if tensors[i] == nil {
			return fmt.Errorf("cpu: %s is missing, expected %v%v", describe(what, i, n), n.DType(), graph.Resolve(n.Shape(), samples))
		}
		got, expected := tensors[i].Shape(), n.Shape()
		fits := tensors[i].DType() == n.DType() && len(got) == len(expected)
		for axis := 0; fits && axis < len(got); axis++ {
			fits = got[axis] == expected[axis] || expected[axis] == graph.Batch && got[axis] == samples
		}
		if !fits {
			return fmt.Errorf("cpu: %s is %v, expected %v%v", describe(what, i, n), tensors[i], n.DType(), graph.Resolve(expected, samples))
		}
	}
	return nil
}

func describe(what string, i int, n *graph.Node) string {
	if p, ok := n.Operation().(graph.Parameter); ok {
		return fmt.Sprintf("%s %q", what, p.Label)
	}
	return fmt.Sprintf("%s %d", what, i)
}

// attach finds the variables in the state, unless it is the one of the last run.
func (x *executable) attach(s backend.State) error {
	own, ok := s.(*state)
	if !ok {
		return fmt.Errorf("cpu: the state is another backend's (%T)", s)
	}
	if own == x.state {
		return nil
	}
	x.state = nil
	for _, list := range [][]boundVariable{x.variables, x.updated} {
		for i := range list {
			c, err := own.cell(list[i].variable)
			if err != nil {
				return err
			}
			list[i].cell = c
			if m := list[i].memory; m != nil {
				m.base, m.cell = baseOf(c.value), c
			}
		}
	}
	x.state = own
	return nil
}

// compute runs the steps. A run can be stopped until the first step that
// writes a variable.
func (x *executable) compute(ctx context.Context, samples int) error {
	observe := x.engine.options.Observe
	fresh := x.fresh()
	for i := range x.steps {
		if fresh && i < x.lasting {
			continue
		}
		if i == x.lasting && !fresh {
			x.refreshed()
		}
		if i <= x.tail {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if i == x.tail {
			x.stage()
		}
		var begin time.Time
		if observe != nil {
			begin = time.Now()
		}
		if err := x.steps[i].run(samples); err != nil {
			return fmt.Errorf("cpu: %s %s: %w", x.steps[i].label.Scope, x.steps[i].label.Operation, err)
		}
		if observe != nil {
			observe(x.steps[i].at(samples), time.Since(begin))
		}
	}
	if x.tail >= len(x.steps) {
		x.stage()
		return ctx.Err()
	}
	return nil
}

// stage keeps values of variables that others are to have.
func (x *executable) stage() {
	for _, c := range x.copies {
		if len(c.stage) > 0 {
			copyBytes(unsafe.Pointer(&c.stage[0]), c.value.memory.base, len(c.stage))
		}
	}
}

// deliver copies outputs and those updates that were not made in place.
func (x *executable) deliver(first, samples int, outputs []*tensor.Tensor) {
	for i, out := range x.outputs {
		copyBytes(out.sample(baseOf(outputs[i]), first), out.memory.base, out.extent().at(samples)*out.typ.DType.Size())
	}
	for _, c := range x.copies {
		to := x.updated[c.target].cell.value
		from := c.value.memory.base
		if len(c.stage) > 0 {
			from = unsafe.Pointer(&c.stage[0])
		}
		copyBytes(baseOf(to), from, to.Len()*c.value.typ.DType.Size())
	}
	for _, v := range x.updated {
		v.cell.generation++
	}
}

func copyBytes(to, from unsafe.Pointer, n int) {
	if n > 0 {
		copy(unsafe.Slice((*byte)(to), n), unsafe.Slice((*byte)(from), n))
	}
}

// release forgets the caller's tensors.
func (x *executable) release() {
	for _, input := range x.inputs {
		input.memory.base = nil
	}
}

// Close implements backend.Executable.
func (x *executable) Close() error {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	x.closed = true
	x.steps, x.arena, x.state = nil, nil, nil
	return nil
}
