package cpu

import (
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// view reads a value as a broadcast shows it: position i of the larger shape
// is some position of the value's memory.
type view struct {
	memory *memory
	shape  tensor.Shape // of the result
	from   tensor.Shape // the value's
	axes   []int        // where its dimensions lie in shape

	// For the samples of the run: the dimensions of shape, neighbours that
	// are repeated together or read together made one.
	rank    int
	extents [tensor.MaxRank]int
	steps   [tensor.MaxRank]int
}

// viewOf returns how the broadcast v reads its operand.
func viewOf(v *value) *view {
	op := v.op.(graph.Broadcast)
	return &view{memory: v.operands[0].memory, shape: v.typ.Shape, from: v.operands[0].typ.Shape, axes: op.Axes}
}

// resize prepares for a number of samples.
func (w *view) resize(samples int) {
	var steps [tensor.MaxRank]int
	step := 1
	for i := len(w.from) - 1; i >= 0; i-- {
		extent := w.from[i]
		if extent == graph.Batch {
			extent = samples
		}
		if w.from[i] != 1 {
			steps[w.axes[i]] = step
		}
		step *= extent
	}
	w.rank = 0
	for i, extent := range w.shape {
		if extent == graph.Batch {
			extent = samples
		}
		if extent == 1 {
			continue
		}
		if last := w.rank - 1; last >= 0 && w.steps[last] == steps[i]*extent {
			w.extents[last] *= extent
			w.steps[last] = steps[i]
			continue
		}
		w.extents[w.rank], w.steps[w.rank] = extent, steps[i]
		w.rank++
	}
	if w.rank == 0 {
		w.rank, w.extents[0], w.steps[0] = 1, 1, 0
	}
}

// period returns the number of elements after which the view repeats itself
// at any number of samples, 0 if it does not.
func (w *view) period() int {
	size := extentOf(w.from)
	if size.batches > 0 || size.per == 0 {
		return 0
	}
	if size.per == 1 {
		return 1
	}
	// The value's own dimensions must be the last ones of the shape, all of them.
	for at := 1; at <= len(w.shape); at++ {
		i := len(w.from) - at
		if i < 0 || tensor.Shape(w.from[:i+1]).Equal(ones(i+1)) {
			return size.per
		}
		if w.axes[i] != len(w.shape)-at || w.from[i] != w.shape[len(w.shape)-at] {
			return 0
		}
	}
	return size.per
}

func ones(n int) tensor.Shape {
	shape := make(tensor.Shape, n)
	for i := range shape {
		shape[i] = 1
	}
	return shape
}

// each calls run for runs of the positions [start, start+count): length
// elements that lie step (0 or more) apart from the memory's position from on.
func (w *view) each(start, count int, run func(at, from, step, length int)) {
	var index [tensor.MaxRank]int
	from, rest := 0, start
	for i := w.rank - 1; i >= 0; i-- {
		index[i] = rest % w.extents[i]
		rest /= w.extents[i]
		from += index[i] * w.steps[i]
	}
	last := w.rank - 1
	for at := 0; at < count; {
		length := min(w.extents[last]-index[last], count-at)
		run(at, from, w.steps[last], length)
		at += length
		from += length * w.steps[last]
		index[last] += length
		for i := last; i > 0 && index[i] == w.extents[i]; i-- {
			from += w.steps[i-1] - index[i]*w.steps[i]
			index[i] = 0
			index[i-1]++
		}
		if index[0] == w.extents[0] { // what repeats may be asked for more than there is
			from -= index[0] * w.steps[0]
			index[0] = 0
		}
	}
}
