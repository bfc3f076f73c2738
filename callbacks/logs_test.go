package callbacks_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/format/tfevents"
	"github.com/lince-ml/lince/tensor"
)

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestCSVLogger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "training.csv")
	// Values chosen, so that the table can be written down.
	values := callbacks.Func{EpochEnd: func(run *lince.Run, epoch int, _ lince.Logs) error {
		run.Log("loss", 0.1*float64(epoch+1))
		run.Log("sparse_categorical_accuracy", math.NaN())
		if epoch == 0 {
			run.Log("a, b", 1)
		}
		return nil
	}}
	fit := func(epochs int, logger callbacks.CSVLogger) error {
		logger.Path = path
		_, err := newModel(t, adam()).Fit(t.Context(), samples(t, 4, 1), lince.Fit{Epochs: epochs, Callbacks: []lince.Callback{values, logger}})
		return err
	}
	steps := []struct {
		epochs int
		logger callbacks.CSVLogger
		want   string
	}{
		{2, callbacks.CSVLogger{}, "epoch,\"a, b\",loss,sparse_categorical_accuracy\n0,1,0.1,NaN\n1,NA,0.2,NaN\n"},
		{1, callbacks.CSVLogger{Append: true}, "epoch,\"a, b\",loss,sparse_categorical_accuracy\n0,1,0.1,NaN\n1,NA,0.2,NaN\n0,1,0.1,NaN\n"},
		{1, callbacks.CSVLogger{Separator: ';'}, "epoch;a, b;loss;sparse_categorical_accuracy\n0;1;0.1;NaN\n"},
	}
	for _, step := range steps {
		if err := fit(step.epochs, step.logger); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != step.want {
			t.Errorf("%+v wrote\n%sexpected\n%s", step.logger, got, step.want)
		}
	}
	if err := os.WriteFile(path, []byte("name,age\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := fit(1, callbacks.CSVLogger{Append: true}); err == nil || !strings.Contains(err.Error(), `begins with "name"`) {
		t.Errorf("appending to another table gives %v", err)
	}
}

// TestCSVLoggerFindsValidation has a first epoch without validation.
func TestCSVLoggerFindsValidation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "training.csv")
	history, err := newModel(t, adam()).Fit(t.Context(), samples(t, 4, 1), lince.Fit{
		Epochs: 2, Validation: samples(t, 4, 2), ValidationFrequency: 2, Callbacks: []lince.Callback{callbacks.CSVLogger{Path: path}},
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(read(t, path), "\n")
	if want := "epoch,loss,sparse_categorical_accuracy,val_loss,val_sparse_categorical_accuracy"; lines[0] != want {
		t.Errorf("header %s, expected %s", lines[0], want)
	}
	if !strings.HasSuffix(lines[1], ",NA,NA") || !strings.Contains(lines[2], fmt.Sprint(history.Values["val_loss"][1])) {
		t.Errorf("lines %q", lines[1:])
	}
}

// events returns the scalars of the one event file in a folder, as tag/step,
// and the tags of everything else.
func events(t *testing.T, folder string) (scalars map[string]float64, others []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "events.out.tfevents.*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("event files %v in %s: %v", files, folder, err)
	}
	file, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	scalars = map[string]float64{}
	for event, err := range tfevents.Read(file) {
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range event.Values {
			if value.Plugin == tfevents.Scalars {
				scalars[fmt.Sprintf("%s/%d", value.Tag, event.Step)] = value.Numbers[0]
				continue
			}
			others = append(others, fmt.Sprintf("%s/%d", value.Tag, event.Step))
		}
	}
	return scalars, others
}

func TestTensorBoard(t *testing.T) {
	folder := t.TempDir()
	history, err := newModel(t, adam()).Fit(t.Context(), samples(t, 8, 1), lince.Fit{
		Epochs: 2, Validation: samples(t, 4, 2), Callbacks: []lince.Callback{
			callbacks.ReduceLROnPlateau{MinDelta: new(10.0), Patience: 1},
			callbacks.TensorBoard{LogDir: folder, HistogramEvery: 2, UpdateEvery: 2, StepsPerSecond: true},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	scalars, others := events(t, filepath.Join(folder, "train"))
	validation, _ := events(t, filepath.Join(folder, "validation"))
	for epoch := range 2 {
		for _, name := range []string{"loss", "sparse_categorical_accuracy", "learning_rate"} {
			tag := fmt.Sprintf("epoch_%s/%d", name, epoch)
			if got, want := scalars[tag], history.Values[name][epoch]; got != float64(float32(want)) {
				t.Errorf("%s is %v, expected %v", tag, got, want)
			}
		}
		want := float64(float32(history.Values["val_loss"][epoch]))
		if got := validation[fmt.Sprintf("epoch_loss/%d", epoch)]; got != want {
			t.Errorf("validation's loss is %v, expected %v", got, want)
		}
		if got := validation[fmt.Sprintf("evaluation_loss_vs_iterations/%d", 2*epoch+2)]; got != want {
			t.Errorf("validation's loss by steps is %v, expected %v", got, want)
		}
		if !(scalars[fmt.Sprintf("epoch_steps_per_second/%d", epoch)] > 0) {
			t.Errorf("no speed in epoch %d", epoch)
		}
		if scalars[fmt.Sprintf("batch_loss/%d", 2*epoch+2)] != float64(float32(history.Values["loss"][epoch])) {
			t.Errorf("the running loss after the last batch of epoch %d is not the epoch's", epoch)
		}
	}
	if _, ok := scalars["batch_loss/1"]; ok {
		t.Error("UpdateEvery 2 wrote after one batch")
	}
	for _, tag := range []string{"keras/0", "dense/kernel/histogram/0", "batch_normalization/moving_variance/histogram/0"} {
		if !slices.Contains(others, tag) {
			t.Errorf("there is no %s among %v", tag, others)
		}
	}
}

func TestModelCheckpoint(t *testing.T) {
	folder := t.TempDir()
	tests := []struct {
		name     string
		values   []float64
		settings callbacks.ModelCheckpoint
		want     []string
	}{
		{"every epoch", []float64{3, 1, 2}, callbacks.ModelCheckpoint{Path: "m{epoch:02d}-{val_loss:.2f}.keras"}, []string{"m01-3.00.keras", "m02-1.00.keras", "m03-2.00.keras"}},
		{"best", []float64{3, 1, 2, 0.5}, callbacks.ModelCheckpoint{Path: "{epoch}.keras", SaveBestOnly: true}, []string{"1.keras", "2.keras", "4.keras"}},
		{"best of all", []float64{3, 1, 2, 0.5}, callbacks.ModelCheckpoint{Path: "{epoch}.keras", SaveBestOnly: true, InitialValueThreshold: new(1.0)}, []string{"4.keras"}},
		{"largest", []float64{3, 1, 4}, callbacks.ModelCheckpoint{Path: "{epoch:3d}.keras", SaveBestOnly: true, Mode: callbacks.Max}, []string{"  1.keras", "  3.keras"}},
		{"weights", []float64{3, 1}, callbacks.ModelCheckpoint{Path: "sub/{{{epoch}}}.weights.h5", SaveWeightsOnly: true}, []string{"sub/{1}.weights.h5", "sub/{2}.weights.h5"}},
		{"batches", []float64{3, 1}, callbacks.ModelCheckpoint{Path: "{epoch}-{batch}.keras", SaveEvery: 3}, []string{"1-3.keras", "2-1.keras", "2-4.keras"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := filepath.Join(folder, test.name)
			test.settings.Path = filepath.Join(root, test.settings.Path)
			model := newModel(t, adam())
			_, err := model.Fit(t.Context(), samples(t, 18, 1), lince.Fit{
				Epochs: len(test.values), Validation: samples(t, 4, 2), Callbacks: []lince.Callback{measured(test.values), test.settings},
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, pattern := range []string{"*", "sub/*"} {
				found, err := filepath.Glob(filepath.Join(root, pattern))
				if err != nil {
					t.Fatal(err)
				}
				for _, path := range found {
					if name, _ := filepath.Rel(root, path); name != "sub" {
						got = append(got, filepath.ToSlash(name))
					}
				}
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Fatalf("files %q, expected %q", got, test.want)
			}
			last := newModel(t, adam())
			if err := last.LoadWeights(filepath.Join(root, test.want[len(test.want)-1])); err != nil {
				t.Fatal(err)
			}
			newest := len(test.values) == 4 || test.name == "largest" || test.settings.SaveWeightsOnly // the last epoch was saved
			if newest && !reflect.DeepEqual(weightBits(t, last), weightBits(t, model)) {
				t.Error("the last file does not hold the last weights")
			}
		})
	}
}

// TestModelCheckpointOfUnmeasured names a value that an epoch does not measure.
func TestModelCheckpointOfUnmeasured(t *testing.T) {
	_, err := newModel(t, adam()).Fit(t.Context(), samples(t, 4, 1), lince.Fit{
		Callbacks: []lince.Callback{callbacks.ModelCheckpoint{Path: filepath.Join(t.TempDir(), "{val_loss:.2f}.keras")}},
	})
	if err == nil || !strings.Contains(err.Error(), "nothing named val_loss was measured") {
		t.Errorf("error %v", err)
	}
}

func TestTerminateOnNaN(t *testing.T) {
	spoil := func(layer string, value float32) callbacks.Func {
		return callbacks.Func{BatchEnd: func(run *lince.Run, batch int) error {
			if batch != 1 {
				return nil
			}
			weights, err := run.Model().Weights(layer)
			if err != nil {
				return err
			}
			weights[0].Float32s()[0] = value
			return run.Model().SetWeights(layer, weights)
		}}
	}
	nan := float32(math.NaN())
	tests := []struct {
		name, layer string
		value       float32
		want        string
	}{
		{"weight", "dense", nan, `batch 3; the first value that is not finite is in the weight kernel of layer "dense"`},
		{"infinity", "dense_1", float32(math.Inf(1)), "batch 3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fit := func(more ...lince.Callback) (*lince.History, error) {
				return newModel(t, adam()).Fit(t.Context(), samples(t, 18, 1), lince.Fit{Epochs: 3, Callbacks: append([]lince.Callback{spoil(test.layer, test.value)}, more...)})
			}
			if _, err := fit(callbacks.TerminateOnNaN{RaiseError: true}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, expected one with %q", err, test.want)
			}
			var reason string
			history, err := fit(callbacks.TerminateOnNaN{}, callbacks.Func{EpochEnd: func(run *lince.Run, _ int, _ lince.Logs) error {
				reason = run.StopReason()
				return nil
			}})
			if err != nil || len(history.Epochs) != 1 || !strings.Contains(reason, test.want) {
				t.Errorf("%d epochs, stopped because %q, error %v", len(history.Epochs), reason, err)
			}
		})
	}
}

// TestTerminateOnNaNInData finds what no layer is guilty of.
func TestTerminateOnNaNInData(t *testing.T) {
	for _, part := range []string{"input 0 of the batch", "the targets of the batch"} {
		inputs, targets := make([]float32, 16), make([]float32, 4)
		if part == "the targets of the batch" {
			targets[3] = float32(math.Inf(1))
		} else {
			inputs[5] = float32(math.NaN())
		}
		_, err := meanModel(t).Fit(t.Context(), arrays(t, inputs, targets), lince.Fit{Callbacks: []lince.Callback{callbacks.TerminateOnNaN{RaiseError: true}}})
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v, expected one with %q", err, part)
		}
	}
}

// TestTerminateOnNaNInOutput overflows within a layer whose weights are finite
// and stay so, because they are frozen.
func TestTerminateOnNaNInOutput(t *testing.T) {
	model := meanModel(t)
	large, err := tensor.Of(slices.Repeat([]float32{3e38}, 8), 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	model.Layer("hidden").SetTrainable(false)
	compileMean(t, model)
	bias, err := tensor.New(tensor.Float32, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := model.SetWeights("hidden", []*tensor.Tensor{large, bias}); err != nil {
		t.Fatal(err)
	}
	_, err = model.Fit(t.Context(), arrays(t, slices.Repeat([]float32{2}, 16), make([]float32, 4)), lince.Fit{Callbacks: []lince.Callback{callbacks.TerminateOnNaN{RaiseError: true}}})
	if err == nil || !strings.Contains(err.Error(), `in the output of layer "hidden"`) {
		t.Errorf("error %v", err)
	}
}

// TestEndWithoutBeginning has a callback that refuses behind one that has begun.
func TestEndWithoutBeginning(t *testing.T) {
	var cause error
	callback := callbacks.Func{End: func(_ *lince.Run, err error) error { cause = err; return nil }}
	_, err := newModel(t, adam()).Fit(t.Context(), samples(t, 4, 1), lince.Fit{Callbacks: []lince.Callback{callback, callbacks.CSVLogger{}}})
	if err == nil || cause == nil || !strings.Contains(cause.Error(), "without a Path") {
		t.Errorf("Fit's error %v, End's %v", err, cause)
	}
}

func TestFunc(t *testing.T) {
	var calls []string
	failure := errors.New("failure")
	note := func(format string, arguments ...any) error {
		calls = append(calls, fmt.Sprintf(format, arguments...))
		return nil
	}
	callback := callbacks.Func{
		Begin:      func(run *lince.Run) error { return note("begin %d", run.Epochs()) },
		EpochBegin: func(_ *lince.Run, epoch int) error { return note("epoch %d", epoch) },
		BatchEnd:   func(_ *lince.Run, batch int) error { return note("batch %d", batch) },
		EpochEnd: func(_ *lince.Run, epoch int, logs lince.Logs) error {
			note("end of epoch %d with %s", epoch, logs[0].Name)
			return failure
		},
		End: func(_ *lince.Run, cause error) error { return note("end with %v", cause) },
	}
	_, err := newModel(t, adam()).Fit(t.Context(), samples(t, 8, 1), lince.Fit{Epochs: 3, Callbacks: []lince.Callback{callback, callbacks.Func{}}})
	if !errors.Is(err, failure) {
		t.Errorf("error %v", err)
	}
	want := []string{"begin 3", "epoch 0", "batch 0", "batch 1", "end of epoch 0 with loss", "end with failure"}
	if !slices.Equal(calls, want) {
		t.Errorf("calls %q, expected %q", calls, want)
	}
}
