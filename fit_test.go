package lince

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"testing"

	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// still returns y = x, trained at rate 0, so that losses can be had by hand:
// they are the mean of |x - target| for MeanAbsoluteError.
func still(t testing.TB, training Training) *Model {
	t.Helper()
	m := must[*Model](t)(Sequential(layers.Input{Shape: []int{1}}, layers.Dense{Units: 1, KernelInitializer: initializers.Ones{}}))
	if training.Loss == nil {
		training.Loss = losses.MeanAbsoluteError{}
	}
	training.Optimizer = optimizers.SGD{Schedule: optimizers.Constant{}}
	return compiled(t, m, training)
}

// line returns the samples 1, 2, 3 ... with the given targets in their order.
func line(t testing.TB, batch int, targets ...float32) data.Source {
	t.Helper()
	x := make([]float32, len(targets))
	for i := range x {
		x[i] = float32(i + 1)
	}
	return arrays(t, batch, must[*tensor.Tensor](t)(tensor.Of(x, len(x), 1)), column(t, targets...))
}

func near(t testing.TB, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-6*math.Max(1, math.Abs(want))) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// noted records what a training tells its observer.
type noted struct {
	events []string
	run    *Run
	act    func(event string) error
}

func (n *noted) Observe(run *Run) (Observer, error) { n.run = run; return n, nil }
func (n *noted) note(event string) error {
	n.events = append(n.events, event)
	if n.act != nil {
		return n.act(event)
	}
	return nil
}
func (n *noted) EpochBegin(epoch int) error       { return n.note(fmt.Sprint("begin ", epoch)) }
func (n *noted) BatchEnd(batch int) error         { return n.note(fmt.Sprint("batch ", batch)) }
func (n *noted) EpochEnd(epoch int, _ Logs) error { return n.note(fmt.Sprint("end ", epoch)) }
func (n *noted) End(cause error) error            { return n.note(fmt.Sprint("over: ", cause)) }

func TestEpochsAndSteps(t *testing.T) {
	for name, c := range map[string]struct {
		fit    Fit
		events []string
	}{
		"one epoch":  {Fit{}, []string{"begin 0", "batch 0", "batch 1", "batch 2", "end 0", "over: <nil>"}},
		"two steps":  {Fit{Epochs: 2, StepsPerEpoch: 2}, []string{"begin 0", "batch 0", "batch 1", "end 0", "begin 1", "batch 0", "batch 1", "end 1", "over: <nil>"}},
		"more steps": {Fit{StepsPerEpoch: 9}, []string{"begin 0", "batch 0", "batch 1", "batch 2", "end 0", "over: <nil>"}},
		"later":      {Fit{Epochs: 3, InitialEpoch: 2, StepsPerEpoch: 1}, []string{"begin 2", "batch 0", "end 2", "over: <nil>"}},
		"too late":   {Fit{Epochs: 3, InitialEpoch: 3}, []string{"over: <nil>"}},
	} {
		t.Run(name, func(t *testing.T) {
			observer := &noted{}
			c.fit.Callbacks = []Callback{observer}
			history := must[*History](t)(still(t, Training{}).Fit(t.Context(), line(t, 2, 0, 0, 0, 0, 0), c.fit))
			if !slices.Equal(observer.events, c.events) {
				t.Errorf("events %q, want %q", observer.events, c.events)
			}
			if len(history.Epochs) != max(c.fit.Epochs, 1)-c.fit.InitialEpoch {
				t.Errorf("the history has the epochs %v", history.Epochs)
			}
		})
	}
}

func TestFitRefuses(t *testing.T) {
	source := line(t, 2, 0, 0, 0)
	empty := arrays(t, 2, must[*tensor.Tensor](t)(tensor.New(tensor.Float32, 0, 1)), must[*tensor.Tensor](t)(tensor.New(tensor.Float32, 0)))
	untargeted := must[data.Source](t)(data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{drawn(t, 1, 3, 1)}}))
	for name, c := range map[string]struct {
		source data.Source
		fit    Fit
		words  []string
	}{
		"no source":           {nil, Fit{}, []string{"no source"}},
		"no samples":          {empty, Fit{}, []string{"no samples"}},
		"no batches":          {batchesFrom{source.Spec(), nil}, Fit{}, []string{"epoch 1", "no batch"}},
		"no targets":          {untargeted, Fit{}, []string{"0 targets", "ClassMode"}},
		"other samples":       {arrays(t, 2, drawn(t, 1, 3, 2), column(t, 0, 0, 0)), Fit{}, []string{"(2,)", "(1,)"}},
		"other targets":       {arrays(t, 2, drawn(t, 1, 3, 1), drawn(t, 1, 3, 2)), Fit{}, []string{"targets", "(None, 2)"}},
		"negative steps":      {source, Fit{StepsPerEpoch: -1}, []string{"StepsPerEpoch -1"}},
		"two validations":     {source, Fit{Validation: source, ValidationSplit: 0.5}, []string{"choose one"}},
		"a split of 1":        {source, Fit{ValidationSplit: 1}, []string{"between 0 and 1"}},
		"indivisible":         {batchesFrom{source.Spec(), nil}, Fit{ValidationSplit: 0.5}, []string{"cannot be divided"}},
		"empty validation":    {source, Fit{Validation: empty}, []string{"validation", "no samples"}},
		"weights and balance": {source, Fit{ClassWeights: map[int]float64{0: 1}, BalancedClasses: true}, []string{"choose one"}},
		"unknown balance":     {counting{source, nil}, Fit{BalancedClasses: true}, []string{"counts its classes"}},
		"a negative weight":   {source, Fit{ClassWeights: map[int]float64{1: -2}}, []string{"-2", "class 1"}},
		"a NaN weight":        {source, Fit{ClassWeights: map[int]float64{1: math.NaN()}}, []string{"class 1"}},
		"a nil batch":         {batchesFrom{source.Spec(), []*data.Batch{nil}}, Fit{}, []string{"epoch 1, batch 1", "without inputs"}},
		"a scalar batch":      {batchesFrom{source.Spec(), []*data.Batch{{Inputs: []*tensor.Tensor{drawn(t, 1, 2, 1)}, Targets: []*tensor.Tensor{tensor.Scalar(float32(1))}}}}, Fit{}, []string{"first dimension"}},
		"an untargeted batch": {batchesFrom{source.Spec(), []*data.Batch{{Inputs: []*tensor.Tensor{drawn(t, 1, 2, 1)}}}}, Fit{}, []string{"0 targets"}},
		"few sample weights":  {batchesFrom{source.Spec(), []*data.Batch{{Inputs: []*tensor.Tensor{drawn(t, 1, 2, 1)}, Targets: []*tensor.Tensor{column(t, 1, 1)}, SampleWeights: []*tensor.Tensor{column(t, 1)}}}}, Fit{}, []string{"batch 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := still(t, Training{}).Fit(t.Context(), c.source, c.fit)
			errorHas(t, err, c.words...)
		})
	}
}

// batchesFrom is a source of given batches in every epoch.
type batchesFrom struct {
	spec data.Spec
	list []*data.Batch
}

func (s batchesFrom) Spec() data.Spec { return s.spec }
func (s batchesFrom) Batches(_ context.Context, _, first int) iter.Seq2[*data.Batch, error] {
	return func(yield func(*data.Batch, error) bool) {
		for _, batch := range s.list[min(first, len(s.list)):] {
			if !yield(batch, nil) {
				return
			}
		}
	}
}

// The last, smaller batch counts by its samples: errors of 1 to 5 have the
// mean 3, however they are batched.
func TestSmallerLastBatch(t *testing.T) {
	for _, batch := range []int{1, 2, 3, 5, 9} {
		m := still(t, Training{Metrics: []metrics.Metric{metrics.Mean{Loss: losses.MeanAbsoluteError{}}}})
		history := must[*History](t)(m.Fit(t.Context(), line(t, batch, 0, 0, 0, 0, 0), Fit{}))
		near(t, "the loss", history.Last("loss"), 3)
		near(t, "the metric", history.Last("mean_absolute_error"), 3)
	}
}

// Weights multiply each sample's loss, and the sum is divided by the number of
// samples (Keras' sum_over_batch_size), while weighted metrics divide by the
// weights' sum and others ignore them.
func TestWeights(t *testing.T) {
	x := must[*tensor.Tensor](t)(tensor.Of([]float32{1, 2, 4, 8}, 4, 1))
	y := column(t, 0, 1, 1, 0) // errors 1, 1, 3, 8
	training := Training{Metrics: []metrics.Metric{metrics.Mean{Loss: losses.MeanAbsoluteError{}}}, WeightedMetrics: []metrics.Metric{metrics.Named{Metric: metrics.Mean{Loss: losses.MeanAbsoluteError{}}, As: "weighted"}}}
	for name, c := range map[string]struct {
		samples                    []float32
		fit                        Fit
		counts                     []int
		loss, unweighted, weighted float64
	}{
		"none":     {nil, Fit{}, nil, 13. / 4, 13. / 4, 13. / 4},
		"samples":  {[]float32{1, 0, 2, 0.5}, Fit{}, nil, (1 + 6 + 4) / 4., 13. / 4, (1 + 6 + 4) / 3.5},
		"classes":  {nil, Fit{ClassWeights: map[int]float64{1: 2}}, nil, (1 + 2 + 6 + 8) / 4., 13. / 4, (1 + 2 + 6 + 8) / 6.},
		"both":     {[]float32{1, 0, 2, 0.5}, Fit{ClassWeights: map[int]float64{0: 3, 1: 2}}, nil, (3 + 12 + 12) / 4., 13. / 4, (3 + 12 + 12) / 8.5},
		"balanced": {nil, Fit{BalancedClasses: true}, []int{1, 3}, (2 + 2./3 + 2 + 16) / 4., 13. / 4, (2 + 2./3 + 2 + 16) / (4 + 4./3)},
	} {
		t.Run(name, func(t *testing.T) {
			a := data.Arrays{Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{y}, BatchSize: 4, NoShuffle: true}
			if c.samples != nil {
				a.SampleWeights = []*tensor.Tensor{column(t, c.samples...)}
			}
			source := must[data.Source](t)(data.FromArrays(a))
			if c.counts != nil {
				source = counting{source, c.counts}
			}
			history := must[*History](t)(still(t, training).Fit(t.Context(), source, c.fit))
			near(t, "the loss", history.Last("loss"), c.loss)
			near(t, "the metric", history.Last("mean_absolute_error"), c.unweighted)
			near(t, "the weighted metric", history.Last("weighted"), c.weighted)
		})
	}
}

// counting is a source that claims to know the samples of each class.
type counting struct {
	data.Source
	counts []int
}

func (c counting) Spec() data.Spec {
	spec := c.Source.Spec()
	spec.ClassCounts = c.counts
	return spec
}

// The class of one-hot targets is their largest.
func TestClassWeightsOfOneHot(t *testing.T) {
	m := must[*Model](t)(Sequential(layers.Input{Shape: []int{2}}, layers.Dense{Units: 2, KernelInitializer: initializers.Zeros{}}))
	compiled(t, m, Training{Loss: losses.MeanAbsoluteError{}})
	y := must[*tensor.Tensor](t)(tensor.Of([]float32{1, 0, 0, 1, 0, 1}, 3, 2))
	history := must[*History](t)(m.Fit(t.Context(), arrays(t, 3, drawn(t, 1, 3, 2), y), Fit{ClassWeights: map[int]float64{1: 4}}))
	near(t, "the loss", history.Last("loss"), (0.5+2+2)/3)
}

func TestValidation(t *testing.T) {
	train, validation := line(t, 2, 0, 0, 0), line(t, 2, 5, 5, 5) // errors 1 2 3 and 4 3 2
	run := func(fit Fit) *History { return must[*History](t)(still(t, Training{}).Fit(t.Context(), train, fit)) }
	h := run(Fit{Epochs: 5, Validation: validation, ValidationFrequency: 2})
	for i, value := range h.Values["val_loss"] {
		if validated := i%2 == 1; validated != (value == 3) || validated == math.IsNaN(value) {
			t.Errorf("epoch %d: val_loss %v", i+1, value)
		}
	}
	if !slices.Equal(h.Names, []string{"loss", "val_loss"}) {
		t.Errorf("the series are %q", h.Names)
	}
	near(t, "the loss of one step", run(Fit{Validation: validation, ValidationSteps: 1}).Last("val_loss"), 3.5)
	h = run(Fit{ValidationSplit: 0.3}) // the last of three
	near(t, "the loss of the first part", h.Last("loss"), 1.5)
	near(t, "the loss of the last part", h.Last("val_loss"), 3)
}

func TestCancelledFit(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	observer := &noted{act: func(event string) error {
		if event == "end 0" || event == "batch 1" {
			cancel()
		}
		return nil
	}}
	m := compiled(t, small(t), Training{})
	before := values(t, m)
	history, err := m.Fit(ctx, halves(t, 16), Fit{Epochs: 3, Callbacks: []Callback{observer}})
	if !errors.Is(err, context.Canceled) || history == nil || len(history.Epochs) != 0 {
		t.Errorf("cancelled: history %v, error %v", history, err)
	}
	if want := []string{"begin 0", "batch 0", "batch 1", "over: context canceled"}; !slices.Equal(observer.events, want) {
		t.Errorf("events %q, want %q", observer.events, want)
	}
	if slices.Equal(before, values(t, m)) || m.training.step != 2 {
		t.Errorf("after two batches the training is at step %d", m.training.step)
	}
	if history, err = m.Fit(ctx, halves(t, 16), Fit{}); !errors.Is(err, context.Canceled) || m.training.step != 2 {
		t.Errorf("with a cancelled context: history %v, error %v", history, err)
	}
}

func TestObserversSteer(t *testing.T) {
	t.Run("stop", func(t *testing.T) {
		observer := &noted{}
		observer.act = func(event string) error {
			if event == "batch 1" {
				observer.run.Stop("enough")
			}
			return nil
		}
		history := must[*History](t)(still(t, Training{}).Fit(t.Context(), line(t, 1, 0, 0, 0, 0), Fit{Epochs: 3, Callbacks: []Callback{observer}}))
		if want := []string{"begin 0", "batch 0", "batch 1", "end 0", "over: <nil>"}; !slices.Equal(observer.events, want) {
			t.Errorf("events %q, want %q", observer.events, want)
		}
		near(t, "the loss of two batches", history.Last("loss"), 1.5)
		if !observer.run.Stopped() || observer.run.StopReason() != "enough" || observer.run.Samples() != 2 {
			t.Errorf("stopped for %q after %d samples", observer.run.StopReason(), observer.run.Samples())
		}
	})
	t.Run("fail", func(t *testing.T) {
		mine := errors.New("no more")
		observer := &noted{act: func(event string) error {
			if event == "end 1" {
				return mine
			}
			return nil
		}}
		history, err := still(t, Training{}).Fit(t.Context(), line(t, 4, 0, 0, 0), Fit{Epochs: 3, Callbacks: []Callback{observer}})
		if !errors.Is(err, mine) || len(history.Epochs) != 1 || observer.events[len(observer.events)-1] != "over: no more" {
			t.Errorf("error %v, %d epochs, events %q", err, len(history.Epochs), observer.events)
		}
	})
	t.Run("log", func(t *testing.T) {
		observer := &noted{}
		observer.act = func(event string) error {
			if event == "end 0" {
				observer.run.Log("mine", 7)
				observer.run.Log("loss", 8)
			}
			return nil
		}
		history := must[*History](t)(still(t, Training{}).Fit(t.Context(), line(t, 4, 0), Fit{Callbacks: []Callback{observer}}))
		if history.Last("mine") != 7 || history.Last("loss") != 8 || !slices.Equal(history.Names, []string{"loss", "mine"}) {
			t.Errorf("the history is %v", history.Values)
		}
	})
	t.Run("falls", func(t *testing.T) {
		observer := &noted{}
		m := still(t, Training{Metrics: []metrics.Metric{metrics.Accuracy{}, metrics.Mean{Loss: losses.MeanAbsoluteError{}}}})
		must[*History](t)(m.Fit(t.Context(), line(t, 4, 0), Fit{Callbacks: []Callback{observer}}))
		for name, want := range map[string]bool{"loss": true, "val_loss": true, "accuracy": false, "val_mean_absolute_error": true} {
			if got := must[bool](t)(observer.run.Falls(name)); got != want {
				t.Errorf("%s falls: %v", name, got)
			}
		}
		_, err := observer.run.Falls("precision")
		errorHas(t, err, `"precision"`, "accuracy")
	})
}

// A schedule gives each step's rate: with the gradient 1 of |w·1| the weight
// goes down by 1, then 0.5, then 0.25.
func TestScheduleIsFollowed(t *testing.T) {
	m := must[*Model](t)(Sequential(layers.Input{Shape: []int{1}}, layers.Dense{Units: 1, NoBias: true, KernelInitializer: initializers.Constant{Value: 10}}))
	compiled(t, m, Training{Loss: losses.MeanAbsoluteError{}, Optimizer: optimizers.SGD{Schedule: optimizers.ExponentialDecay{InitialLearningRate: 1, DecayRate: 0.5}}})
	one := arrays(t, 1, must[*tensor.Tensor](t)(tensor.Of([]float32{1, 1, 1}, 3, 1)), column(t, 0, 0, 0))
	must[*History](t)(m.Fit(t.Context(), one, Fit{}))
	if w := values(t, m)[0]; w != 10-1.75 {
		t.Errorf("the weight is %v, want 8.25", w)
	}
	compiled(t, m, Training{Loss: losses.MeanAbsoluteError{}, Optimizer: optimizers.SGD{}})
	if err := m.SetLearningRate(0.25); err != nil {
		t.Fatal(err)
	}
	must[*History](t)(m.Fit(t.Context(), one, Fit{}))
	if w := values(t, m)[0]; w != 7.5 {
		t.Errorf("the weight is %v, want 7.5", w)
	}
}

// trained returns the weights after two epochs with dropout and batch
// normalisation.
func trained(t testing.TB, seed uint64, threads int) []float32 {
	t.Helper()
	engine := must[*cpu.Engine](t)(cpu.New(cpu.Options{Threads: threads}))
	defer engine.Close()
	m := compiled(t, small(t), Training{Seed: seed, Optimizer: optimizers.Adam{}, Backend: engine})
	must[*History](t)(m.Fit(t.Context(), halves(t, 10), Fit{Epochs: 2}))
	return values(t, m)
}

func TestSeedsDecide(t *testing.T) {
	want := trained(t, 1, 1)
	for threads := 1; threads <= 3; threads++ {
		if !slices.Equal(trained(t, 1, threads), want) {
			t.Errorf("with %d threads the same seed gives other weights", threads)
		}
	}
	if slices.Equal(trained(t, 2, 1), want) {
		t.Error("another seed gives the same weights")
	}
}

// Dropout of a half makes the loss |0 - 2·kept| of a sample 0 or 2, anew in
// every step and for every sample.
func TestDropoutDrawsAnew(t *testing.T) {
	m := must[*Model](t)(Sequential(layers.Input{Shape: []int{1}}, layers.Dropout{Rate: 0.5}, layers.Dense{Units: 1, KernelInitializer: initializers.Ones{}}))
	compiled(t, m, Training{Loss: losses.MeanAbsoluteError{}, Optimizer: optimizers.SGD{Schedule: optimizers.Constant{}}})
	const samples = 64
	ones := make([]float32, samples)
	for i := range ones {
		ones[i] = 1
	}
	source := arrays(t, samples, must[*tensor.Tensor](t)(tensor.Of(ones, samples, 1)), column(t, make([]float32, samples)...))
	seen := must[*History](t)(m.Fit(t.Context(), source, Fit{Epochs: 8})).Values["loss"]
	for _, loss := range seen {
		if loss < 0.4 || loss > 1.6 {
			t.Errorf("a loss of %v, expected about 1: samples are not dropped one by one", loss)
		}
	}
	if slices.Min(seen) == slices.Max(seen) {
		t.Errorf("every step drops alike: %v", seen)
	}
	if loss, _ := must[Logs](t)(m.Evaluate(t.Context(), source)).Get("loss"); loss != 1 {
		t.Errorf("the evaluation's loss is %v, want 1", loss)
	}
}

// A step allocates little and always the same, whatever the model.
func TestStepsAllocateLittle(t *testing.T) {
	engine := must[*cpu.Engine](t)(cpu.New(cpu.Options{Threads: 1}))
	defer engine.Close()
	m := compiled(t, small(t), Training{Backend: engine, Metrics: []metrics.Metric{metrics.Accuracy{}}})
	source := halves(t, 8)
	observer := &noted{}
	must[*History](t)(m.Fit(t.Context(), source, Fit{Callbacks: []Callback{observer}}))
	var batch *data.Batch
	for b, err := range source.Batches(t.Context(), 0, 0) {
		batch = must[*data.Batch](t)(b, err)
		break
	}
	ctx := t.Context()
	allocations := testing.AllocsPerRun(50, func() {
		if err := observer.run.step(ctx, batch); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%v allocations per step", allocations)
	if allocations > 10 {
		t.Errorf("%v allocations per step, expected at most 10", allocations)
	}
}
