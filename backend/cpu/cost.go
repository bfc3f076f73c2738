package cpu

import (
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// cost is what a unit computes and moves at any number of samples.
type cost struct {
	flops, bytes []term
}

// term is a number for each element of an extent.
type term struct {
	extent extent
	each   int
}

func total(terms []term, samples int) int64 {
	var sum int64
	for _, t := range terms {
		sum += int64(t.extent.at(samples)) * int64(t.each)
	}
	return sum
}

// at completes a step's description for the samples of a run.
func (l *labelled) at(samples int) Step {
	s := l.label
	s.FLOPs, s.Bytes = total(l.cost.flops, samples), total(l.cost.bytes, samples)
	return s
}

// cost adds up what the unit's members compute, and the memory that the unit
// reads and writes: each value once, what stays within the unit not at all.
func (u *unit) cost() cost {
	var c cost
	seen := map[*value]bool{}
	move := func(v *value) {
		if !seen[v] {
			seen[v] = true
			size := v.typ.DType.Size()
			if v.rounded {
				size /= 2
			}
			c.bytes = append(c.bytes, term{v.extent(), size})
		}
	}
	for _, member := range u.members {
		c.flops = append(c.flops, member.flops())
		if member.keeps() || member.slot != nil {
			move(member)
		}
	}
	u.reads(move)
	return c
}

// flops counts a value's multiplications and additions as its definition
// makes them; other functions count as one.
func (v *value) flops() term {
	switch op := v.op.(type) {
	case graph.Convolution:
		return term{v.extent(), 2 * perFilter(v.operands[1].typ.Shape)}
	case graph.ConvolutionInput:
		return term{v.operands[0].extent(), 2 * perFilter(v.operands[1].typ.Shape)}
	case graph.ConvolutionFilter:
		return term{v.operands[1].extent(), 2 * perFilter(v.typ.Shape)}
	case inputOfMaxima:
		return term{extentOf(op.result), 2 * perFilter(v.operands[2].typ.Shape)}
	case filterOfMaxima:
		return term{extentOf(op.result), 2 * perFilter(v.typ.Shape)}
	case graph.Dot:
		e := v.extent()
		depth := extentOf(pick(v.operands[0].typ.Shape, op.LeftContract))
		return term{extent{e.per * depth.per, e.batches + depth.batches}, 2}
	case graph.ReduceWindow:
		return term{v.extent(), op.Size[0] * op.Size[1]}
	case firstMaximum:
		return term{v.extent(), op.Size[0] * op.Size[1]}
	case scatterMaxima, wonSum:
		return term{v.operands[1].extent(), 1}
	case graph.SelectAndScatter:
		return term{v.operands[1].extent(), op.Size[0] * op.Size[1]}
	case graph.Reduction:
		return term{v.operands[0].extent(), 1}
	case squaredDeviations:
		return term{v.operands[0].extent(), 3}
	case graph.Broadcast, graph.Conversion, graph.Transpose, graph.Slice, graph.Pad, graph.Reverse, graph.Concatenation, graph.GatherRows:
		return term{}
	}
	return term{v.extent(), 1}
}

// perFilter is how many elements of kernels one result joins.
func perFilter(kernels tensor.Shape) int { return kernels[0] * kernels[1] * kernels[2] }

// kindOf names the kind of work that a unit is; see [Step].
func (u *unit) kindOf() string {
	if u.fed == nil && (u.kind == narrow || u.kind == wide) {
		return "elementwise"
	}
	switch u.members[0].op.(type) {
	case graph.Convolution, graph.ConvolutionInput, graph.ConvolutionFilter, inputOfMaxima, filterOfMaxima:
		return "convolution"
	case graph.Dot:
		return "product"
	case graph.ReduceWindow, firstMaximum, graph.SelectAndScatter, scatterMaxima, wonSum:
		return "pooling"
	case graph.Reduction, squaredDeviations, graph.ArgMax, graph.Softmax, graph.LogSoftmax, graph.SoftmaxCrossentropy:
		return "reduction"
	case graph.Transpose, graph.Slice, graph.Pad, graph.Reverse, graph.Concatenation, graph.GatherRows, graph.ScatterRows:
		return "movement"
	}
	return "other"
}

// fused names the operations of a unit after its first.
func (u *unit) fused() string {
	names := ""
	for i, member := range u.members {
		if i > 0 {
			if names != "" {
				names += " "
			}
			names += member.op.Name()
		}
	}
	return names
}
