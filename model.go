package lince

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// Model is a network of layers together with its weights. Predict,
// PredictOnBatch and Classify may be called concurrently; everything that
// changes the model or its measurements (Compile, Fit, Evaluate, loading
// weights, freezing) must not overlap with other calls.
type Model struct {
	name       string
	named      bool // by the user or a file
	sequential bool
	inputs     []layers.Value
	outputs    []layers.Value
	network    network
	seed       uint64

	// Classes names the classes in the order of the outputs. Fit takes them
	// from its source; Save keeps them in the file.
	Classes []string
	// Preprocessing is what happens to a picture before the model sees it.
	// Fit takes it from its source when that has one; Save keeps it in the file.
	Preprocessing *images.Preprocessing

	lives    *home
	instance *layers.Instance
	within   sync.Once
	closed   bool
	training *training

	// shapes are those of all values, builtFor the inputs' that they follow
	// from; nil before the model is built.
	shapes   map[layers.Value]tensor.Shape
	builtFor []tensor.Shape

	programs sync.Mutex
	compiled map[programKey]*program
}

// Sequential returns a model in which each layer is applied to the result of
// the one before (keras.Sequential). The first layer says the shape of a
// sample, as layers.Input or by its InputShape; without it the model is built
// at its first batch.
func Sequential(stack ...layers.Layer) (*Model, error) {
	if len(stack) == 0 {
		return nil, errors.New("lince: Sequential needs at least one layer")
	}
	instances := make([]*layers.Instance, len(stack))
	for i, layer := range stack {
		if layer == nil {
			return nil, fmt.Errorf("lince: layer %d of Sequential is nil", i)
		}
		instances[i] = layers.Share(layer)
	}
	m, err := sequential(instances)
	if err != nil {
		return nil, named(err)
	}
	return m, nil
}

// sequential chains instances behind an input. Without a known shape the
// input's rank is left open until Fit or Predict sees a batch.
func sequential(instances []*layers.Instance) (*Model, error) {
	var input layers.Value
	first := instances[0].Description()
	switch spec, isInput := instances[0].Layer().(layers.Input); {
	case isInput:
		input = layers.NewInput(spec)
		instances = instances[1:]
	case first.InputShape != nil:
		input = layers.NewInput(layers.Input{Shape: first.InputShape})
	default:
		input = layers.NewInput(layers.Input{})
	}
	output := input
	for _, instance := range instances {
		if _, again := instance.Layer().(layers.Input); again {
			return nil, errors.New("layers.Input can only be the first layer of Sequential")
		}
		output = instance.Apply(output)
	}
	m, err := newModel([]layers.Value{input}, []layers.Value{output})
	if err != nil {
		return nil, err
	}
	m.name, m.sequential = "sequential", true
	return m, nil
}

// NewModel returns the model that computes outputs from inputs (keras.Model).
// Mistakes made in the chain of layers.Apply are reported here. Layers of
// another model are the same layers with the same weights in this one: what
// either learns, loads, freezes or moves to another engine is so in both. Their
// training, optimiser included, is each model's own.
func NewModel(inputs, outputs []layers.Value) (*Model, error) {
	m, err := newModel(inputs, outputs)
	if err != nil {
		return nil, named(err)
	}
	m.name = "functional"
	return m, nil
}

// Inputs and Outputs spell the arguments of NewModel.
func Inputs(values ...layers.Value) []layers.Value { return values }

// Outputs returns its arguments; see Inputs.
func Outputs(values ...layers.Value) []layers.Value { return values }

func newModel(inputs, outputs []layers.Value) (*Model, error) {
	if len(inputs) == 0 || len(outputs) == 0 {
		return nil, fmt.Errorf("a model needs inputs and outputs, %d and %d given", len(inputs), len(outputs))
	}
	for i, input := range inputs {
		if _, ok := inputLayer(input); !ok {
			return nil, fmt.Errorf("input %d of the model is no layers.NewInput", i)
		}
		if slices.Contains(inputs[:i], input) {
			return nil, fmt.Errorf("input %d of the model, %s, is among its inputs before", i, label(input.Instance()))
		}
	}
	n, err := newNetwork(inputs, outputs)
	if err != nil {
		return nil, err
	}
	m := &Model{inputs: inputs, outputs: outputs, network: n, compiled: map[programKey]*program{}}
	if err := m.buildDeclared(); err != nil {
		return nil, err
	}
	return m, m.moveIn()
}

// inputLayer returns the settings of an input, and whether the value is one.
func inputLayer(value layers.Value) (layers.Input, bool) {
	if value.Instance() == nil {
		return layers.Input{}, false
	}
	input, ok := value.Instance().Layer().(layers.Input)
	return input, ok && len(value.Inputs()) == 0
}

// An extent that varies from batch to batch is tried with this length and
// twice of it: what differs in the shapes that follow varies too.
const trialExtent = 256

// buildDeclared builds a model whose inputs say their shapes; others are built
// at their first batch.
func (m *Model) buildDeclared() error {
	shapes, varies, known := m.declaredShapes(trialExtent)
	if !known {
		return nil
	}
	if err := m.build(shapes); err != nil || !varies {
		return err
	}
	first := m.shapes
	shapes, _, _ = m.declaredShapes(2 * trialExtent)
	if err := m.build(shapes); err != nil {
		return fmt.Errorf("the size of the input varies: %w", err)
	}
	m.markVarying(first)
	return nil
}

// markVarying marks the extents that differ from those of other inputs.
func (m *Model) markVarying(other map[layers.Value]tensor.Shape) {
	for value, shape := range m.shapes {
		for axis, extent := range other[value] {
			if extent != shape[axis] {
				shape[axis] = graph.Batch
			}
		}
	}
}

// declaredShapes returns the inputs' shapes with the batch before them, and a
// given length in place of those that vary; known is whether the model says
// how many dimensions there are.
func (m *Model) declaredShapes(varying int) (shapes []tensor.Shape, varies, known bool) {
	for _, value := range m.inputs {
		input, _ := inputLayer(value)
		if input.Shape == nil {
			return nil, false, false
		}
		shape := append(tensor.Shape{graph.Batch}, input.Shape...)
		for axis := 1; axis < len(shape); axis++ {
			if shape[axis] < 0 {
				shape[axis], varies = varying, true
			}
		}
		shapes = append(shapes, shape)
	}
	return shapes, varies, true
}

// build makes the weights by building the computation once and remembers the
// shape of every value.
func (m *Model) build(inputs []tensor.Shape) error {
	values, err := m.trial(graph.New(), inputs)
	if err != nil {
		return err
	}
	shapes := map[layers.Value]tensor.Shape{}
	for value, node := range values {
		shapes[value] = node.Shape().Clone()
	}
	m.shapes, m.builtFor = shapes, inputs
	return nil
}

// trial builds the computation for inputs of given shapes, to see what comes
// of it.
func (m *Model) trial(g *graph.Graph, inputs []tensor.Shape) (map[layers.Value]*graph.Node, error) {
	nodes := make([]*graph.Node, len(inputs))
	for i, shape := range inputs {
		nodes[i] = g.Parameter(m.inputs[i].Instance().Name(), tensor.Float32, shape...)
	}
	return m.network.call(&layers.Build{Graph: g}, nodes)
}

// checkInput compares the shape of a sample with the declared one.
func (m *Model) checkInput(i int, sample tensor.Shape) error {
	input, _ := inputLayer(m.inputs[i])
	if input.Shape == nil {
		return nil
	}
	fits := len(input.Shape) == len(sample)
	for axis := 0; fits && axis < len(sample); axis++ {
		fits = input.Shape[axis] < 0 || input.Shape[axis] == sample[axis]
	}
	if !fits {
		return fmt.Errorf("samples of shape %v given, the model takes %v", sample, tensor.Shape(input.Shape))
	}
	return nil
}

// Built reports whether the model knows its shapes and so has weights.
func (m *Model) Built() bool { return m.shapes != nil }

// Name returns the model's name, "sequential" or "functional" unless a file
// gave it another.
func (m *Model) Name() string { return m.name }

// Inputs returns the model's symbolic inputs, to build another model on.
func (m *Model) Inputs() []layers.Value { return m.inputs }

// Outputs returns the model's symbolic outputs.
func (m *Model) Outputs() []layers.Value { return m.outputs }

// Layers returns the model's layers in Keras' order, inputs included. As in
// Keras, arithmetic between values (layers.Operation) is not among them.
func (m *Model) Layers() []*layers.Instance {
	return slices.DeleteFunc(slices.Clone(m.network.instances), isOperation)
}

// Close frees what the model holds of its engine. The last of the models that
// share layers also closes the engine unless it was given by Use or Compile.
// The model must not be used afterwards. Close is not needed at the end of a
// program.
func (m *Model) Close() error {
	if m.closed {
		return nil
	}
	m.closed = true
	return errors.Join(m.forget(), m.home().leave())
}

// buildFor builds a model that waits for its first batch.
func (m *Model) buildFor(ctx context.Context, samples []tensor.Shape) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(samples) != len(m.inputs) {
		return fmt.Errorf("the data has %d inputs, the model %d", len(samples), len(m.inputs))
	}
	shapes := make([]tensor.Shape, len(samples))
	for i, sample := range samples {
		if err := m.checkInput(i, sample); err != nil {
			return err
		}
		shapes[i] = append(tensor.Shape{graph.Batch}, sample...)
	}
	if m.Built() {
		return nil
	}
	return m.build(shapes)
}

// Use makes the model, and those that share layers with it, run on another
// engine, which stays the caller's to close, and takes the weights and the
// optimiser's memory along.
func (m *Model) Use(engine backend.Backend) error {
	return named(errors.Join(m.forget(), m.use(engine)))
}

// Compiled reports whether the model knows how it learns, by Compile or from
// its file.
func (m *Model) Compiled() bool { return m.training != nil }

// OutputShape returns the shape of the first output with the batch, negative,
// before it; nil before the model is built.
func (m *Model) OutputShape() tensor.Shape { return m.shapes[m.outputs[0]] }

// Values returns the model's values in an order in which they can be computed:
// for every use of a layer its first result. Inputs have no inputs.
func (m *Model) Values() []layers.Value { return slices.Clone(m.network.order) }

// ShapeOf returns the shape of one of the model's values with the batch and
// what varies negative; nil before the model is built, and for other values.
func (m *Model) ShapeOf(value layers.Value) tensor.Shape { return m.shapes[value].Clone() }

// named puts the package's name before an error that leaves it.
func named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("lince: %w", err)
}
