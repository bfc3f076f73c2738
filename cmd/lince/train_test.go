package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// result is what a program reads of train --json.
type result struct {
	Model       string `json:"model"`
	HistoryFile string `json:"history_file"`
	Settings    string `json:"settings_file"`
	Log         string `json:"log_file"`
	Backup      string `json:"backup"`
	Interrupted bool   `json:"interrupted"`
	Stopped     string `json:"stopped"`
	Skipped     []struct{ File, Error string }
	History     history `json:"history"`
}

type history struct {
	Epochs  []int                `json:"epochs"`
	Names   []string             `json:"names"`
	History map[string][]float64 `json:"history"`
}

func readHistoryFile(t *testing.T, path string) history {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return decode[history](t, string(content))
}

func sameHistory(a, b history) bool {
	return slices.Equal(a.Epochs, b.Epochs) && maps.EqualFunc(a.History, b.History, slices.Equal)
}

func TestTrainLeavesItsFiles(t *testing.T) {
	folder, out := drawn(t, 10, "circle", "star"), filepath.Join(t.TempDir(), "pets.keras")
	o := call(t, small(folder, out, "--json", "--augment", "default", "--class-weights", "balanced")...)
	if o.status != succeeded {
		t.Fatal(o.screen)
	}
	r := decode[result](t, o.out)
	if r.Model != out || r.Interrupted || r.Backup != "" || len(r.History.Epochs) != 2 {
		t.Errorf("the result is %+v", r)
	}
	if names := []string{"loss", "accuracy", "val_loss", "val_accuracy"}; !slices.Equal(r.History.Names, names) {
		t.Errorf("the history has %v, expected %v", r.History.Names, names)
	}
	if !sameHistory(r.History, readHistoryFile(t, r.HistoryFile)) {
		t.Error("the history file is not the history")
	}
	want := map[string]bool{"keras": true, "history.json": true, "settings.json": true, "log": true, "backup.keras": false}
	if found := exists(out, "keras", "history.json", "settings.json", "log", "backup.keras"); !maps.Equal(found, want) {
		t.Errorf("the files are %v, expected %v", found, want)
	}
	log, err := os.ReadFile(r.Log)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"training on 16 pictures of 2 classes: circle (8), star (8)", "validation on 4 pictures held back by the seed",
		"24×24 rgb, bilinear, stretch, values / 255", "rotation 40", "ShearRange 0.2 slants by less than a degree",
		"one sigmoid unit, binary crossentropy", "classes count alike", "rmsprop, learning rate 0.0001, batch 8, 2 steps an epoch, epochs 2, seed 0",
		"Epoch 2/2", "lowest validation loss", "pets.keras",
	} {
		if !strings.Contains(string(log), text) {
			t.Errorf("the log does not say %q:\n%s", text, log)
		}
	}
	// The two tell the time each by its own clock.
	durations := regexp.MustCompile(`\S+ \d+[mu]?s/step`)
	if durations.ReplaceAllString(string(log), "") != durations.ReplaceAllString(o.screen, "") {
		t.Errorf("the log differs from what was printed:\n%s\n%s", log, o.screen)
	}
}

func TestTrainMoreClasses(t *testing.T) {
	folder, out := drawn(t, 5, "circle", "square", "star", "triangle"), filepath.Join(t.TempDir(), "a.keras")
	printed := succeed(t, small(folder, out, "--validation", folder, "--color-mode", "grayscale", "--image-size", "16x20", "--cache-limit", "0")...)
	for _, text := range []string{"4 softmax units, categorical crossentropy", "16×20 grayscale", "20 pictures of " + folder} {
		if !strings.Contains(printed, text) {
			t.Errorf("train does not say %q:\n%s", text, printed)
		}
	}
}

func TestTrainRefuses(t *testing.T) {
	folder, one, empty := drawn(t, 5, "circle", "star"), drawn(t, 5, "circle"), t.TempDir()
	file := filepath.Join(folder, "circle", "000.png")
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{one}, "holds one class, circle; there must be two or more"},
		{[]string{empty}, "has no class folders"},
		{[]string{file}, file},
		{[]string{folder, "--validation", one}, `class "star" has no folder`},
		{[]string{folder, "--validation-split", "0.01"}, "too few for the subset validation"},
	} {
		out := filepath.Join(t.TempDir(), "a.keras")
		o := call(t, append(small(test.args[0], out), test.args[1:]...)...)
		if o.status != failed || !strings.Contains(o.screen, test.says) {
			t.Errorf("%v: exit status %d saying %q, expected %q", test.args, o.status, o.screen, test.says)
		}
		for file, found := range exists(out, "keras", "history.json", "settings.json", "log", "backup.keras") {
			if found {
				t.Errorf("%v left %s", test.args, file)
			}
		}
	}
}

func TestTrainNamesBadPictures(t *testing.T) {
	folder, out := drawn(t, 5, "circle", "star"), filepath.Join(t.TempDir(), "a.keras")
	bad := filepath.Join(folder, "star", "001.png")
	if err := os.WriteFile(bad, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	o := call(t, small(folder, out, "--json")...)
	if o.status != succeeded || strings.Count(o.screen, bad) != 1 {
		t.Errorf("exit status %d, expected %s to be named once:\n%s", o.status, bad, o.screen)
	}
	if r := decode[result](t, o.out); len(r.Skipped) != 1 || r.Skipped[0].File != bad {
		t.Errorf("skipped are %v", r.Skipped)
	}
	if o := call(t, small(folder, out, "--strict")...); o.status != failed || !strings.Contains(o.screen, bad) {
		t.Errorf("--strict: exit status %d saying %s", o.status, o.screen)
	}
}

// TestSettingsRepeatARun: the settings file gives the same history, also where
// flags change what does not matter, and another seed another one.
func TestSettingsRepeatARun(t *testing.T) {
	folder, work := drawn(t, 8, "circle", "star"), t.TempDir()
	first, again, other := filepath.Join(work, "first.keras"), filepath.Join(work, "again.keras"), filepath.Join(work, "other.keras")
	succeed(t, small(folder, first, "--augment", "default", "--rotation-range", "10", "--brightness-range", "0.8,1.2", "--weight-decay", "0.01", "--seed", "7")...)
	settings := filepath.Join(work, "first.settings.json")
	succeed(t, "train", "--settings", settings, "--out", again, "--threads", "1")
	succeed(t, "train", "--settings", settings, "--out", other, "--seed", "8")
	a, b, c := readHistoryFile(t, filepath.Join(work, "first.history.json")), readHistoryFile(t, filepath.Join(work, "again.history.json")), readHistoryFile(t, filepath.Join(work, "other.history.json"))
	if !sameHistory(a, b) {
		t.Errorf("the repeated run differs:\n%v\n%v", a, b)
	}
	if sameHistory(a, c) {
		t.Error("another seed gave the same run")
	}
	var saved map[string]any
	content, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &saved); err != nil {
		t.Fatal(err)
	}
	if saved["weight_decay"] != 0.01 || saved["augment"].(map[string]any)["rotation_range"] != 10.0 || saved["seed"] != 7.0 {
		t.Errorf("the settings are %s", content)
	}
	if err := os.WriteFile(settings, []byte(`{"epochs": 3, "speed": 9}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if o := call(t, "train", "--settings", settings); o.status != failed || !strings.Contains(o.screen, "speed") || !strings.Contains(o.screen, settings) {
		t.Errorf("unknown settings: exit status %d saying %s", o.status, o.screen)
	}
}

func TestPatienceEndsATraining(t *testing.T) {
	folder, out := drawn(t, 5, "circle", "star"), filepath.Join(t.TempDir(), "a.keras")
	// Steps so large that the validation loss soon rises.
	args := small(folder, out, "--json", "--epochs", "60", "--patience", "1", "--learning-rate", "0.01", "--optimizer", "adam")
	o := call(t, args...)
	r := decode[result](t, o.out)
	if r.Stopped == "" || len(r.History.Epochs) == 60 || !strings.Contains(o.screen, "ended early: ") {
		t.Errorf("after %d epochs it says it was stopped for %q", len(r.History.Epochs), r.Stopped)
	}
}

func TestDivergenceIsAnError(t *testing.T) {
	folder, out := drawn(t, 8, "circle", "star"), filepath.Join(t.TempDir(), "a.keras")
	if err := os.WriteFile(out, []byte("an earlier model"), 0o644); err != nil {
		t.Fatal(err)
	}
	o := call(t, small(folder, out, "--optimizer", "sgd", "--learning-rate", "1e12")...)
	if o.status != failed || !strings.Contains(o.screen, "not finite") {
		t.Errorf("exit status %d saying %s", o.status, o.screen)
	}
	if content, err := os.ReadFile(out); err != nil || string(content) != "an earlier model" {
		t.Error("the earlier model is gone")
	}
}

func TestTensorBoardFiles(t *testing.T) {
	folder, work := drawn(t, 5, "circle", "star"), t.TempDir()
	succeed(t, small(folder, filepath.Join(work, "a.keras"), "--tensorboard", filepath.Join(work, "logs"))...)
	for _, part := range []string{"train", "validation"} {
		files, err := filepath.Glob(filepath.Join(work, "logs", part, "events.out.tfevents.*"))
		if err != nil || len(files) == 0 {
			t.Errorf("there are no events of the %s part", part)
		}
	}
}

// TestTrainOnIDX takes a folder of MNIST's four files.
func TestTrainOnIDX(t *testing.T) {
	folder, out := t.TempDir(), filepath.Join(t.TempDir(), "digits.keras")
	writeIDX(t, folder, "train", 40)
	writeIDX(t, folder, "t10k", 10)
	printed := succeed(t, "train", folder, "--out", out, "--epochs", "1")
	for _, text := range []string{"40 pictures of 4 classes: 0 (10)", "10 pictures of the test files", "12×10 grayscale"} {
		if !strings.Contains(printed, text) {
			t.Errorf("train does not say %q:\n%s", text, printed)
		}
	}
	if logs := decode[map[string]float64](t, succeed(t, "evaluate", out, folder, "--json")); logs["loss"] == 0 {
		t.Errorf("evaluate measured %v", logs)
	}
	for _, more := range [][]string{{"--validation", folder}, {"--image-size", "28"}} {
		if o := call(t, append([]string{"train", folder, "--out", out, "--epochs", "1"}, more...)...); o.status != failed {
			t.Errorf("%v: exit status %d", more, o.status)
		}
	}
	for _, file := range []string{"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"} {
		if err := os.Remove(filepath.Join(folder, file)); err != nil {
			t.Fatal(err)
		}
	}
	if printed := succeed(t, "train", folder, "--out", out, "--epochs", "1"); !strings.Contains(printed, "validation on 8 pictures held back") {
		t.Errorf("without test files train says\n%s", printed)
	}
}

// writeIDX writes count pictures of 12×10 of four classes in turn.
func writeIDX(t *testing.T, folder, part string, count int) {
	t.Helper()
	pictures := []byte{0, 0, 8, 3, 0, 0, 0, byte(count), 0, 0, 0, 12, 0, 0, 0, 10}
	labels := []byte{0, 0, 8, 1, 0, 0, 0, byte(count)}
	for i := range count {
		for pixel := range 12 * 10 {
			pictures = append(pictures, byte(i%4*60+pixel%7))
		}
		labels = append(labels, byte(i%4))
	}
	for name, content := range map[string][]byte{part + "-images-idx3-ubyte": pictures, part + "-labels-idx1-ubyte": labels} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
