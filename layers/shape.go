package layers

import (
	"fmt"
	"sync"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// An extent that varies from batch to batch is tried with these lengths: what
// differs in the shapes that follow varies too.
var trialExtents = [2]int{256, 512}

// extents are the shapes of a value for both lengths, found out when first
// asked for.
type extents struct {
	once   sync.Once
	shapes [2][]tensor.Shape // of the layer's results; nil after a mistake
}

// Shape returns the value's shape as far as it is known before the model is
// made: (-1, height, width, channels) for pictures, with -1 for the number of
// samples and for what varies from batch to batch. It is nil when the input
// leaves its number of dimensions open or when there is a mistake in the
// chain of layers, which the model made of it will report.
func (v Value) Shape() tensor.Shape {
	if v.Instance() == nil {
		return nil
	}
	small, large := v.tried(0), v.tried(1)
	if small == nil || large == nil {
		return nil
	}
	shape := small.Clone()
	for axis, extent := range large {
		if shape[axis] != extent {
			shape[axis] = graph.Batch
		}
	}
	return shape
}

// tried returns the shape that the value has in a trial.
func (v Value) tried(trial int) tensor.Shape {
	e := &v.application.extents
	e.once.Do(func() {
		for i, varying := range trialExtents {
			e.shapes[i] = v.try(i, varying)
		}
	})
	if v.index < 0 || v.index >= len(e.shapes[trial]) {
		return nil
	}
	return e.shapes[trial][v.index]
}

// try calls a copy of the layer, whose weights nobody will see, on inputs
// that have their shape of that trial. A composite has no copy: one that has no
// weights yet would get those that fit the trial.
func (v Value) try(trial, varying int) []tensor.Shape {
	layer := v.application.instance.Layer()
	if input, ok := layer.(Input); ok && len(v.application.inputs) == 0 {
		return input.tried(varying)
	}
	if composite, ok := layer.(Composite); ok && !composite.Built() {
		return nil
	}
	g := graph.New()
	inputs := make([]*graph.Node, len(v.application.inputs))
	for i, input := range v.application.inputs {
		if input.Instance() == nil || input.tried(trial) == nil {
			return nil
		}
		inputs[i] = g.Parameter(fmt.Sprint("input ", i), tensor.Float32, input.tried(trial)...)
	}
	results, err := (&Build{Graph: g}).call(Share(layer), &Context{}, "", inputs)
	if err != nil {
		return nil
	}
	shapes := make([]tensor.Shape, len(results))
	for i, result := range results {
		shapes[i] = result.Shape().Clone()
	}
	return shapes
}

func (l Input) tried(varying int) []tensor.Shape {
	if l.Shape == nil {
		return nil
	}
	shape := append(tensor.Shape{graph.Batch}, l.Shape...)
	for axis := 1; axis < len(shape); axis++ {
		if shape[axis] < 0 {
			shape[axis] = varying
		}
	}
	return []tensor.Shape{shape}
}
