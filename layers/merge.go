package layers

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// The layers below join values element by element. Shapes that differ
// stretch where an extent is 1; a value of fewer dimensions gets ones behind
// its batch.

// Add is the sum of its inputs (keras.layers.Add): the residual connection.
type Add struct {
	// Name is numbered (add, add_1 ...) when empty.
	Name string
}

// Describe returns the layer as Keras configures it.
func (l Add) Describe() Description { return merged("Add", l.Name) }

// Call adds.
func (l Add) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	return merge(inputs, (*graph.Node).Add)
}

// Subtract is the first input less the second (keras.layers.Subtract).
type Subtract struct {
	// Name is numbered (subtract, ...) when empty.
	Name string
}

// Describe returns the layer as Keras configures it.
func (l Subtract) Describe() Description { return merged("Subtract", l.Name) }

// Call subtracts.
func (l Subtract) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 2, 0); err != nil {
		return nil, err
	}
	return merge(inputs, (*graph.Node).Sub)
}

// Multiply is the product of its inputs (keras.layers.Multiply).
type Multiply struct {
	// Name is numbered (multiply, ...) when empty.
	Name string
}

// Describe returns the layer as Keras configures it.
func (l Multiply) Describe() Description { return merged("Multiply", l.Name) }

// Call multiplies.
func (l Multiply) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	return merge(inputs, (*graph.Node).Mul)
}

// Average is the mean of its inputs (keras.layers.Average).
type Average struct {
	// Name is numbered (average, average_1 ...) when empty.
	Name string
}

// Describe returns the layer as Keras configures it.
func (l Average) Describe() Description { return merged("Average", l.Name) }

// Call averages.
func (l Average) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	sum, err := merge(inputs, (*graph.Node).Add)
	if err != nil {
		return nil, err
	}
	return sum.Scale(1 / float64(len(inputs))), nil
}

// Maximum is the largest of its inputs (keras.layers.Maximum).
type Maximum struct {
	// Name is numbered (maximum, maximum_1 ...) when empty.
	Name string
}

// Describe returns the layer as Keras configures it.
func (l Maximum) Describe() Description { return merged("Maximum", l.Name) }

// Call compares.
func (l Maximum) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	return merge(inputs, (*graph.Node).Max)
}

// Minimum is the smallest of its inputs (keras.layers.Minimum).
type Minimum struct {
	// Name is numbered (minimum, minimum_1 ...) when empty.
	Name string
}

// Describe returns the layer as Keras configures it.
func (l Minimum) Describe() Description { return merged("Minimum", l.Name) }

// Call compares.
func (l Minimum) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	return merge(inputs, (*graph.Node).Min)
}

func merged(class, name string) Description {
	return Description{Class: class, Name: name, Config: config.Map{}}
}

func merge(inputs []*graph.Node, join func(x, y *graph.Node) *graph.Node) (*graph.Node, error) {
	if len(inputs) < 2 {
		return nil, fmt.Errorf("%d inputs given, expected at least 2", len(inputs))
	}
	rank := 0
	for _, input := range inputs {
		rank = max(rank, input.Rank())
	}
	var result *graph.Node
	for i, input := range inputs {
		for input.Rank() < rank {
			input = input.ExpandDims(1)
		}
		if i == 0 {
			result = input
			continue
		}
		result = join(result, input)
	}
	return result, nil
}
