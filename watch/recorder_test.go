package watch_test

import (
	"context"
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/watch"
)

func TestRecorderTellsAll(t *testing.T) {
	path := record(t, 2)
	list := events(t, path)
	first, last := list[0], list[len(list)-1]
	if first.Kind != watch.Begin || first.Epochs != 2 || first.Steps != 2 || first.Samples != 16 || len(first.Classes) != 4 {
		t.Errorf("it begins with %+v", first)
	}
	if last.Kind != watch.End || last.Status != watch.Finished {
		t.Errorf("it ends with %+v", last)
	}
	epochs := ofKind(list, watch.Epoch)
	if len(epochs) != 2 {
		t.Fatalf("there are %d epochs", len(epochs))
	}
	for _, epoch := range epochs {
		for _, name := range []string{"loss", "accuracy", "val_loss", "val_accuracy"} {
			if epoch.Logs[name] == nil {
				t.Errorf("epoch %d has no %s", epoch.Epoch, name)
			}
		}
		if epoch.Rate != 0.001 || epoch.PerSecond <= 0 || epoch.Seconds <= 0 {
			t.Errorf("epoch %d: rate %v, %v pictures a second, %v seconds", epoch.Epoch, epoch.Rate, epoch.PerSecond, epoch.Seconds)
		}
	}
	if epochs[0].Left <= 0 || epochs[1].Left != 0 {
		t.Errorf("%v and %v seconds are left after the epochs", epochs[0].Left, epochs[1].Left)
	}
	if batches := ofKind(list, watch.Batch); len(batches) != 4 || batches[0].Logs["loss"] == nil {
		t.Errorf("there are %d batches: %+v", len(batches), batches)
	}
}

func TestRecorderKeepsSamples(t *testing.T) {
	path := record(t, 1)
	sheets := ofKind(events(t, path), watch.Samples)
	if len(sheets) != 1 || len(sheets[0].Labels) != 8 {
		t.Fatalf("the sheets are %+v", sheets)
	}
	file, err := os.Open(strings.TrimSuffix(path, "keras") + "samples.png")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	sheet, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := sheet.Bounds().Size(); got.X != size || got.Y != 8*size {
		t.Errorf("the sheet is %v, expected 8 pictures of %d pixels one below the other", got, size)
	}
}

// stopAt makes the file that the page's button makes.
func stopAt(path string, epoch int) lince.Callback {
	return callbacks.Func{EpochBegin: func(_ *lince.Run, e int) error {
		if e != epoch {
			return nil
		}
		return watch.NewRun(path).Stop()
	}}
}

// TestStopAndResume: a stopped training is resumed like one that Ctrl-C
// stopped, and its events go on.
func TestStopAndResume(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pets.keras")
	backup := callbacks.BackupAndRestore{Path: strings.TrimSuffix(path, "keras") + "backup.keras"}
	err := train(t.Context(), path, 6, backup, stopAt(path, 2))
	if !errors.Is(err, watch.ErrStopped) || !errors.Is(err, context.Canceled) {
		t.Fatalf("the training ended with %v", err)
	}
	list := events(t, path)
	if last := list[len(list)-1]; last.Status != watch.Stopped || len(ofKind(list, watch.Epoch)) > 3 {
		t.Errorf("it ends with %+v after %d epochs", last, len(ofKind(list, watch.Epoch)))
	}
	if _, err := os.Stat(strings.TrimSuffix(path, "keras") + "stop"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file that stops is still there: %v", err)
	}
	// A crash may cut the last line off.
	torn, err := os.OpenFile(strings.TrimSuffix(path, "keras")+"events.jsonl", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := torn.WriteString(`{"kind":"epo`); err != nil {
		t.Fatal(err)
	}
	if err := torn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := train(t.Context(), path, 6, backup); err != nil {
		t.Fatal(err)
	}
	list = events(t, path)
	if begins := ofKind(list, watch.Begin); len(begins) != 2 || begins[1].Epoch == 0 {
		t.Errorf("it begins with %+v", begins)
	}
	if epochs := ofKind(list, watch.Epoch); len(epochs) != 6 {
		t.Errorf("there are %d epochs, expected 6", len(epochs))
	}
	if last := list[len(list)-1]; last.Status != watch.Finished {
		t.Errorf("it ends with %+v", last)
	}
}

// TestSameName: two trainings that write to one file leave one that can be read.
func TestSameName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pets.keras")
	second := callbacks.Func{EpochBegin: func(run *lince.Run, epoch int) error {
		if epoch != 1 {
			return nil
		}
		return train(t.Context(), path, 1)
	}}
	if err := train(t.Context(), path, 2, second); err != nil {
		t.Fatal(err)
	}
	if begins := ofKind(events(t, path), watch.Begin); len(begins) != 1 || begins[0].Epochs != 1 {
		t.Errorf("it begins with %+v, expected the second training alone", begins)
	}
}

// TestRecordBreaksOff: what hinders the record does not hinder the training.
func TestRecordBreaksOff(t *testing.T) {
	full := func(path string) error { return os.Symlink("/dev/full", path+"events.jsonl") }
	for name, hinder := range map[string]func(stem string) error{
		"full disk": full,
		"events":    func(stem string) error { return os.Mkdir(stem+"events.jsonl", 0o755) },
		"samples":   func(stem string) error { return os.MkdirAll(stem+"samples.png/in.the.way", 0o755) },
	} {
		if _, err := os.Stat("/dev/full"); err != nil && name == "full disk" {
			continue
		}
		path := filepath.Join(t.TempDir(), "pets.keras")
		if err := hinder(strings.TrimSuffix(path, "keras")); err != nil {
			t.Fatal(err)
		}
		pictures, err := drawn(4)
		if err != nil {
			t.Fatal(err)
		}
		model, err := tiny()
		if err != nil {
			t.Fatal(err)
		}
		var warnings []string
		recorder := watch.Recorder{Path: path, Pictures: pictures, Interval: 1, Warn: func(err error) { warnings = append(warnings, err.Error()) }}
		if _, err := model.Fit(t.Context(), pictures, lince.Fit{Epochs: 2, Callbacks: []lince.Callback{recorder}}); err != nil {
			t.Errorf("%s: the training ends with %v", name, err)
		}
		if len(warnings) != 1 || !strings.Contains(warnings[0], "pets.events.jsonl ends early") {
			t.Errorf("%s: the warnings are %q", name, warnings)
		}
	}
}

// TestSamplesEndWithTheTraining: pictures are no longer read for the page once
// the training is to end.
func TestSamplesEndWithTheTraining(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	path := filepath.Join(t.TempDir(), "pets.keras")
	late := callbacks.Func{EpochBegin: func(*lince.Run, int) error { cancel(); return nil }}
	if err := train(ctx, path, 2, late); !errors.Is(err, context.Canceled) {
		t.Errorf("the training ends with %v", err)
	}
	if sheets := ofKind(events(t, path), watch.Samples); len(sheets) != 0 {
		t.Errorf("pictures were read all the same: %+v", sheets)
	}
}

func TestFailureIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pets.keras")
	broken := callbacks.Func{EpochEnd: func(*lince.Run, int, lince.Logs) error { return errors.New("no room") }}
	if err := train(t.Context(), path, 2, broken); err == nil {
		t.Fatal("the training succeeds")
	}
	list := events(t, path)
	if last := list[len(list)-1]; last.Status != watch.Failed || !strings.Contains(last.Reason, "no room") {
		t.Errorf("it ends with %+v", last)
	}
}

func TestFind(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a.events.jsonl", "a.history.json", "b.history.json", "c.keras"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		paths []string
		names string
		fails string
	}{
		{[]string{"."}, "a b", ""},
		{[]string{"a.keras"}, "a", ""},
		{[]string{"b", "a.events.jsonl", "a"}, "b a", ""},
		{[]string{"b.history.json"}, "b", ""},
		{[]string{"c.keras"}, "", "there is no run"},
		{[]string{"d"}, "", "d.events.jsonl"},
	} {
		paths := make([]string, len(test.paths))
		for i, path := range test.paths {
			paths[i] = filepath.Join(folder, path)
		}
		runs, err := watch.Find(paths...)
		if test.fails != "" {
			if err == nil || !strings.Contains(err.Error(), test.fails) {
				t.Errorf("%v: %v, expected an error with %q", test.paths, err, test.fails)
			}
			continue
		}
		var names []string
		for _, run := range runs {
			names = append(names, run.Name)
		}
		if got := strings.Join(names, " "); err != nil || got != test.names {
			t.Errorf("%v: %q and %v, expected %q", test.paths, got, err, test.names)
		}
	}
	if _, err := watch.Find(t.TempDir()); err == nil || !strings.Contains(err.Error(), "holds no run") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestReadEventsNamesTheLine(t *testing.T) {
	_, err := watch.ReadEvents(strings.NewReader("{\"kind\":\"begin\"}\nhello\n"))
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("the error is %v", err)
	}
	list, err := watch.ReadEvents(strings.NewReader("{\"kind\":\"begin\"}\n{\"kind\":\"epo"))
	if err != nil || len(list) != 1 {
		t.Errorf("%d events and %v, expected one", len(list), err)
	}
}

// TestStopThatCannotBeRemoved: a stale request to stop ends no later training.
func TestStopThatCannotBeRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pets.keras")
	if err := os.MkdirAll(filepath.Join(filepath.Dir(path), "pets.stop", "held"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := train(t.Context(), path, 2); err != nil {
		t.Fatal(err)
	}
	if n := len(ofKind(events(t, path), watch.Epoch)); n != 2 {
		t.Errorf("%d epochs are told, expected 2", n)
	}
}
