package lince

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// Trace is a model's computation as a graph, without dropout and augmentation,
// while a Probe of it is being described.
type Trace struct {
	// Inputs are the model's inputs, with the samples along the first dimension.
	Inputs []*graph.Node
	// Outputs are the model's outputs.
	Outputs []*graph.Node
	// Results are what the layers make, in the order of their computation. A
	// layer that is applied several times has as many.
	Results []Result

	graph      *graph.Graph
	parameters []*graph.Node
}

// Result is what a layer makes while a model computes.
type Result struct {
	// Path is the layer's name, with those of the models around it before it:
	// mobilenetv2_0.35_224/Conv_1.
	Path string
	// Node is its value; of a model within that has several, the first.
	Node *graph.Node
}

// Parameter returns a further input of the probe, which Run takes behind the
// model's. A shape that begins with graph.Batch has a row for every sample.
func (t *Trace) Parameter(label string, dtype tensor.DType, shape ...int) *graph.Node {
	n := t.graph.Parameter(label, dtype, shape...)
	t.parameters = append(t.parameters, n)
	return n
}

// Probe is a computation of one's own on top of a model's: results of layers
// within, gradients with respect to them (graph.Gradient), or anything that a
// graph can say. It reads the weights where the model has them, copies nothing
// and changes nothing; the model can be used meanwhile as if there were none.
//
// A Probe may be used concurrently, under the conditions of Model.Predict.
type Probe struct {
	model     *Model
	described *graph.Program

	mutex    sync.Mutex
	engine   backend.Backend
	capacity int
	compiled backend.Executable
}

// Probe describes a computation on top of the model's for samples of the given
// shapes, one per input; without any, of those that the model declares. It is
// compiled when it first runs. What ask returns is what Run returns; its errors
// come back as they are.
func (m *Model) Probe(ctx context.Context, ask func(*Trace) ([]*graph.Node, error), samples ...tensor.Shape) (*Probe, error) {
	t, err := m.trace(ctx, samples)
	if err != nil {
		return nil, named(err)
	}
	asked, err := ask(t)
	if err != nil {
		return nil, err
	}
	described := &graph.Program{Inputs: slices.Concat(t.Inputs, t.parameters), Outputs: asked}
	if err := described.Verify(); err != nil {
		return nil, named(err)
	}
	return &Probe{model: m, described: described}, nil
}

// trace builds the computation for samples of the given or the declared shapes.
func (m *Model) trace(ctx context.Context, samples []tensor.Shape) (*Trace, error) {
	if len(samples) == 0 {
		shapes, varies, known := m.declaredShapes(trialExtent)
		if !known || varies {
			return nil, errors.New("the model takes inputs of any size: say the shapes of the samples to probe it with")
		}
		for _, shape := range shapes {
			samples = append(samples, shape[1:])
		}
	}
	if err := m.buildFor(ctx, samples); err != nil {
		return nil, err
	}
	t := &Trace{graph: graph.New()}
	for i, shape := range samples {
		t.Inputs = append(t.Inputs, t.graph.Parameter(fmt.Sprintf("input %d", i), tensor.Float32, append(tensor.Shape{graph.Batch}, shape...)...))
	}
	build := &layers.Build{Graph: t.graph, Observe: func(path string, results []*graph.Node) {
		t.Results = append(t.Results, Result{path, results[0]})
	}}
	values, err := m.network.call(build, t.Inputs)
	if err != nil {
		return nil, err
	}
	for _, output := range m.outputs {
		t.Outputs = append(t.Outputs, values[output])
	}
	return t, t.graph.Err()
}

// Run computes what was asked for. inputs are the model's, then the further
// ones; the length of the first input's first dimension is the number of
// samples.
func (p *Probe) Run(ctx context.Context, inputs ...*tensor.Tensor) ([]*tensor.Tensor, error) {
	if len(inputs) != len(p.described.Inputs) || inputs[0] == nil || inputs[0].Rank() == 0 {
		return nil, fmt.Errorf("lince: %d inputs given for a probe of %d, with the samples along the first dimension", len(inputs), len(p.described.Inputs))
	}
	samples := inputs[0].Shape()[0]
	executable, err := p.compile(ctx, samples)
	if err != nil {
		return nil, named(err)
	}
	outputs := make([]*tensor.Tensor, len(p.described.Outputs))
	for i, output := range p.described.Outputs {
		if outputs[i], err = tensor.New(output.DType(), graph.Resolve(output.Shape(), samples)...); err != nil {
			return nil, named(err)
		}
	}
	return outputs, named(executable.Run(ctx, p.model.state(), samples, inputs, outputs))
}

// compile returns the program for so many samples on the engine that the model
// is on. One that is replaced may still be running for somebody else, so it is
// left to the garbage collector.
func (p *Probe) compile(ctx context.Context, samples int) (backend.Executable, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.model.closed {
		return nil, errors.New("the model of the probe was closed")
	}
	if err := p.model.ready(); err != nil {
		return nil, err
	}
	engine := p.model.home().engine
	if p.compiled != nil && p.capacity >= samples && p.engine == engine {
		return p.compiled, nil
	}
	if err := p.model.home().declare(p.described.Variables()...); err != nil {
		return nil, err
	}
	compiled, err := engine.Compile(ctx, p.described, samples)
	if err != nil {
		return nil, err
	}
	p.compiled, p.capacity, p.engine = compiled, samples, engine
	return compiled, nil
}

// Close frees the memory that the probe holds; it must not be used afterwards.
// Close is not needed at the end of a program.
func (p *Probe) Close() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.compiled == nil {
		return nil
	}
	compiled := p.compiled
	p.compiled = nil
	return named(compiled.Close())
}
