package optimizers_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

func all(rate float64, options optimizers.Options) []optimizers.Optimizer {
	return []optimizers.Optimizer{
		optimizers.SGD{LearningRate: rate, Options: options},
		optimizers.SGD{LearningRate: rate, Momentum: 0.5, Nesterov: true, Options: options},
		optimizers.RMSprop{LearningRate: rate, Momentum: 0.1, Centered: true, Options: options},
		optimizers.Adam{LearningRate: rate, AMSGrad: true, Options: options},
		optimizers.AdamW{LearningRate: rate, Options: options},
		optimizers.Adagrad{LearningRate: rate, Options: options},
		optimizers.Adadelta{LearningRate: rate, Options: options},
		optimizers.Adamax{LearningRate: rate, Options: options},
		optimizers.Nadam{LearningRate: rate, Options: options},
	}
}

func vector(values ...float64) golden.Array {
	return golden.Array{DType: tensor.Float32, Shape: tensor.Shape{len(values)}, Values: values}
}

func train(t *testing.T, o optimizers.Optimizer, start golden.Array, gradients ...golden.Array) *trainer {
	t.Helper()
	tr, err := newTrainer(o, []golden.Slot{{Path: "dense/kernel", Value: start}})
	if err != nil {
		t.Fatal(err)
	}
	for _, gradient := range gradients {
		if err := tr.step([]golden.Array{gradient}); err != nil {
			t.Fatal(err)
		}
	}
	return tr
}

func (tr *trainer) weight(t *testing.T) []float32 {
	t.Helper()
	values, err := tr.value(tr.weights[0])
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// Averaging the same gradient over batches is one step with it.
func TestAccumulation(t *testing.T) {
	gradient := vector(0.5, -1, 0)
	for i, o := range all(0.1, optimizers.Options{}) {
		once := train(t, o, vector(1, 2, 3), gradient).weight(t)
		o = all(0.1, optimizers.Options{AccumulationSteps: 3})[i]
		tr := train(t, o, vector(1, 2, 3), gradient, gradient)
		if got := tr.weight(t); got[0] != 1 || got[1] != 2 || got[2] != 3 {
			t.Errorf("%T: weights %v moved while gradients accumulate", o, got)
		}
		if err := tr.step([]golden.Array{gradient}); err != nil {
			t.Fatal(err)
		}
		for j, got := range tr.weight(t) {
			if math.Abs(float64(got-once[j])) > 1e-6 {
				t.Errorf("%T: weight %d is %g, want %g", o, j, got, once[j])
			}
		}
	}
}

// Every optimiser finds the way down a parabola, gradient = weight.
func TestDescent(t *testing.T) {
	for _, o := range all(0.05, optimizers.Options{}) {
		tr := train(t, o, vector(1, -2))
		for range 50 {
			w := tr.weight(t)
			if err := tr.step([]golden.Array{vector(float64(w[0]), float64(w[1]))}); err != nil {
				t.Fatal(err)
			}
		}
		w := tr.weight(t)
		if w[0] >= 1 || w[0] < -0.5 || w[1] <= -2 || w[1] > 1 {
			t.Errorf("%T: weights %v after 50 steps from [1 -2]", o, w)
		}
	}
}

func TestClipping(t *testing.T) {
	tests := []struct {
		options optimizers.Options
		want    [2]float64 // of the gradient (3, -4)
	}{
		{optimizers.Options{}, [2]float64{3, -4}},
		{optimizers.Options{ClipNorm: 1}, [2]float64{0.6, -0.8}},
		{optimizers.Options{GlobalClipNorm: 10}, [2]float64{3, -4}},
		{optimizers.Options{GlobalClipNorm: 1}, [2]float64{0.6, -0.8}},
		{optimizers.Options{ClipValue: 3.5}, [2]float64{3, -3.5}},
	}
	for _, test := range tests {
		tr := train(t, optimizers.SGD{LearningRate: 1, Options: test.options}, vector(0, 0), vector(3, -4))
		for i, got := range tr.weight(t) {
			if math.Abs(float64(got)+test.want[i]) > 1e-6 {
				t.Errorf("%+v: gradient %d clipped to %g, want %g", test.options, i, -got, test.want[i])
			}
		}
	}
}

func TestClippingNothing(t *testing.T) {
	for _, options := range []optimizers.Options{{ClipNorm: 1}, {GlobalClipNorm: 1}, {ClipValue: 1}} {
		if got := train(t, optimizers.SGD{Options: options}, vector(2), vector(0)).weight(t); got[0] != 2 {
			t.Errorf("%+v: a gradient of 0 moved the weight 2 to %g", options, got[0])
		}
	}
}

func TestExcludeFromWeightDecay(t *testing.T) {
	o := optimizers.SGD{LearningRate: 1, Options: optimizers.Options{
		WeightDecay: new(0.5), ExcludeFromWeightDecay: []string{"bias", "gamma"},
	}}
	tests := map[string]float32{"dense/kernel": 0.5, "dense/bias": 1, "batch_normalization/gamma": 1, "bias_net/kernel": 0.5}
	for path, want := range tests {
		tr, err := newTrainer(o, []golden.Slot{{Path: path, Value: vector(1)}})
		if err != nil {
			t.Fatal(err)
		}
		if err := tr.step([]golden.Array{vector(0)}); err != nil {
			t.Fatal(err)
		}
		if got := tr.weight(t)[0]; got != want {
			t.Errorf("%s decayed to %g, want %g", path, got, want)
		}
	}
}

func TestApplyErrors(t *testing.T) {
	tests := []struct {
		optimizer optimizers.Optimizer
		want      string
	}{
		{optimizers.SGD{Options: optimizers.Options{ClipNorm: 1, ClipValue: 1}}, "expected one of them"},
		{optimizers.SGD{Options: optimizers.Options{ClipNorm: -1}}, "expected a positive number"},
		{optimizers.SGD{Options: optimizers.Options{AccumulationSteps: -1}}, "AccumulationSteps is -1"},
		{optimizers.SGD{Options: optimizers.Options{WeightDecay: new(math.NaN())}}, "WeightDecay is NaN"},
		{optimizers.SGD{Options: optimizers.Options{EMA: optimizers.EMA{Momentum: new(1.5)}}}, "EMA.Momentum is 1.5"},
		{optimizers.SGD{Options: optimizers.Options{EMA: optimizers.EMA{OverwriteEvery: -1}}}, "EMA.OverwriteEvery is -1"},
		{optimizers.SGD{Momentum: -1}, "Momentum -1"},
		{unasked{}, `slot "dense_kernel_memory" is set before it was asked for`},
	}
	for _, test := range tests {
		_, err := newTrainer(test.optimizer, []golden.Slot{{Path: "dense/kernel", Value: vector(1)}})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want one with %q", test.optimizer, err, test.want)
		}
	}
}

// unasked sets a slot that it has not.
type unasked struct{ optimizers.Options }

func (unasked) Object() config.Object     { return config.Object{Class: "Unasked"} }
func (unasked) Rate() optimizers.Schedule { return optimizers.Constant{} }
func (unasked) Step(s *optimizers.Step) *graph.Node {
	s.SetSlot("memory", s.Gradient)
	return s.Weight
}

func TestSlotsOfAnotherShape(t *testing.T) {
	var slots optimizers.Slots
	apply := func(extent int) error {
		g := graph.New()
		v := &graph.Variable{Name: "w", Type: graph.Type{DType: tensor.Float32, Shape: tensor.Shape{extent}}}
		rate, number := g.Parameter("rate", tensor.Float32), g.Parameter("number", tensor.Float32)
		_, err := optimizers.Apply(optimizers.Adam{}, []optimizers.Weight{{Name: "w", Variable: v, Value: g.Read(v), Gradient: g.Read(v)}}, rate, number, &slots)
		return err
	}
	if err := apply(2); err != nil {
		t.Fatal(err)
	}
	if err := apply(3); err == nil || !strings.Contains(err.Error(), "begin with new Slots") {
		t.Errorf("error %v", err)
	}
}

func TestNoWeights(t *testing.T) {
	g := graph.New()
	updates, err := optimizers.Apply(optimizers.Adam{}, nil, g.Parameter("rate", tensor.Float32), g.Parameter("number", tensor.Float32), &optimizers.Slots{})
	if len(updates) != 0 || err != nil {
		t.Errorf("%v, %v: want nothing to do", updates, err)
	}
}

func TestLearningRates(t *testing.T) {
	for _, o := range all(0, optimizers.Options{}) {
		want := 0.001
		if _, ok := o.(optimizers.SGD); ok {
			want = 0.01
		}
		if got := o.Rate().At(7); got != want {
			t.Errorf("%T: rate %g, want %g", o, got, want)
		}
	}
	scheduled := optimizers.Adam{LearningRate: 1, Schedule: optimizers.Constant{Rate: 0}}
	if got := scheduled.Rate().At(0); got != 0 {
		t.Errorf("a schedule of 0 gives %g", got)
	}
}

// A file whose learning rate is 0 must not train with the default.
func TestDecodeZeroRate(t *testing.T) {
	o, err := optimizers.Decode(config.Object{Class: "adam", Config: config.Map{"learning_rate": 0.0}})
	if err != nil {
		t.Fatal(err)
	}
	if got := o.Rate().At(0); got != 0 {
		t.Errorf("rate %g", got)
	}
}

// Zero values and lengths that do not fit must not break a schedule.
func TestSchedulesOfZero(t *testing.T) {
	schedules := []optimizers.Schedule{
		optimizers.ExponentialDecay{}, optimizers.InverseTimeDecay{}, optimizers.PolynomialDecay{}, optimizers.PiecewiseConstantDecay{},
		optimizers.CosineDecay{}, optimizers.CosineDecayRestarts{}, optimizers.PiecewiseConstantDecay{Boundaries: []int{1, 2}, Values: []float64{1}},
	}
	for _, s := range schedules {
		for step := range 5 {
			if rate := s.At(step); math.IsNaN(rate) || math.IsInf(rate, 0) {
				t.Errorf("%T gives %g at step %d", s, rate, step)
			}
		}
	}
}

func TestCosineRestartsOfEqualLength(t *testing.T) {
	s := optimizers.CosineDecayRestarts{InitialLearningRate: 1, FirstDecaySteps: 4, TMul: 1, MMul: 0.5}
	got := fmt.Sprintf("%.3f %.3f %.3f", s.At(0), s.At(4), s.At(10))
	if got != "1.000 0.500 0.125" {
		t.Errorf("rates %s", got)
	}
}
