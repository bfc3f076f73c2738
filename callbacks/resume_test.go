package callbacks_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
)

// outcome is all that a training leaves.
type outcome struct {
	weights map[string][]uint32
	history *lince.History
	csv     []byte
}

// setting is what a training is made with.
type setting struct {
	optimizer  optimizers.Optimizer
	validation data.Source
	steps      int // of an epoch, five when zero
}

// train trains three epochs with callbacks that remember, and those given.
func (s setting) train(t *testing.T, ctx context.Context, folder string, more ...lince.Callback) (outcome, error) {
	t.Helper()
	model := newModel(t, s.optimizer)
	table := filepath.Join(folder, "training.csv")
	history, err := model.Fit(ctx, samples(t, 18, 1), lince.Fit{
		Epochs: 3, StepsPerEpoch: s.steps, Validation: s.validation, ClassWeights: map[int]float64{0: 1, 1: 2.5},
		Callbacks: append([]lince.Callback{
			callbacks.EarlyStopping{Patience: 3, RestoreBestWeights: true, Mode: callbacks.Max},
			callbacks.ReduceLROnPlateau{Factor: 0.3, Patience: 1, MinDelta: new(10.0)},
			callbacks.CSVLogger{Path: table},
		}, more...),
	})
	if err != nil {
		return outcome{}, err
	}
	content, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	return outcome{weightBits(t, model), history, content}, nil
}

func compare(t *testing.T, got, want outcome) {
	t.Helper()
	for name, bits := range want.weights {
		if !reflect.DeepEqual(got.weights[name], bits) {
			t.Errorf("%s differs from the uninterrupted training's", name)
		}
	}
	if !reflect.DeepEqual(got.history, want.history) {
		t.Errorf("history %+v, uninterrupted %+v", got.history, want.history)
	}
	if !bytes.Equal(got.csv, want.csv) {
		t.Errorf("table\n%s, uninterrupted\n%s", got.csv, want.csv)
	}
}

// TestResumeAfterEveryBatch cancels a training after each of its batches in
// turn; resumed, it must give the bits of the one that ran through.
func TestResumeAfterEveryBatch(t *testing.T) {
	validation := samples(t, 7, 2)
	settings := map[string]setting{
		"adam": {adam(), validation, 0},
		"averaged": {optimizers.SGD{LearningRate: 0.1, Momentum: 0.9, Nesterov: true, Options: optimizers.Options{
			EMA: optimizers.EMA{Use: true, Momentum: new(0.8)}, AccumulationSteps: 2,
		}}, validation, 4},
	}
	for name, s := range settings {
		t.Run(name, func(t *testing.T) {
			want, err := s.train(t, t.Context(), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			for stop := 1; stop <= 3*cmp.Or(s.steps, 5); stop++ {
				folder := t.TempDir()
				backup := callbacks.BackupAndRestore{Path: filepath.Join(folder, "backup.keras")}
				ctx, cancel := context.WithCancel(t.Context())
				_, err := s.train(t, ctx, folder, backup, cancelAfter(stop, cancel))
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("cancelled after batch %d: %v", stop, err)
				}
				got, err := s.train(t, t.Context(), folder, backup)
				if err != nil {
					t.Fatal(err)
				}
				compare(t, got, want)
				if _, err := os.Stat(backup.Path); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("the backup is still there after the end: %v", err)
				}
			}
		})
	}
}

func cancelAfter(batches int, cancel context.CancelFunc) lince.Callback {
	return callbacks.Func{BatchEnd: func(*lince.Run, int) error {
		if batches--; batches == 0 {
			cancel()
		}
		return nil
	}}
}

// cancelling is a source that cancels when it is read for the n-th time.
type cancelling struct {
	data.Source
	reads  *int
	cancel context.CancelFunc
}

func (s cancelling) Batches(ctx context.Context, epoch, first int) iter.Seq2[*data.Batch, error] {
	if *s.reads--; *s.reads == 0 {
		s.cancel()
	}
	return s.Source.Batches(ctx, epoch, first)
}

// TestResumeAfterValidation cancels within the validations, when all batches
// of the epoch are done.
func TestResumeAfterValidation(t *testing.T) {
	s := setting{adam(), samples(t, 7, 2), 0}
	want, err := s.train(t, t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 3; n++ {
		folder := t.TempDir()
		backup := callbacks.BackupAndRestore{Path: filepath.Join(folder, "backup.keras")}
		ctx, cancel := context.WithCancel(t.Context())
		reads := n
		interrupted := setting{s.optimizer, cancelling{s.validation, &reads, cancel}, 0}
		_, err := interrupted.train(t, ctx, folder, backup)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled in validation %d: %v", n, err)
		}
		got, err := s.train(t, t.Context(), folder, backup)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, got, want)
	}
}

// TestResumeStopped resumes a training that EarlyStopping had ended when the
// process died: it must not train on.
func TestResumeStopped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "backup.keras")
	died := errors.New("died")
	stop := callbacks.Func{BatchEnd: func(run *lince.Run, batch int) error {
		if run.Epoch() == 1 && batch == 2 {
			run.Stop("enough")
		}
		return nil
	}}
	die := callbacks.Func{EpochEnd: func(run *lince.Run, epoch int, _ lince.Logs) error {
		if epoch == 1 {
			return died
		}
		return nil
	}}
	fit := func(more ...lince.Callback) (*lince.History, map[string][]uint32, error) {
		model := newModel(t, adam())
		history, err := model.Fit(t.Context(), samples(t, 18, 1), lince.Fit{Epochs: 4, Callbacks: append([]lince.Callback{stop}, more...)})
		return history, weightBits(t, model), err
	}
	history, weights, err := fit()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = fit(callbacks.BackupAndRestore{Path: path, Every: 1}, die); !errors.Is(err, died) {
		t.Fatal(err)
	}
	gotHistory, gotWeights, err := fit(callbacks.BackupAndRestore{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(gotHistory, history) || !reflect.DeepEqual(gotWeights, weights) {
		t.Errorf("history %+v, uninterrupted %+v", gotHistory, history)
	}
}

func TestBackupKeptAndAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "backup.keras")
	batches := 0
	count := callbacks.Func{BatchEnd: func(*lince.Run, int) error { batches++; return nil }}
	fit := func(epochs int, backup callbacks.BackupAndRestore) *lince.History {
		t.Helper()
		batches, backup.Path = 0, path
		history, err := newModel(t, adam()).Fit(t.Context(), samples(t, 18, 1), lince.Fit{Epochs: epochs, Callbacks: []lince.Callback{backup, count}})
		if err != nil {
			t.Fatal(err)
		}
		return history
	}
	fit(1, callbacks.BackupAndRestore{Keep: true})
	if history := fit(3, callbacks.BackupAndRestore{Keep: true}); batches != 10 || len(history.Epochs) != 3 {
		t.Errorf("two epochs more took %d batches, expected 10; history of %d epochs", batches, len(history.Epochs))
	}
	if fit(1, callbacks.BackupAndRestore{Anew: true}); batches != 5 {
		t.Errorf("a new training took %d batches, expected 5", batches)
	}
}

// TestBackupOfAnotherTraining changes one thing at a time.
func TestBackupOfAnotherTraining(t *testing.T) {
	path := filepath.Join(t.TempDir(), "backup.keras")
	backup := callbacks.BackupAndRestore{Path: path, Keep: true}
	if _, err := newModel(t, adam()).Fit(t.Context(), samples(t, 18, 1), lince.Fit{Callbacks: []lince.Callback{backup}}); err != nil {
		t.Fatal(err)
	}
	seeded := newModel(t, adam())
	if err := seeded.Compile(lince.Training{Optimizer: adam(), Loss: losses.SparseCategoricalCrossentropy{}, Seed: 8}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		model   *lince.Model
		samples int
		options lince.Fit
		want    string
	}{
		{"data", newModel(t, adam()), 21, lince.Fit{}, "data.samples is 21 now and was 18"},
		{"rate", newModel(t, optimizers.Adam{LearningRate: 0.5}), 18, lince.Fit{}, "optimizer.config.learning_rate is 0.5 now and was 0.02"},
		{"optimizer", newModel(t, optimizers.SGD{}), 18, lince.Fit{}, "optimizer"},
		{"metrics", seeded, 18, lince.Fit{}, "metrics"},
		{"weights", newModel(t, adam()), 18, lince.Fit{ClassWeights: map[int]float64{1: 2}}, "class weights"},
		{"steps", newModel(t, adam()), 18, lince.Fit{StepsPerEpoch: 2}, "steps of an epoch is 2 now and was 0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.options.Callbacks = []lince.Callback{backup}
			_, err := test.model.Fit(t.Context(), samples(t, test.samples, 1), test.options)
			if err == nil || !strings.Contains(err.Error(), "another training: "+test.want) {
				t.Errorf("error %v, expected one with %q", err, test.want)
			}
		})
	}
}

// TestResumeWithoutTable loses the table that the backup counts on.
func TestResumeWithoutTable(t *testing.T) {
	folder := t.TempDir()
	backup := callbacks.BackupAndRestore{Path: filepath.Join(folder, "backup.keras")}
	ctx, cancel := context.WithCancel(t.Context())
	s := setting{adam(), samples(t, 7, 2), 0}
	if _, err := s.train(t, ctx, folder, backup, cancelAfter(7, cancel)); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder, "training.csv")); err != nil {
		t.Fatal(err)
	}
	_, err := s.train(t, t.Context(), folder, backup)
	if err == nil || !strings.Contains(err.Error(), "training.csv has 0 bytes") {
		t.Errorf("error %v", err)
	}
}

func TestNumbersInMemory(t *testing.T) {
	for _, value := range []float64{0.1, math.Inf(1), math.Inf(-1), math.MaxFloat64, 5e-324} {
		if got := callbacks.Remembered(t, value); got != value {
			t.Errorf("%v is remembered as %v", value, got)
		}
	}
	if got := callbacks.Remembered(t, math.NaN()); !math.IsNaN(got) {
		t.Errorf("NaN is remembered as %v", got)
	}
}
