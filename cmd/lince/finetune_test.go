package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
)

// weightsOf returns a layer's first weight.
func weightsOf(t *testing.T, file, layer string) []float32 {
	t.Helper()
	model, err := lince.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	values, err := model.Weights(layer)
	if err != nil {
		t.Fatal(err)
	}
	return values[0].Float32s()
}

// Layers from --from on learn, those before and the averages stay.
func TestFinetune(t *testing.T) {
	cached(t)
	folder := drawn(t, 8, "circle", "star")
	model := filepath.Join(t.TempDir(), "shapes.keras")
	succeed(t, onBase(folder, model, baseWeights(t))...)
	text := succeed(t, "finetune", model, folder, "--from", "block_16_expand", "--epochs", "1", "--batch", "8", "--learning-rate", "1e-3", "--keep-last")
	tuned := strings.TrimSuffix(model, ".keras") + "-tuned.keras"
	if !strings.Contains(text, "unfrozen from block_16_expand on") || !strings.Contains(text, tuned) {
		t.Errorf("it says\n%s", text)
	}
	for layer, stays := range map[string]bool{
		"Conv1": true, "block_15_project": true, "block_16_expand": false, "block_16_expand_BN": true, "Conv_1": false, "classes": false,
	} {
		if same := slices.Equal(weightsOf(t, model, layer), weightsOf(t, tuned, layer)); same != stays {
			t.Errorf("the weights of %s are the same: %v, expected %v", layer, same, stays)
		}
	}
	settings := strings.TrimSuffix(tuned, ".keras") + ".settings.json"
	content, err := os.ReadFile(settings)
	if err != nil || !strings.Contains(string(content), `"from": "block_16_expand"`) {
		t.Errorf("the settings are %s, %v", content, err)
	}
	if o := call(t, "train", "--settings", settings); o.status != misused || !strings.Contains(o.screen, "finetune") {
		t.Errorf("train with its settings: exit status %d saying %s", o.status, o.screen)
	}
}

// Without --from everything learns but batch normalisation, and of a model
// without any base too.
func TestFinetuneAll(t *testing.T) {
	cached(t)
	folder, model := drawn(t, 8, "circle", "star"), trained(t)
	out := filepath.Join(t.TempDir(), "all.keras")
	text := succeed(t, "finetune", model, folder, "--epochs", "1", "--batch", "8", "--out", out, "--augment", "default", "--keep-last")
	if strings.Contains(text, "features of") || slices.Equal(weightsOf(t, model, "conv2d"), weightsOf(t, out, "conv2d")) {
		t.Errorf("the first layer has not learnt:\n%s", text)
	}
}

// Steps that wreck the model leave it as it was, unless the last weights are
// asked for; steps that help are kept.
func TestFinetuneKeepsTheBetterModel(t *testing.T) {
	cached(t)
	folder, model := drawn(t, 8, "circle", "star"), trained(t)
	tune := func(flags ...string) (text, out string) {
		out = filepath.Join(t.TempDir(), "tuned.keras")
		return succeed(t, append([]string{"finetune", model, folder, "--validation", folder, "--batch", "8", "--out", out}, flags...)...), out
	}
	changed := func(out string) bool {
		return !slices.Equal(weightsOf(t, model, "conv2d"), weightsOf(t, out, "conv2d"))
	}
	text, out := tune("--epochs", "1", "--learning-rate", "1")
	if changed(out) || !strings.Contains(text, "did not fall") || !strings.Contains(text, model) {
		t.Errorf("after harmful steps the weights have changed: %v; it says\n%s", changed(out), text)
	}
	if text, out = tune("--epochs", "1", "--learning-rate", "1", "--keep-last"); !changed(out) || strings.Contains(text, "did not fall") {
		t.Errorf("--keep-last: the weights have changed: %v; it says\n%s", changed(out), text)
	}
	if text, out = tune("--epochs", "2", "--learning-rate", "1e-4"); !changed(out) || !strings.Contains(text, "validation loss fell") {
		t.Errorf("after helpful steps the weights have changed: %v; it says\n%s", changed(out), text)
	}
}

func TestFinetuneMisuse(t *testing.T) {
	cached(t)
	folder, model := drawn(t, 8, "circle", "star"), trained(t)
	if o := call(t, "finetune", model, folder, "--from", "mixed7"); o.status != misused || !strings.Contains(o.screen, "mixed7") {
		t.Errorf("an unknown layer: exit status %d saying %s", o.status, o.screen)
	}
	if o := call(t, "finetune", model, drawn(t, 8, "circle", "square")); o.status != failed || !strings.Contains(o.screen, "circle, star") {
		t.Errorf("other classes: exit status %d saying %s", o.status, o.screen)
	}
	if o := call(t, "finetune", model); o.status != misused {
		t.Errorf("no folder: exit status %d", o.status)
	}
}
