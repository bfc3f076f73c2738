package cpu

import (
	"slices"

	"github.com/lince-ml/lince/graph"
)

// An inference program whose samples have nothing to do with each other may
// take a large batch in several passes, so that what one step leaves the next
// finds in the cache. It is worth reading the weights again in every pass
// where they are small beside the values between the steps.

// cachedBytes is how large the values of a pass may be: what a core's share of
// the last cache, or a large second one, holds.
const cachedBytes = 8 << 20

// samplesPerPass returns how many samples one pass should take.
func (c *compiler) samplesPerPass() int {
	if c.capacity < 2 || len(c.program.Updates) > 0 || !c.isSamplewise() {
		return c.capacity
	}
	live, moved, weights := c.liveBytes()/c.capacity, c.movedBytes(), 0
	for _, v := range c.executable.variables {
		weights += extentOf(v.variable.Type.Shape).per * v.variable.Type.DType.Size()
	}
	together := cachedBytes / max(live, 1)
	if together < 1 || together >= c.capacity || together*moved < 2*weights {
		return c.capacity
	}
	return together
}

// liveBytes returns the most that values of samples take at the same time.
func (c *compiler) liveBytes() int {
	change := make([]int, len(c.units)+2)
	seen := map[*memory]bool{}
	for _, u := range c.units[c.lasting:] {
		for _, v := range u.members {
			if m := v.memory; m != nil && m.planned && !seen[m] {
				seen[m] = true
				change[m.first] += m.bytes
				change[m.last+1] -= m.bytes
			}
		}
	}
	most, now := 0, 0
	for _, bytes := range change {
		now += bytes
		most = max(most, now)
	}
	return most
}

// movedBytes returns what the steps read and write per sample.
func (c *compiler) movedBytes() int {
	var sum int64
	for _, u := range c.units[c.lasting:] {
		terms := u.cost().bytes
		sum += total(terms, 1) - total(terms, 0)
	}
	return int(sum)
}

// isSamplewise reports whether every value that is made of samples has them
// along its first dimension, each computed from the same sample alone.
func (c *compiler) isSamplewise() bool {
	for _, list := range [][]*graph.Node{c.program.Inputs, c.program.Outputs} {
		for _, n := range list {
			if len(n.Shape()) == 0 || n.Shape()[0] != graph.Batch {
				return false
			}
		}
	}
	for _, v := range c.values {
		if !v.isSamplewise() {
			return false
		}
	}
	return true
}

func (v *value) isSamplewise() bool {
	switch v.op.(type) {
	case graph.Elementwise, graph.Comparison, graph.Selection, graph.Conversion:
		return v.hasSamplesFirst()
	}
	for _, operand := range v.operands {
		if !operand.hasSamplesFirst() {
			return false
		}
	}
	if v.extent().batches == 0 {
		_, counts := v.op.(graph.DimensionSize)
		return !counts && !slices.ContainsFunc(v.operands, func(o *value) bool { return o.extent().batches > 0 })
	}
	switch op := v.op.(type) {
	case graph.Parameter:
		return v.hasSamplesFirst()
	case graph.Convolution:
		return v.operands[1].extent().batches == 0
	case graph.ReduceWindow, graph.Reshape, graph.Softmax, graph.LogSoftmax:
		return true
	case graph.Dot:
		return len(op.LeftBatch) == 0 && !slices.Contains(op.LeftContract, 0) && v.operands[1].extent().batches == 0
	case graph.Broadcast:
		return v.operands[0].extent().batches == 0 || op.Axes[0] == 0
	case graph.Reduction:
		return !slices.Contains(op.Axes, 0)
	case graph.Concatenation:
		return op.Axis > 0 && v.hasSamplesFirst()
	case graph.Pad:
		return op.Low[0] == 0 && op.High[0] == 0 && op.Interior[0] == 0
	}
	return false
}

// hasSamplesFirst reports whether samples are the first dimension or none.
func (v *value) hasSamplesFirst() bool {
	switch v.extent().batches {
	case 0:
		return true
	case 1:
		return v.typ.Shape[0] == graph.Batch
	}
	return false
}
