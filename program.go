package lince

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// purpose is what a compiled program does.
type purpose uint8

const (
	predicting purpose = iota
	evaluating
	learning
)

// signature is the form of a batch: types and sample shapes of inputs and targets.
type signature struct {
	inputs, targets []graph.Type
}

func signatureOf(spec data.Spec) signature {
	return signature{inputs: batched(spec.Inputs, spec.InputTypes), targets: batched(spec.Targets, spec.TargetTypes)}
}

func signatureOfBatch(b *data.Batch) signature {
	describe := func(tensors []*tensor.Tensor) []graph.Type {
		types := make([]graph.Type, len(tensors))
		for i, t := range tensors {
			types[i] = graph.Type{DType: t.DType(), Shape: append(tensor.Shape{graph.Batch}, t.Shape()[1:]...)}
		}
		return types
	}
	return signature{inputs: describe(b.Inputs), targets: describe(b.Targets)}
}

func batched(shapes []tensor.Shape, types []tensor.DType) []graph.Type {
	list := make([]graph.Type, len(shapes))
	for i, shape := range shapes {
		list[i] = graph.Type{DType: tensor.Float32, Shape: append(tensor.Shape{graph.Batch}, shape...)}
		if i < len(types) && types[i] != tensor.Invalid {
			list[i].DType = types[i]
		}
	}
	return list
}

func (s signature) samples() []tensor.Shape {
	shapes := make([]tensor.Shape, len(s.inputs))
	for i, input := range s.inputs {
		shapes[i] = input.Shape[1:]
	}
	return shapes
}

// programKey tells compiled programs apart.
type programKey struct {
	purpose purpose
	form    string
}

// program is a compiled step.
type program struct {
	form       signature
	engine     backend.Backend
	executable backend.Executable
	capacity   int
	// accumulators are the variables of loss and metrics, zeroed when an
	// epoch or evaluation begins.
	accumulators []*graph.Variable
	meters       []meter
	// targets are the numbers of the batch's targets that the program takes.
	targets []int
	outputs []tensor.Shape
}

// takes reports whether the program is for batches such as this one.
func (p *program) takes(b *data.Batch) bool {
	alike := func(types []graph.Type, tensors []*tensor.Tensor) bool {
		return slices.EqualFunc(types, tensors, func(typ graph.Type, t *tensor.Tensor) bool {
			return typ.DType == t.DType() && typ.Shape[1:].Equal(t.Shape()[1:])
		})
	}
	return b.Len() <= p.capacity && alike(p.form.inputs, b.Inputs) && alike(p.form.targets, b.Targets)
}

// meter is the loss or a metric and its accumulators' variables.
type meter struct {
	name      string
	metric    metrics.Metric
	variables map[string]*graph.Variable
}

// forget drops all compiled programs.
func (m *Model) forget() error {
	m.programs.Lock()
	defer m.programs.Unlock()
	var errs []error
	for key, p := range m.compiled {
		errs = append(errs, p.executable.Close())
		delete(m.compiled, key)
	}
	return errors.Join(errs...)
}

// program returns the compiled program for batches of a form, compiling it at
// first use and again when a batch is larger than it was planned for.
func (m *Model) program(ctx context.Context, what purpose, form signature, samples int) (*program, error) {
	key := programKey{what, fmt.Sprint(form.inputs)}
	if what != predicting {
		key.form += fmt.Sprint(form.targets)
	}
	m.programs.Lock()
	defer m.programs.Unlock()
	existing := m.compiled[key]
	if existing != nil && existing.capacity >= samples && existing.engine == m.home().engine {
		return existing, nil
	}
	if err := m.buildFor(ctx, form.samples()); err != nil {
		return nil, err
	}
	if err := m.ready(); err != nil {
		return nil, err
	}
	compiled, err := m.compile(ctx, what, form, samples)
	if err != nil {
		return nil, err
	}
	m.makeRoom()
	m.compiled[key] = compiled
	return compiled, nil
}

// keptPrograms is how many programs a model keeps: one for every purpose and
// form of batches, of which pictures of any size have many.
const keptPrograms = 16

// makeRoom forgets a program if there are too many. Like one that a larger
// one replaces it may still be running for somebody else, so it is left to the
// garbage collector.
func (m *Model) makeRoom() {
	for key := range m.compiled {
		if len(m.compiled) < keptPrograms {
			return
		}
		delete(m.compiled, key)
	}
}

func (m *Model) compile(ctx context.Context, what purpose, form signature, capacity int) (*program, error) {
	b := builder{model: m, form: form, graph: graph.New(), program: &program{form: form, capacity: capacity}, described: &graph.Program{}}
	var err error
	if what == predicting {
		err = b.predict()
	} else {
		err = b.learn(what == learning)
	}
	if err == nil {
		err = b.graph.Err()
	}
	if err == nil {
		err = b.described.Verify()
	}
	if err != nil {
		return nil, err
	}
	if err := m.home().declare(b.described.Variables()...); err != nil {
		return nil, err
	}
	b.program.engine = m.home().engine
	if b.program.executable, err = b.program.engine.Compile(ctx, b.described, capacity); err != nil {
		return nil, err
	}
	return b.program, nil
}

// builder describes a step as a graph.
type builder struct {
	model     *Model
	form      signature
	graph     *graph.Graph
	program   *program
	described *graph.Program
}

func (b *builder) parameter(label string, t graph.Type) *graph.Node {
	n := b.graph.Parameter(label, t.DType, t.Shape...)
	b.described.Inputs = append(b.described.Inputs, n)
	return n
}

func (b *builder) inputs() []*graph.Node {
	nodes := make([]*graph.Node, len(b.form.inputs))
	for i, t := range b.form.inputs {
		nodes[i] = b.parameter(fmt.Sprintf("input %d", i), t).Convert(tensor.Float32)
	}
	return nodes
}

func (b *builder) predict() error {
	values, err := b.model.network.call(&layers.Build{Graph: b.graph}, b.inputs())
	if err != nil {
		return err
	}
	for _, output := range b.model.outputs {
		b.described.Outputs = append(b.described.Outputs, values[output])
		b.program.outputs = append(b.program.outputs, values[output].Shape())
	}
	return nil
}

// learn describes a step that measures the losses and the metrics, and when
// training also changes the weights.
func (b *builder) learn(training bool) error {
	t := b.model.training
	places, err := t.targets(len(b.form.targets))
	if err != nil {
		return err
	}
	inputs := b.inputs()
	sides := b.sides(places)
	build := &layers.Build{Graph: b.graph, Training: training}
	var rate, number *graph.Node
	if training {
		rate = b.parameter("learning rate", graph.Type{DType: tensor.Float32})
		number = b.parameter("step number", graph.Type{DType: tensor.Float32})
		build.Key = b.parameter("random key", graph.Type{DType: tensor.Uint32, Shape: tensor.Shape{4}})
	}
	values, err := b.model.network.call(build, inputs)
	if err != nil {
		return err
	}
	var loss *graph.Node
	for i := range sides {
		if err := b.assess(&sides[i], values[b.model.outputs[sides[i].output]]); err != nil {
			return err
		}
		loss = plus(loss, sides[i].counted)
	}
	for _, extra := range build.Losses() {
		loss = plus(loss, extra)
	}
	if err := b.measure(loss, sides, training); err != nil {
		return err
	}
	if !training {
		return nil
	}
	b.described.Updates = append(b.described.Updates, build.Updates()...)
	return b.minimise(loss, rate, number)
}

func plus(sum, more *graph.Node) *graph.Node {
	switch {
	case sum == nil:
		return more
	case more == nil:
		return sum
	}
	return sum.Add(more)
}

// side is a head together with what its output is compared with.
type side struct {
	head
	target, prediction, weights *graph.Node
	// loss is that of the head alone, counted what it adds to the sum; nil
	// without one.
	loss, counted *graph.Node
}

// sides makes the parameters for the targets and the sample weights of the
// heads that have any, and remembers which of a batch's tensors they take.
func (b *builder) sides(places []int) []side {
	var sides []side
	for i, h := range b.model.training.heads {
		if places[i] < 0 {
			continue
		}
		target := b.parameter("target", b.form.targets[places[i]]).Convert(tensor.Float32)
		sides = append(sides, side{head: h, target: target})
		b.program.targets = append(b.program.targets, places[i])
	}
	for i := range sides {
		sides[i].weights = b.parameter("sample weights", graph.Type{DType: tensor.Float32, Shape: tensor.Shape{graph.Batch}})
	}
	return sides
}

// assess compares an output with its target.
func (b *builder) assess(s *side, prediction *graph.Node) error {
	s.prediction = prediction
	s.target = alignTarget(s.target, prediction)
	if s.head.loss == nil {
		return nil
	}
	var err error
	if s.loss, err = losses.Scalar(s.head.loss, s.target, prediction, s.weights); err != nil {
		if len(b.model.outputs) > 1 {
			return fmt.Errorf("output %q: %w", s.name, err)
		}
		return err
	}
	s.counted = s.loss
	if s.weight != 1 {
		s.counted = s.loss.Scale(s.weight)
	}
	return nil
}

// alignTarget gives targets (batch) the dimension of 1 that a single unit's
// predictions (batch, 1) have.
func alignTarget(target, prediction *graph.Node) *graph.Node {
	if target.Rank() == prediction.Rank()-1 && prediction.Extent(-1) == 1 {
		return target.ExpandDims(target.Rank())
	}
	return target
}

func (b *builder) minimise(loss, rate, number *graph.Node) error {
	var list []optimizers.Weight
	var values []*graph.Node
	paths, factors := b.model.network.paths(), b.model.rateFactors(b.model.training.RateFactors)
	for _, w := range b.model.network.weights() {
		if !w.Trainable() {
			continue
		}
		value := b.graph.Read(w.Variable)
		values = append(values, value)
		list = append(list, optimizers.Weight{Name: paths[w], Variable: w.Variable, Value: value, RateFactor: factors[w]})
	}
	if len(list) == 0 {
		return fmt.Errorf("no layer is trainable: unfreeze one and Compile again")
	}
	gradients, err := graph.Gradient(loss, values...)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Gradient = gradients[i]
	}
	t := b.model.training
	updates, err := optimizers.Apply(t.Optimizer, list, rate, number, t.slots)
	if err != nil {
		return err
	}
	b.described.Updates = append(b.described.Updates, updates...)
	return b.model.declareSlots()
}

// measure adds the losses and the metrics of the batch to their accumulators.
func (b *builder) measure(loss *graph.Node, sides []side, training bool) error {
	t := b.model.training
	whole := side{target: loss, prediction: sides[0].prediction}
	if err := b.meter("loss", lossMeter{}, whole, nil, training); err != nil {
		return err
	}
	for _, s := range sides {
		if s.loss == nil || !t.separate() {
			continue
		}
		if err := b.meter(t.label(s.head, "loss"), lossMeter{}, side{target: s.loss, prediction: s.prediction}, nil, training); err != nil {
			return err
		}
	}
	for _, s := range sides {
		for i, metric := range slices.Concat(s.metrics, s.weighted) {
			var counted *graph.Node
			if i >= len(s.metrics) {
				counted = s.weights
			}
			name := t.label(s.head, metric.Name())
			if err := b.meter(name, metric, s, counted, training); err != nil {
				return fmt.Errorf("metric %s: %w", name, err)
			}
		}
	}
	return nil
}

func (b *builder) meter(name string, metric metrics.Metric, s side, weights *graph.Node, training bool) error {
	defer b.graph.Enter("metrics/" + name)()
	var sums metrics.Accumulators
	if err := metric.Update(&sums, s.target, s.prediction, weights); err != nil {
		return err
	}
	phase := "evaluation/"
	if training {
		phase = "training/"
	}
	m := meter{name: name, metric: metric, variables: map[string]*graph.Variable{}}
	for _, a := range sums.All() {
		v := b.model.training.accumulator(phase+name+"/"+a.Name, a.Shape)
		m.variables[a.Name] = v
		b.program.accumulators = append(b.program.accumulators, v)
		b.described.Updates = append(b.described.Updates, graph.Update{Variable: v, Value: b.graph.Read(v).Add(a.Increment)})
	}
	b.program.meters = append(b.program.meters, m)
	return nil
}

// accumulator returns the variable of a sum. Programs for batches of different
// forms share it, so that an epoch may have batches of several.
func (t *training) accumulator(name string, shape tensor.Shape) *graph.Variable {
	if t.accumulators == nil {
		t.accumulators = map[string]*graph.Variable{}
	}
	key := name + shape.String()
	if t.accumulators[key] == nil {
		t.accumulators[key] = &graph.Variable{Name: name, Type: graph.Type{DType: tensor.Float32, Shape: shape.Clone()}}
	}
	return t.accumulators[key]
}
