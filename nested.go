package lince

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// The methods below make a model a layer, for Sequential and layers.Apply:
// wherever it is used it has the same weights, and what it learns there it
// knows. An augmentation is often a Sequential within another one, a pretrained
// base a model applied to another one's input.

// Instance returns what stands for the model in models that use it as a layer.
func (m *Model) Instance() *layers.Instance {
	m.within.Do(func() { m.instance = layers.Compose(m) })
	return m.instance
}

// Describe returns the model's class and name as a layer. What it is made of is
// told by MarshalJSON.
func (m *Model) Describe() layers.Description {
	d := layers.Description{Class: "Functional"}
	if m.sequential {
		d.Class = "Sequential"
	}
	if len(m.inputs) == 1 {
		input, _ := inputLayer(m.inputs[0])
		d.InputShape = input.Shape
	}
	if m.named {
		d.Name = m.name
	}
	return d
}

// Call builds the computation of the model's only output; it is for models
// that use this one as a layer.
func (m *Model) Call(c *layers.Context, inputs ...*graph.Node) (*graph.Node, error) {
	results, err := m.Results(c, inputs...)
	if err != nil {
		return nil, err
	}
	if len(results) != 1 {
		return nil, fmt.Errorf("the model %q has %d outputs, expected 1", m.name, len(results))
	}
	return results[0], nil
}

// Results builds the computation of the model's outputs; it is for models that
// use this one as a layer.
func (m *Model) Results(c *layers.Context, inputs ...*graph.Node) ([]*graph.Node, error) {
	if len(inputs) != len(m.inputs) {
		return nil, fmt.Errorf("%s: %d inputs given, the model takes %d", c.Path(), len(inputs), len(m.inputs))
	}
	samples := make([]tensor.Shape, len(inputs))
	for i, input := range inputs {
		if input.Rank() == 0 {
			return nil, fmt.Errorf("%s: input %d has no dimension of samples", c.Path(), i)
		}
		samples[i] = input.Shape()[1:]
		if err := m.checkInput(i, samples[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Path(), err)
		}
	}
	nodes, err := m.network.call(c, inputs)
	if err != nil {
		return nil, err
	}
	if err := m.learnShapes(inputs); err != nil {
		return nil, err
	}
	results := make([]*graph.Node, len(m.outputs))
	for i, output := range m.outputs {
		results[i] = nodes[output]
	}
	return results, nil
}

// learnShapes builds a model that does not say the shape of its inputs for
// those that it is applied to. Extents that differ from use to use vary.
func (m *Model) learnShapes(inputs []*graph.Node) error {
	if _, _, known := m.declaredShapes(trialExtent); known {
		return nil
	}
	shapes := make([]tensor.Shape, len(inputs))
	for i, input := range inputs {
		shapes[i] = input.Shape().Clone()
	}
	if m.Built() && slices.EqualFunc(shapes, m.builtFor, tensor.Shape.Equal) {
		return nil
	}
	first := m.shapes
	if err := m.build(shapes); err != nil || first == nil {
		return err
	}
	m.markVarying(first)
	return nil
}

// Rename gives the model a name: that of its layer in models around it, and in
// files. Others are numbered: sequential, sequential_1.
func (m *Model) Rename(name string) error {
	if name == "" {
		return errors.New("lince: the name of a model cannot be empty")
	}
	m.name, m.named = name, true
	m.Instance().Rename(name)
	return nil
}
