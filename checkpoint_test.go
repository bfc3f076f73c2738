package lince

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// watcher is a callback made of functions, with a memory.
type watcher struct {
	Idle
	observe  func(*Run) error
	settled  func(*Run, bool) error
	epochEnd func(*Run) error
	run      *Run
	memory   string
	kept     *Snapshot
}

func (w *watcher) Observe(run *Run) (Observer, error) {
	w.run = run
	if w.observe != nil {
		return w, w.observe(run)
	}
	return w, nil
}

func (w *watcher) Settled(epochEnded bool) error {
	if w.settled == nil {
		return nil
	}
	return w.settled(w.run, epochEnded)
}

func (w *watcher) EpochEnd(int, Logs) error {
	if w.epochEnd == nil {
		return nil
	}
	return w.epochEnd(w.run)
}

func (w *watcher) Key() string                        { return "watcher" }
func (w *watcher) MarshalJSON() ([]byte, error)       { return json.Marshal(w.memory) }
func (w *watcher) UnmarshalJSON(content []byte) error { return json.Unmarshal(content, &w.memory) }
func (w *watcher) Weights() *Snapshot                 { return w.kept }
func (w *watcher) SetWeights(kept *Snapshot)          { w.kept = kept }

// lineModel is a regression that trains in no time.
func lineModel(t testing.TB, optimizer optimizers.Optimizer) *Model {
	t.Helper()
	m, err := Sequential(layers.Dense{Units: 2, InputShape: []int{3}}, layers.BatchNormalization{}, layers.Dense{Units: 1})
	if err == nil {
		err = m.Compile(Training{Optimizer: optimizer, Loss: losses.MeanSquaredError{}, Seed: 5})
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func lineData(t testing.TB) data.Source {
	t.Helper()
	x, y := make([]float32, 30), make([]float32, 10)
	for i := range x {
		x[i] = float32(math.Sin(float64(i)))
		y[i/3] += x[i]
	}
	inputs, err := tensor.Of(x, 10, 3)
	if err != nil {
		t.Fatal(err)
	}
	targets, err := tensor.Of(y, 10)
	if err != nil {
		t.Fatal(err)
	}
	source, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{inputs}, Targets: []*tensor.Tensor{targets}, BatchSize: 4})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func snapshot(t testing.TB, m *Model) *Snapshot {
	t.Helper()
	s, err := m.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// writeCheckpoint trains an epoch of three batches and leaves a checkpoint of
// the given one.
func writeCheckpoint(t testing.TB, path string, batch int, more ...Callback) *Snapshot {
	t.Helper()
	m := lineModel(t, optimizers.Adam{})
	var weights *Snapshot
	saver := &watcher{memory: "saver's", settled: func(run *Run, ended bool) error {
		if ended || run.Batch() != batch {
			return nil
		}
		weights = snapshot(t, m)
		return run.SaveCheckpoint(path)
	}}
	if _, err := m.Fit(t.Context(), lineData(t), Fit{Callbacks: append(more, saver)}); err != nil {
		t.Fatal(err)
	}
	return weights
}

func TestCheckpointIsAModel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint.keras")
	want := writeCheckpoint(t, path, 2)
	m, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(snapshot(t, m), want) {
		t.Error("Load gives other weights than the training had")
	}
	if m.training == nil || m.training.step != 2 {
		t.Errorf("the loaded model's training: %+v, expected step 2", m.training)
	}
}

// TestCheckpointOfObservers has two observers of one key.
func TestCheckpointOfObservers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint.keras")
	first := &watcher{memory: "first's", kept: snapshot(t, lineModel(t, optimizers.Adam{}))}
	writeCheckpoint(t, path, 1, first)
	// In a resumed training memories come when all observers are there,
	// whichever of them loads the checkpoint.
	var loader, other watcher
	loader.observe = func(run *Run) error { return run.LoadCheckpoint(path) }
	loader.epochEnd = func(run *Run) error {
		if run.Batch() != 3 || run.Samples() != 10 || run.Step() != 3 {
			t.Errorf("batch %d, %d samples, step %d at the end of the epoch; expected 3, 10, 3", run.Batch(), run.Samples(), run.Step())
		}
		return run.LoadCheckpoint(path)
	}
	_, err := lineModel(t, optimizers.Adam{}).Fit(t.Context(), lineData(t), Fit{Callbacks: []Callback{&loader, &other}})
	if err == nil || !strings.Contains(err.Error(), "after the training began") {
		t.Errorf("LoadCheckpoint at the end of an epoch: %v", err)
	}
	if loader.memory != "first's" || other.memory != "saver's" {
		t.Errorf("memories %q and %q", loader.memory, other.memory)
	}
	if !reflect.DeepEqual(loader.kept, first.kept) || other.kept != nil {
		t.Errorf("kept weights %v and %v", loader.kept, other.kept)
	}
}

func TestSaveCheckpointRefuses(t *testing.T) {
	folder := t.TempDir()
	tests := []struct{ name, path, want string }{
		{"moment", filepath.Join(folder, "a.keras"), "in the middle of a step"},
		{"name", filepath.Join(folder, "a.h5"), "must end in .keras"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			saver := &watcher{epochEnd: func(run *Run) error { return run.SaveCheckpoint(test.path) }}
			_, err := lineModel(t, optimizers.Adam{}).Fit(t.Context(), lineData(t), Fit{Callbacks: []Callback{saver}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, expected one with %q", err, test.want)
			}
		})
	}
}

func loadCheckpoint(t testing.TB, m *Model, path string) error {
	_, err := m.Fit(t.Context(), lineData(t), Fit{InitialEpoch: 1, Callbacks: []Callback{&watcher{observe: func(run *Run) error {
		if err := run.LoadCheckpoint(path); err != nil {
			return err
		}
		run.Stop("loaded")
		return nil
	}}}})
	return err
}

// TestDamagedCheckpoint cuts, spoils and rewrites a checkpoint: what is not
// whole is refused with the file's name, and never resumed with other numbers.
func TestDamagedCheckpoint(t *testing.T) {
	folder := t.TempDir()
	path, damaged := filepath.Join(folder, "whole.keras"), filepath.Join(folder, "damaged.keras")
	weights := writeCheckpoint(t, path, 3)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m := lineModel(t, optimizers.Adam{})
	load := func(content []byte) error {
		if err := os.WriteFile(damaged, content, 0o644); err != nil {
			t.Fatal(err)
		}
		return loadCheckpoint(t, m, damaged)
	}
	for at := 0; at < len(whole); at += len(whole)/40 + 1 {
		if err := load(whole[:at]); err == nil || !strings.Contains(err.Error(), "damaged.keras") {
			t.Errorf("the first %d of %d bytes give %v", at, len(whole), err)
		}
	}
	for at := 0; at < len(whole); at += 61 {
		spoilt := bytes.Clone(whole)
		spoilt[at] ^= 0x55
		if err := load(spoilt); err != nil {
			if !strings.Contains(err.Error(), "damaged.keras") {
				t.Errorf("byte %d spoilt gives an error without the file's name: %v", at, err)
			}
			continue
		}
		// The epoch of the checkpoint is over, so that its weights are those
		// that the end of the training leaves.
		if !reflect.DeepEqual(snapshot(t, m), weights) {
			t.Errorf("byte %d spoilt resumes with other weights", at)
		}
	}
	if err := loadCheckpoint(t, m, filepath.Join(folder, "none.keras")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file gives %v", err)
	}
}

// TestForeignCheckpoint changes what a checkpoint keeps beside the model.
func TestForeignCheckpoint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint.keras")
	kept := &watcher{kept: snapshot(t, lineModel(t, optimizers.Adam{}))}
	change := func(member, from, to string) func(*testing.T, *keras.File) {
		return func(t *testing.T, f *keras.File) {
			content := bytes.Replace(f.Extras[member], []byte(from), []byte(to), 1)
			if bytes.Equal(content, f.Extras[member]) {
				t.Fatalf("no %s in %s: %s", from, member, content)
			}
			f.Extras[member] = content
		}
	}
	tests := []struct {
		name   string
		change func(*testing.T, *keras.File)
		want   string
	}{
		{"plain model", func(_ *testing.T, f *keras.File) { delete(f.Extras, checkpointMember) }, "no checkpoint of a training"},
		{"version", change(checkpointMember, `"version":1`, `"version":2`), "its version is 2"},
		{"epoch", change(checkpointMember, `"epoch":0`, `"epoch":-1`), "none may be negative"},
		{"text", change(checkpointMember, `{`, `[`), "checkpoint.json"},
		{"seed", change(checkpointMember, `"seed":5`, `"seed":4`), "seed is 5 now and was 4"},
		{"layers", change(checkpointMember, `"units":2`, `"units":9`), "model.config.layers[1].config.units is 2 now and was 9"},
		{"series", change(checkpointMember, `"series":null`, `"series":["loss"]`), "no history/0"},
		{"arrays", func(_ *testing.T, f *keras.File) { delete(f.Extras, arraysMember) }, "no checkpoint of a training"},
		{"no arrays", func(_ *testing.T, f *keras.File) { f.Extras[arraysMember] = []byte("PK") }, "checkpoint.npz"},
		{"slots", func(_ *testing.T, f *keras.File) { f.Optimizer[0].Variables = f.Optimizer[0].Variables[:4] }, "the optimiser's"},
		{"memory", change(checkpointMember, `"saver's"`, `17`), "memory of watcher"},
		{"kept", change(checkpointMember, `"kept":["watcher"]`, `"kept":["watcher","watcher"]`), "no kept/1/0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			writeCheckpoint(t, path, 2, kept)
			file, err := keras.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			test.change(t, file)
			if err := writeFile(path, file); err != nil {
				t.Fatal(err)
			}
			loader := &watcher{observe: func(run *Run) error { return run.LoadCheckpoint(path) }}
			_, err = lineModel(t, optimizers.Adam{}).Fit(t.Context(), lineData(t), Fit{Callbacks: []Callback{loader, &watcher{}}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, expected one with %q", err, test.want)
			}
		})
	}
}

// TestFitEndsWithAverages compares with averages of the weights of a training
// without any, which go the same way.
func TestFitEndsWithAverages(t *testing.T) {
	averaging := optimizers.SGD{Options: optimizers.Options{EMA: optimizers.EMA{Use: true, Momentum: new(0.75)}}}
	plain := lineModel(t, optimizers.SGD{})
	var average []*tensor.Tensor
	follow := &watcher{settled: func(_ *Run, ended bool) error {
		if ended {
			return nil
		}
		now := snapshot(t, plain).values
		if average == nil {
			average = now
			return nil
		}
		for i, value := range now {
			for j, x := range value.Float32s() {
				average[i].Float32s()[j] = 0.75*average[i].Float32s()[j] + 0.25*x
			}
		}
		return nil
	}}
	if _, err := plain.Fit(t.Context(), lineData(t), Fit{Epochs: 2, Callbacks: []Callback{follow}}); err != nil {
		t.Fatal(err)
	}
	m := lineModel(t, averaging)
	before := snapshot(t, m)
	if _, err := m.Fit(t.Context(), lineData(t), Fit{Epochs: 1, InitialEpoch: 1}); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(snapshot(t, m), before) {
		t.Error("no training changes the weights")
	}
	if _, err := m.Fit(t.Context(), lineData(t), Fit{Epochs: 2}); err != nil {
		t.Fatal(err)
	}
	for i, w := range m.network.weights() {
		want := average[i]
		if w.Statistic {
			want = snapshot(t, plain).values[i]
		}
		for j, x := range snapshot(t, m).values[i].Float32s() {
			if math.Abs(float64(x-want.Float32s()[j])) > 1e-6 {
				t.Errorf("%s[%d] is %v, expected %v", w.Variable.Name, j, x, want.Float32s()[j])
			}
		}
	}
}

func TestSaveWeights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "line.weights.h5")
	m, other := lineModel(t, optimizers.Adam{}), lineModel(t, optimizers.Adam{})
	if _, err := m.Fit(t.Context(), lineData(t), Fit{}); err != nil {
		t.Fatal(err)
	}
	if err := m.SaveWeights(path); err != nil {
		t.Fatal(err)
	}
	if err := other.LoadWeights(path); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(snapshot(t, other), snapshot(t, m)) {
		t.Error("the weights are others after a save and a load")
	}
	if err := m.SaveWeights("line.hdf5"); err == nil || !strings.Contains(err.Error(), "must end in .weights.h5") {
		t.Errorf("a wrong name gives %v", err)
	}
}
