package lince

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// Training says how a model learns (the arguments of keras.Model.compile).
type Training struct {
	// Optimizer is RMSprop with Keras' defaults when nil.
	Optimizer optimizers.Optimizer
	// Loss is what is minimised; required unless there are Losses. A model
	// with several outputs measures each of them by it and adds them up.
	Loss losses.Loss
	// Losses are those of a model with several outputs, by the outputs' names
	// (see Model.OutputNames). An output without one adds nothing and needs no
	// target. LossWeights say how much each counts; 1 where left out.
	Losses      map[string]losses.Loss
	LossWeights map[string]float64
	// Metrics are measured while training and evaluating, WeightedMetrics
	// with the samples' and classes' weights. A model with several outputs
	// has OutputMetrics and OutputWeightedMetrics instead, by the outputs'
	// names, which stand before the metrics': digit_accuracy.
	Metrics, WeightedMetrics             []metrics.Metric
	OutputMetrics, OutputWeightedMetrics map[string][]metrics.Metric
	// RateFactors multiply the learning rate for single layers, given by name or
	// by path in models within: lower layers of a pretrained base are often to
	// learn slower than the head. The longer of two paths to a layer counts. Keras
	// does not read them from files.
	RateFactors map[string]float64
	// Seed gives the first weights (if the model has none yet), dropout and
	// the layers' augmentation. Equal seeds give equal trainings.
	Seed uint64
	// Backend runs the model; the CPU engine with all cores when nil.
	Backend backend.Backend
}

// training is what Compile makes of a Training.
type training struct {
	Training
	heads []head
	// trainable is which layers were trainable at Compile, which Fit holds
	// the model to.
	trainable map[*layers.Instance]bool
	slots     *optimizers.Slots
	// rate is the learning rate that callbacks may change; it counts unless
	// the optimiser has a schedule.
	rate float64
	// step counts the steps done so far.
	step int
	// accumulators are the sums behind loss and metrics, by name.
	accumulators map[string]*graph.Variable
	// declared are the slots that the state has; stored are values from a
	// file for slots that the first compiled step will make.
	declared map[*optimizers.Slot]bool
	stored   []*tensor.Tensor
}

// Compile tells the model how to learn. Compiling again begins with a fresh
// optimiser and keeps the weights; it is needed after freezing or unfreezing
// layers.
func (m *Model) Compile(t Training) error {
	return named(m.setTraining(t))
}

func (m *Model) setTraining(t Training) error {
	heads, err := m.heads(t)
	if err != nil {
		return err
	}
	if t.Optimizer == nil {
		t.Optimizer = optimizers.RMSprop{}
	}
	for name, factor := range t.RateFactors {
		if m.Layer(name) == nil || !(factor >= 0) || math.IsInf(factor, 1) {
			return fmt.Errorf("RateFactors has %v for %q, expected a layer of the model and a finite number not below 0", factor, name)
		}
	}
	for _, h := range heads {
		if h.loss == nil {
			continue
		}
		if err := m.checkPairing(h); err != nil {
			return err
		}
	}
	if err := m.use(t.Backend); err != nil {
		return err
	}
	if m.training != nil {
		if err := m.home().drop(m.training.variables()); err != nil {
			return err
		}
	}
	m.seed = t.Seed
	m.training = &training{
		Training: t, heads: heads, trainable: m.trainable(), slots: &optimizers.Slots{}, rate: t.Optimizer.Rate().At(0),
		accumulators: map[string]*graph.Variable{},
	}
	return m.forget()
}

// variables are those that the training has beside the weights.
func (t *training) variables() []*graph.Variable {
	list := slices.Collect(maps.Values(t.accumulators))
	for slot := range t.declared {
		list = append(list, slot.Variable)
	}
	return list
}

func (m *Model) trainable() map[*layers.Instance]bool {
	trainable := map[*layers.Instance]bool{}
	for instance := range m.network.deep() {
		trainable[instance] = instance.Trainable()
	}
	return trainable
}

// checkPairing tries the loss on the model's output with every form that
// targets take, so that a loss that fits none is refused at Compile.
func (m *Model) checkPairing(h head) error {
	if !m.Built() {
		return nil
	}
	forms := []func(tensor.Shape) tensor.Shape{
		func(output tensor.Shape) tensor.Shape { return output },
		func(output tensor.Shape) tensor.Shape { return output[:len(output)-1] },
		func(output tensor.Shape) tensor.Shape { return append(output[:len(output)-1].Clone(), 1) },
	}
	var first error
	for _, form := range forms {
		g := graph.New()
		values, err := m.trial(g, m.builtFor)
		if err != nil {
			return err
		}
		output := values[m.outputs[h.output]]
		_, err = h.loss.PerSample(g.Parameter("target", tensor.Float32, form(output.Shape())...), output)
		if err == nil {
			err = g.Err()
		}
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	which := "the model's output"
	if len(m.outputs) > 1 {
		which = fmt.Sprintf("the output %q,", h.name)
	}
	return fmt.Errorf("the loss %s does not go with %s %v: %w", h.loss.Object().Class, which, m.shapes[m.outputs[h.output]], first)
}

// rateFactors returns what the learning rate of single weights is multiplied by.
func (m *Model) rateFactors(byLayer map[string]float64) map[*layers.Weight]*float64 {
	factors := map[*layers.Weight]*float64{}
	for _, name := range slices.Sorted(maps.Keys(byLayer)) {
		factor := byLayer[name]
		for _, w := range m.Layer(name).Weights() {
			factors[w] = &factor
		}
	}
	return factors
}

// checkTrainable refuses a model whose layers were frozen or unfrozen after
// Compile, because the compiled step would not know.
func (m *Model) checkTrainable() error {
	for instance := range m.network.deep() {
		if instance.Trainable() != m.training.trainable[instance] {
			return fmt.Errorf("lince: layer %q was frozen or unfrozen after Compile; call Compile again, so that the training takes notice", instance.Name())
		}
	}
	return nil
}

// LearningRate returns the rate of the next step, 0 before Compile.
func (m *Model) LearningRate() float64 {
	if m.training == nil {
		return 0
	}
	return m.training.learningRate()
}

func (t *training) learningRate() float64 {
	if schedule := t.Optimizer.Rate(); !constant(schedule) {
		return schedule.At(t.step)
	}
	return t.rate
}

func constant(s optimizers.Schedule) bool {
	_, ok := s.(optimizers.Constant)
	return ok
}

// SetLearningRate changes the rate from the next step on. An optimiser with a
// schedule keeps to it and gives an error.
func (m *Model) SetLearningRate(rate float64) error {
	switch {
	case m.training == nil:
		return errors.New("lince: SetLearningRate before Compile")
	case !(rate >= 0):
		return fmt.Errorf("lince: learning rate %v, expected a number not below 0", rate)
	case !constant(m.training.Optimizer.Rate()):
		return errors.New("lince: the optimiser follows a schedule, which sets the learning rate")
	}
	m.training.rate = rate
	return nil
}
