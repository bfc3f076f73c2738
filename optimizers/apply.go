package optimizers

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
)

// Names of the slots that every optimiser may have, as Keras calls them.
const (
	averageSlot     = "average"
	accumulatorSlot = "gradient_accumulator"
)

// Weight is a trainable variable and its gradient in a program being built.
type Weight struct {
	// Name is the variable's path, by which its slots are found again.
	Name            string
	Variable        *graph.Variable
	Value, Gradient *graph.Node
	// RateFactor multiplies the learning rate for this weight; 1 when nil.
	RateFactor *float64
}

// Apply builds the step of an optimiser: the updates of all weights, given in
// Keras' order of trainable variables, and of its slots. In this order it
// accumulates gradients, clips them, takes weight decay off, lets the
// optimiser change the weights, averages them and overwrites them by their
// averages.
//
// rate is the learning rate of the batch and number its number counted from
// 1, both float32 scalars; from batch 2²⁴ on number can stand still. Slots
// that the step needs are added to slots.
func Apply(o Optimizer, weights []Weight, rate, number *graph.Node, slots *Slots) ([]graph.Update, error) {
	options := o.Settings()
	if err := check(o); err != nil {
		return nil, err
	}
	if len(weights) == 0 {
		return nil, nil
	}
	u := &update{slots: slots, values: map[*Slot]*graph.Node{}, once: map[onceKey]*graph.Node{}}
	gradients := make([]*graph.Node, len(weights))
	for i, w := range weights {
		gradients[i] = w.Gradient
	}
	if options.AccumulationSteps > 1 {
		gradients, number = u.accumulate(weights, number, options.AccumulationSteps)
	}
	values := make([]*graph.Node, len(weights))
	for i, gradient := range options.clipped(gradients) {
		w, rate, factor := weights[i], rate, 1.0
		if w.RateFactor != nil {
			factor = *w.RateFactor
			rate = rate.Scale(factor)
		}
		stepped := o.Step(&Step{
			Weight: options.decayed(w, rate), Gradient: gradient, Rate: rate, Number: number,
			update: u, name: w.Name, index: i, factor: factor,
		})
		values[i] = u.whenDue(stepped, w.Value)
	}
	if options.EMA.Use {
		values = u.average(options.EMA, weights, values, number)
	}
	slots.sort()
	if u.err != nil {
		return nil, u.err
	}
	return u.updates(weights, values), number.Graph().Err()
}

// check returns an error if the optimiser cannot work as it is set.
func check(o Optimizer) error {
	if err := o.Settings().check(); err != nil {
		return err
	}
	if checked, ok := o.(interface{ check() error }); ok {
		return checked.check()
	}
	return nil
}

// update is one use of an optimiser in one program. Slots outlive it.
type update struct {
	slots  *Slots
	values map[*Slot]*graph.Node // after the step
	order  []*Slot               // of values
	once   map[onceKey]*graph.Node
	// due tells, while gradients accumulate, whether this batch ends in a
	// step; nil if every batch does.
	due *graph.Node
	err error
}

func (u *update) read(name string, like *graph.Node, at place, initial float64) *graph.Node {
	slot := u.slots.slot(name, like.Type(), at, initial)
	if !slot.Variable.Type.Equal(like.Type()) && u.err == nil {
		u.err = fmt.Errorf("optimizers: slot %q is %v, but its weight is %v now: begin with new Slots", name, slot.Variable.Type, like.Type())
	}
	return like.Graph().Read(slot.Variable)
}

func (u *update) set(name string, value *graph.Node) {
	slot := u.slots.byName[name]
	if slot == nil {
		if u.err == nil {
			u.err = fmt.Errorf("optimizers: slot %q is set before it was asked for: call Slot first", name)
		}
		return
	}
	if u.values[slot] == nil {
		u.put(slot, u.whenDue(value, value.Graph().Read(slot.Variable)))
	}
}

func (u *update) put(slot *Slot, value *graph.Node) {
	u.values[slot] = value
	u.order = append(u.order, slot)
}

// whenDue returns the value after a step, or what was before it if this batch
// only accumulates.
func (u *update) whenDue(after, before *graph.Node) *graph.Node {
	if u.due == nil {
		return after
	}
	return graph.Select(u.due, after, before)
}

// accumulate returns the gradients averaged over the batches since the last
// step, and the number of the step that they are for.
func (u *update) accumulate(weights []Weight, number *graph.Node, steps int) (averages []*graph.Node, step *graph.Node) {
	averages = make([]*graph.Node, len(weights))
	batches := number.Like(float64(steps))
	due := number.Rem(batches).Compare(graph.Equal, number.Like(0))
	for i, w := range weights {
		name := slotName(w.Name, accumulatorSlot)
		sum := w.Gradient.Add(u.read(name, w.Value, place{accumulatorSlots, i}, 0))
		u.put(u.slots.byName[name], graph.Select(due, sum.Like(0), sum))
		averages[i] = sum.Div(sum.Like(float64(steps)))
	}
	u.due = due
	before := number.Shift(-1)
	return averages, before.Sub(before.Rem(batches)).Div(batches).Shift(1)
}

// average keeps the moving averages of the new values of weights, and returns
// what the weights become. It goes on while gradients accumulate, as Keras'.
func (u *update) average(ema EMA, weights []Weight, values []*graph.Node, number *graph.Node) []*graph.Node {
	momentum := orDefault(ema.Momentum, 0.99)
	one := number.Like(1)
	kept := graph.Select(number.Compare(graph.Equal, one), number.Like(0), number.Like(momentum))
	overwritten := make([]*graph.Node, len(values))
	for i, value := range values {
		name := slotName(weights[i].Name, averageSlot)
		average := u.read(name, value, place{averageSlots, i}, 0)
		average = kept.Mul(average).Add(one.Sub(kept).Mul(value))
		u.put(u.slots.byName[name], average)
		overwritten[i] = value
		if ema.OverwriteEvery > 0 {
			now := number.Rem(number.Like(float64(ema.OverwriteEvery))).Compare(graph.Equal, number.Like(0))
			overwritten[i] = graph.Select(now, average, value)
		}
	}
	return overwritten
}

func (u *update) updates(weights []Weight, values []*graph.Node) []graph.Update {
	updates := make([]graph.Update, 0, len(weights)+len(u.order))
	for i, w := range weights {
		updates = append(updates, graph.Update{Variable: w.Variable, Value: values[i]})
	}
	for _, slot := range u.order {
		updates = append(updates, graph.Update{Variable: slot.Variable, Value: u.values[slot]})
	}
	return updates
}
