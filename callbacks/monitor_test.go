package callbacks_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/optimizers"
)

// monitored is a case of testdata/monitors.py: what a callback of Keras does
// about a series of values.
type monitored struct {
	Callback string    `json:"callback"`
	Patience int       `json:"patience"`
	MinDelta float64   `json:"min_delta"`
	Baseline *float64  `json:"baseline"`
	Start    int       `json:"start"`
	Cooldown int       `json:"cooldown"`
	Least    float64   `json:"least"`
	Mode     string    `json:"mode"`
	Values   []float64 `json:"values"`
	Stopped  int       `json:"stopped"`
	Best     int       `json:"best"`
	Rates    []float32 `json:"rates"`
}

var modes = map[string]callbacks.Mode{"auto": callbacks.Auto, "min": callbacks.Min, "max": callbacks.Max}

// measured makes epochs measure a series of values.
func measured(values []float64) lince.Callback {
	return callbacks.Func{EpochEnd: func(run *lince.Run, epoch int, _ lince.Logs) error {
		run.Log("val_loss", values[epoch])
		return nil
	}}
}

func TestMonitorsMatchKeras(t *testing.T) {
	content, err := os.ReadFile("testdata/monitors.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []monitored
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	model := newModel(t, adam())
	source := samples(t, 2, 1)
	for i, c := range cases {
		t.Run(fmt.Sprint(c.Callback, i), func(t *testing.T) {
			if c.Callback == "EarlyStopping" {
				stopEarly(t, model, c, source)
			} else {
				reduceRate(t, model, c, source)
			}
		})
	}
}

func stopEarly(t *testing.T, model *lince.Model, c monitored, source data.Source) {
	snapshots := make([]map[string][]uint32, len(c.Values))
	history, err := model.Fit(t.Context(), source, lince.Fit{
		Epochs: len(c.Values), Validation: source,
		Callbacks: []lince.Callback{
			measured(c.Values),
			callbacks.Func{EpochEnd: func(run *lince.Run, epoch int, _ lince.Logs) error {
				snapshots[epoch] = weightBits(t, run.Model())
				return nil
			}},
			callbacks.EarlyStopping{
				Patience: c.Patience, MinDelta: c.MinDelta, Baseline: c.Baseline,
				StartFromEpoch: c.Start, Mode: modes[c.Mode], RestoreBestWeights: true,
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	last := len(c.Values) - 1
	if c.Stopped >= 0 {
		last = c.Stopped
	}
	if got := len(history.Epochs) - 1; got != last {
		t.Errorf("the last epoch is %d, Keras' %d", got, last)
	}
	if fmt.Sprint(weightBits(t, model)) != fmt.Sprint(snapshots[c.Best]) {
		t.Errorf("the weights at the end are not those of epoch %d, Keras' best", c.Best)
	}
}

func reduceRate(t *testing.T, model *lince.Model, c monitored, source data.Source) {
	if err := model.SetLearningRate(0.5); err != nil {
		t.Fatal(err)
	}
	var rates []float32
	_, err := model.Fit(t.Context(), source, lince.Fit{
		Epochs: len(c.Values), Validation: source,
		Callbacks: []lince.Callback{
			measured(c.Values),
			callbacks.ReduceLROnPlateau{
				Factor: 0.5, Patience: c.Patience, MinDelta: &c.MinDelta,
				Cooldown: c.Cooldown, MinLearningRate: c.Least, Mode: modes[c.Mode],
			},
			callbacks.Func{EpochEnd: func(run *lince.Run, epoch int, _ lince.Logs) error {
				rates = append(rates, float32(run.Model().LearningRate()))
				return nil
			}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(rates) != fmt.Sprint(c.Rates) {
		t.Errorf("rates %v, Keras' %v", rates, c.Rates)
	}
}

// TestMonitorsOutliveNaN begins with a value that is none.
func TestMonitorsOutliveNaN(t *testing.T) {
	values := []float64{math.NaN(), 3, 2, 1}
	source := samples(t, 2, 1)
	history, err := newModel(t, adam()).Fit(t.Context(), source, lince.Fit{
		Epochs: len(values), Validation: source, Callbacks: []lince.Callback{measured(values), callbacks.EarlyStopping{Patience: 2}},
	})
	if err != nil || len(history.Epochs) != len(values) {
		t.Errorf("epochs %v, %v; expected all, since each is better than the one before", history.Epochs, err)
	}
}

func TestLearningRateScheduler(t *testing.T) {
	model := newModel(t, optimizers.SGD{LearningRate: 1})
	halve := func(epoch int, rate float64) float64 {
		if epoch == 0 {
			return rate
		}
		return rate / 2
	}
	history, err := model.Fit(t.Context(), samples(t, 4, 1), lince.Fit{
		Epochs: 3, Callbacks: []lince.Callback{callbacks.LearningRateScheduler{Schedule: halve}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(history.Values["learning_rate"]); got != "[1 0.5 0.25]" {
		t.Errorf("rates %v, expected [1 0.5 0.25]", got)
	}
}

// TestRefused gives callbacks what they cannot work with.
func TestRefused(t *testing.T) {
	plain, scheduled := newModel(t, adam()), newModel(t, optimizers.SGD{Schedule: optimizers.ExponentialDecay{InitialLearningRate: 0.1, DecaySteps: 2, DecayRate: 0.5}})
	tests := []struct {
		name     string
		model    *lince.Model
		callback lince.Callback
		want     string
	}{
		{"no validation", plain, callbacks.EarlyStopping{}, "no Validation"},
		{"unknown name", plain, callbacks.EarlyStopping{Monitor: "accuracy"}, `nothing named "accuracy"`},
		{"patience", plain, callbacks.EarlyStopping{Monitor: "loss", Patience: -1}, "Patience -1"},
		{"factor", plain, callbacks.ReduceLROnPlateau{Monitor: "loss", Factor: 1}, "Factor 1"},
		{"delta", plain, callbacks.ReduceLROnPlateau{Monitor: "loss", MinDelta: new(-1.0)}, "MinDelta is -1"},
		{"plateau and schedule", scheduled, callbacks.ReduceLROnPlateau{Monitor: "loss"}, "follows a schedule"},
		{"scheduler and schedule", scheduled, callbacks.LearningRateScheduler{Schedule: func(int, float64) float64 { return 1 }}, "follows a schedule"},
		{"no schedule", plain, callbacks.LearningRateScheduler{}, "without a Schedule"},
		{"no writer", plain, callbacks.Progress{}, "without a Writer"},
		{"no table", plain, callbacks.CSVLogger{}, "without a Path"},
		{"backup's name", plain, callbacks.BackupAndRestore{Path: "backup"}, "ends in .keras"},
		{"backup's rhythm", plain, callbacks.BackupAndRestore{Path: "x.keras", Every: -1}, "Every -1"},
		{"model's name", plain, callbacks.ModelCheckpoint{Path: "best.h5"}, "ends in .keras"},
		{"weights' name", plain, callbacks.ModelCheckpoint{Path: "best.keras", SaveWeightsOnly: true}, "ends in .weights.h5"},
		{"open brace", plain, callbacks.ModelCheckpoint{Path: "a{epoch.keras"}, "write {{ for a brace"},
		{"closed brace", plain, callbacks.ModelCheckpoint{Path: "a}.keras"}, "write }} for a brace"},
		{"format", plain, callbacks.ModelCheckpoint{Path: "a{epoch!r}.keras"}, "cannot read {epoch!r}"},
		{"validation of batches", plain, callbacks.ModelCheckpoint{Path: "a.keras", SaveBestOnly: true, SaveEvery: 1}, "no Validation"},
		{"histograms", plain, callbacks.TensorBoard{HistogramEvery: -1}, "HistogramEvery -1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.model.Fit(t.Context(), samples(t, 4, 1), lince.Fit{Callbacks: []lince.Callback{test.callback}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, expected one with %q", err, test.want)
			}
		})
	}
}
