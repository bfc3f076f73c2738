package cpu

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
	"github.com/lince-ml/lince/graph"
)

// step is a piece of a compiled program.
type step interface {
	// resize prepares for a number of samples; it is called when that changes.
	resize(samples int)
	// run computes the step.
	run(samples int) error
}

// scratch is memory that every worker has for itself during a step.
type scratch struct {
	floats                      [][]float32
	doubles                     [][]float64
	floatsNeeded, doublesNeeded int
}

// compiler turns a program into an executable.
type compiler struct {
	engine   *Engine
	set      *kernel.Set
	pool     *pool.Pool
	products *gemm.Multiplier
	capacity int

	program *graph.Program
	nodes   map[*graph.Node]*value
	values  []*value // that the results need, operands first
	units   []*unit
	lasting int // how many units, the first ones, run only when variables have changed
	tail    int // position of the first unit that writes variables in place
	slotted []*value
	arena   arena
	scratch scratch

	executable *executable
}

// Compile implements backend.Backend.
func (e *Engine) Compile(ctx context.Context, program *graph.Program, capacity int) (_ backend.Executable, err error) {
	defer guard(&err)
	if err := program.Verify(); err != nil {
		return nil, err
	}
	if capacity < 0 {
		return nil, fmt.Errorf("cpu: capacity is %d samples, expected 0 or more", capacity)
	}
	c, err := e.prepare(program, capacity)
	if err != nil {
		return nil, err
	}
	if together := c.samplesPerPass(); together < capacity {
		if c, err = e.prepare(program, together); err != nil {
			return nil, err
		}
		c.executable.capacity = capacity
	}
	c.storeRounded()
	for _, u := range c.units {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if u.result().isJoined() {
			c.leaveOut(u)
			continue
		}
		if err := c.build(u); err != nil {
			return nil, err
		}
	}
	return c.executable, c.finish()
}

// prepare lays a program out for passes of so many samples.
func (e *Engine) prepare(program *graph.Program, samples int) (*compiler, error) {
	c := &compiler{
		engine: e, set: e.set, pool: e.pool, capacity: samples, program: program, nodes: map[*graph.Node]*value{},
		executable: &executable{engine: e, program: program, capacity: samples, together: samples, samples: -1},
	}
	if err := c.analyse(); err != nil {
		return nil, err
	}
	return c, c.place()
}

// analyse simplifies the program and divides it into units in order.
func (c *compiler) analyse() error {
	b := &builder{keys: map[string]*value{}}
	if err := b.add(c.program.Nodes(), c.nodes); err != nil {
		return err
	}
	var roots []*value
	for _, root := range c.program.Roots() {
		roots = append(roots, c.nodes[root])
	}
	for _, input := range c.program.Inputs {
		c.executable.inputs = append(c.executable.inputs, c.nodes[input])
	}
	values := live(c.convolveMaxima(live(repeatShifts(noteMaxima(foldScales(live(noteMoments(gateCapped(live(b.values, roots))), roots)))), roots)), roots)
	c.values = values
	c.markLasting(values)
	units := schedule(c.expand(group(values)))
	updates := map[*value]*graph.Variable{}
	for _, u := range c.program.Updates {
		updates[c.nodes[u.Value]] = u.Variable
	}
	c.units, c.tail = c.feed(finals(units, updates))
	c.units, c.lasting = lastingFirst(c.units)
	c.assignSlots()
	c.bind(values, updates)
	c.bindSlots()
	c.keepLasting()
	c.reuse()
	return nil
}

// bind gives every value its memory, not yet its place.
func (c *compiler) bind(values []*value, updates map[*value]*graph.Variable) {
	x := c.executable
	reads := map[*graph.Variable]*memory{}
	for _, input := range x.inputs {
		input.memory = &memory{}
	}
	for _, v := range values {
		switch op := v.op.(type) {
		case graph.Read:
			v.memory = &memory{}
			reads[op.Variable] = v.memory
			x.variables = append(x.variables, boundVariable{variable: op.Variable, memory: v.memory, lasting: v.lasting})
		case graph.Constant:
			v.memory = &memory{base: baseOf(op.Value), cell: &cell{}}
		case graph.Parameter:
		case graph.Reshape:
			v.memory = v.operands[0].memory
		default:
			if v.unit != nil && v.keeps() {
				v.memory = &memory{first: v.unit.position, last: v.unit.position, planned: true}
			}
		}
	}
	for _, u := range c.units {
		u.reads(func(v *value) {
			if v.memory != nil {
				v.memory.last = max(v.memory.last, u.position)
			}
		})
	}
	for _, out := range c.program.Outputs {
		v := c.nodes[out]
		v.memory.last = len(c.units)
		x.outputs = append(x.outputs, v)
	}
	c.updates(reads, updates)
}

// leaveOut makes no step of a unit.
func (c *compiler) leaveOut(u *unit) {
	c.executable.tail--
	if u.position < c.lasting {
		c.executable.lasting--
	}
}

// keeps reports whether the value has memory of its own.
func (v *value) keeps() bool {
	u := v.unit
	switch {
	case v.slot != nil:
		return false
	case u.pooled != nil:
		return v == u.pooled.last || v == u.pooled.which || v == u.convolved() && v.leaves()
	case u.kind == product:
		return v == u.result()
	}
	return v.stored()
}

// updates decides for every update whether its value is computed into the
// variable's own memory or copied there at the end.
func (c *compiler) updates(reads map[*graph.Variable]*memory, updates map[*value]*graph.Variable) {
	x := c.executable
	for i, update := range c.program.Updates {
		v := c.nodes[update.Value]
		bound := boundVariable{variable: update.Variable}
		if c.inPlace(v, update.Variable, reads, updates) {
			v.memory.planned = false
			v.memory.into = update.Variable
			bound.memory = v.memory
		} else {
			v.memory.last = len(c.units)
			held := variableCopy{value: v, target: i}
			if _, isRead := v.origin().op.(graph.Read); isRead {
				held.stage = make([]byte, v.extent().per*v.typ.DType.Size())
			}
			x.copies = append(x.copies, held)
		}
		x.updated = append(x.updated, bound)
	}
}

// inPlace reports whether the value's unit may write the variable: it is one
// of the last, computes this for one variable only, and nobody reads the
// variable after it.
func (c *compiler) inPlace(v *value, variable *graph.Variable, reads map[*graph.Variable]*memory, updates map[*value]*graph.Variable) bool {
	if v.unit == nil || v.isAlias() || v.unit.position < c.tail || updates[v] != variable || v.memory.into != nil {
		return false
	}
	for _, out := range c.executable.outputs {
		if out.memory == reads[variable] {
			return false
		}
	}
	old := reads[variable]
	return old == nil || old.last <= v.unit.position
}
