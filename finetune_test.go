package lince

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
)

// onBase returns a base and a model with a head on it.
func onBase(t testing.TB) (base, m *Model) {
	t.Helper()
	base = must[*Model](t)(Sequential(picture,
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3), Name: "low"}, layers.BatchNormalization{Name: "low_norm"}, layers.ReLU{Name: "low_relu"},
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3), Name: "high"}, layers.BatchNormalization{Name: "high_norm"}, layers.ReLU{Name: "high_relu"},
	))
	x := layers.Apply(layers.GlobalAveragePooling2D{Name: "pool"}, base.Outputs()[0])
	return base, must[*Model](t)(NewModel(base.Inputs(), Outputs(layers.Apply(layers.Dense{Units: 1, Activation: activations.Sigmoid, Name: "head"}, x))))
}

// phases notes the learning rate and the trainable layers of every epoch.
type phases struct{ seen *[]string }

func (w phases) Observe(run *Run) (Observer, error) { return &phaseNoter{seen: w.seen, run: run}, nil }

type phaseNoter struct {
	Idle
	seen *[]string
	run  *Run
}

func (w *phaseNoter) EpochBegin(int) error {
	var names []string
	for _, instance := range w.run.Model().Layers() {
		if instance.Trainable() && len(instance.Weights()) > 0 {
			names = append(names, instance.Name())
		}
	}
	*w.seen = append(*w.seen, strings.Join(names, " "))
	return nil
}

func TestFineTuneInTwoPhases(t *testing.T) {
	base, m := onBase(t)
	var seen, told []string
	before := weights(t, base, "low")
	history := must[*History](t)(m.FineTune(t.Context(), halves(t, 8), FineTune{
		Base: base, From: "high", HeadEpochs: 2, Epochs: 1, RateDivisor: 10, Discriminative: 0.5,
		Training: Training{Loss: losses.BinaryCrossentropy{}, Optimizer: optimizers.Adam{LearningRate: 0.01}},
		Fit:      Fit{Validation: halves(t, 4), Callbacks: []Callback{phases{&seen}}},
		Tell:     func(message string) { told = append(told, message) },
	}))
	if want := []string{"head", "head", "high head"}; !slices.Equal(seen, want) {
		t.Errorf("the epochs trained %q, want %q", seen, want)
	}
	if !slices.Equal(history.Epochs, []int{0, 1, 2}) || len(history.Values["val_loss"]) != 3 {
		t.Errorf("the history has the epochs %v and %v", history.Epochs, history.Values)
	}
	if m.LearningRate() != 0.001 || m.training.RateFactors["high"] != 0.5 {
		t.Errorf("the rate is %v with the factors %v", m.LearningRate(), m.training.RateFactors)
	}
	if !slices.Equal(before, weights(t, base, "low")) {
		t.Error("a layer below From changed")
	}
	want := []string{
		"The head learns for 2 epochs with the learning rate 0.01 while the base is frozen: 1 of 5 layers with weights, 5 of 297 parameters.",
		`Now the base from "high" on learns too, for 1 epochs with the learning rate 0.001, 10 times smaller: 2 of 5 layers with weights, 153 of 297 parameters. The lowest of its layers learns at 0.5 of that rate. Its batch normalisation keeps its averages.`,
	}
	if !slices.Equal(told, want) {
		t.Errorf("told was\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}

// The base can be told by the head's first layer, be a model within, have its
// batch normalisation trained, and either phase can be left out.
func TestFineTuneOfOtherForms(t *testing.T) {
	training := Training{Loss: losses.BinaryCrossentropy{}}
	for name, c := range map[string]struct {
		nested bool
		tune   FineTune
		want   []string
	}{
		"by the head":          {false, FineTune{Head: "pool", HeadEpochs: 1, Epochs: 1}, []string{"head", "low high head"}},
		"a model within":       {true, FineTune{From: "high", HeadEpochs: 1, Epochs: 1}, []string{"head", "sequential head"}},
		"batch norm too":       {false, FineTune{Head: "pool", HeadEpochs: -1, Epochs: 1, TrainBatchNorm: true}, []string{"low low_norm high high_norm head"}},
		"the first phase only": {false, FineTune{Head: "pool", HeadEpochs: 1, Epochs: -1}, []string{"head"}},
	} {
		t.Run(name, func(t *testing.T) {
			base, m := onBase(t)
			if c.nested {
				m = must[*Model](t)(Sequential(picture, base, layers.GlobalAveragePooling2D{}, layers.Dense{Units: 1, Activation: activations.Sigmoid, Name: "head"}))
				c.tune.Base = base
			}
			var seen []string
			c.tune.Training, c.tune.Fit.Callbacks = training, []Callback{phases{&seen}}
			must[*History](t)(m.FineTune(t.Context(), halves(t, 4), c.tune))
			if !slices.Equal(seen, c.want) {
				t.Errorf("the epochs trained %q, want %q", seen, c.want)
			}
		})
	}
}

// A second phase that does harm is taken back, unless its weights are asked for.
func TestFineTuneKeepsTheBetterWeights(t *testing.T) {
	for keepLast, changes := range map[bool]bool{false: false, true: true} {
		base, m := onBase(t)
		before, told := weights(t, base, "high"), ""
		must[*History](t)(m.FineTune(t.Context(), halves(t, 8), FineTune{
			Base: base, HeadEpochs: -1, Epochs: 1, RateDivisor: 1, KeepLast: keepLast,
			Training: Training{Loss: losses.BinaryCrossentropy{}, Optimizer: optimizers.SGD{LearningRate: 1e4}},
			Fit:      Fit{Validation: halves(t, 4)},
			Tell:     func(message string) { told = message },
		}))
		if changed := !slices.Equal(before, weights(t, base, "high")); changed != changes {
			t.Errorf("KeepLast %v: the base has changed: %v", keepLast, changed)
		}
		if said := strings.Contains(told, "did not fall"); said == changes {
			t.Errorf("KeepLast %v: told was %q", keepLast, told)
		}
	}
}

func TestFineTuneRefuses(t *testing.T) {
	base, m := onBase(t)
	other, _ := onBase(t)
	loss := Training{Loss: losses.BinaryCrossentropy{}}
	schedule := Training{Loss: loss.Loss, Optimizer: optimizers.SGD{Schedule: optimizers.ExponentialDecay{InitialLearningRate: 1, DecayRate: 0.5}}}
	for name, c := range map[string]struct {
		tune  FineTune
		words []string
	}{
		"no base":              {FineTune{}, []string{"Head"}},
		"both":                 {FineTune{Base: base, Head: "pool"}, []string{"Base and Head"}},
		"a head that is not":   {FineTune{Head: "pole"}, []string{`"pole"`, "Summary"}},
		"another base":         {FineTune{Base: other}, []string{"both in the base and in a head"}},
		"nothing but a head":   {FineTune{Head: "low"}, []string{"both in the base and in a head"}},
		"epochs of Fit":        {FineTune{Base: base, Fit: Fit{Epochs: 3}}, []string{"HeadEpochs"}},
		"a larger rate":        {FineTune{Base: base, RateDivisor: 0.1}, []string{"RateDivisor", "10 to 100"}},
		"an odd factor":        {FineTune{Base: base, Discriminative: 2}, []string{"Discriminative"}},
		"a schedule":           {FineTune{Base: base, Training: schedule}, []string{"schedule", "LearningRate"}},
		"no loss":              {FineTune{Base: base}, []string{"Loss"}},
		"a From that is not":   {FineTune{Base: base, Training: loss, HeadEpochs: -1, From: "hihg"}, []string{`"hihg"`, "Summary"}},
		"a From that is above": {FineTune{Base: base, Training: loss, HeadEpochs: -1, From: "head"}, []string{`"head"`, "none of the base"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := m.FineTune(t.Context(), halves(t, 4), c.tune)
			errorHas(t, err, c.words...)
		})
	}
}

// A cancelled training returns the epochs that are done.
func TestFineTuneIsCancelled(t *testing.T) {
	base, m := onBase(t)
	ctx, cancel := context.WithCancel(t.Context())
	history, err := m.FineTune(ctx, halves(t, 4), FineTune{
		Base: base, HeadEpochs: 1, Training: Training{Loss: losses.BinaryCrossentropy{}},
		Tell: func(message string) {
			if strings.HasPrefix(message, "Now") {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) || len(history.Epochs) != 1 {
		t.Errorf("%v with the epochs %v", err, history.Epochs)
	}
}
