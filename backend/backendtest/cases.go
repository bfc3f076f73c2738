package backendtest

import (
	"slices"

	"github.com/lince-ml/lince/graph"
)

// Batch is short for the symbolic extent in the tables.
const batch = graph.Batch

// Cases returns all cases. Every operation type and every function, reducer
// and direction of package graph has at least one.
func Cases() []Case {
	return slices.Concat(
		sourceCases(), elementwiseCases(), typeCases(), shapeCases(), extentCases(), reduceCases(),
		dotCases(), convolutionCases(), poolingCases(), rowCases(), normalizationCases(), softmaxCases(),
	)
}

// shapes are those that elementwise work is tried on: ranks 0 to 5, single
// and no elements, lengths on both sides of what vectors hold.
var shapes = [][]int{
	{}, {1}, {batch}, {batch, 17}, {3, 0, 2}, {batch, 3, 5, 2}, {2, 1, 3, 1, 2}, {131}, {batch, 64},
}

// over applies a function to an input of every shape.
func over(fill Fill, apply func(x *graph.Node) *graph.Node) func(*Inputs) []*graph.Node {
	return func(in *Inputs) []*graph.Node {
		var outputs []*graph.Node
		for _, shape := range shapes {
			outputs = append(outputs, apply(in.Float(fill, shape...)))
		}
		return outputs
	}
}

// overPairs applies a function to two inputs of every shape.
func overPairs(left, right Fill, apply func(x, y *graph.Node) *graph.Node) func(*Inputs) []*graph.Node {
	return func(in *Inputs) []*graph.Node {
		var outputs []*graph.Node
		for _, shape := range shapes {
			outputs = append(outputs, apply(in.Float(left, shape...), in.Float(right, shape...)))
		}
		return outputs
	}
}

// on applies a function to one input.
func on(fill Fill, shape []int, apply func(x *graph.Node) *graph.Node) func(*Inputs) []*graph.Node {
	return func(in *Inputs) []*graph.Node { return []*graph.Node{apply(in.Float(fill, shape...))} }
}

var small = Whole(-3, 3)
