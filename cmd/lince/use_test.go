package main

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
)

func TestEvaluate(t *testing.T) {
	model, folder := trained(t), drawn(t, 6, "circle", "star")
	out := succeed(t, "evaluate", model, folder, "--json")
	logs := decode[map[string]float64](t, out)
	if len(logs) != 2 || !(logs["loss"] > 0) || !(logs["accuracy"] >= 0 && logs["accuracy"] <= 1) {
		t.Errorf("measured %v", logs)
	}
	if strings.Index(out, `"loss"`) > strings.Index(out, `"accuracy"`) {
		t.Errorf("the loss does not come first: %s", out)
	}
	text := succeed(t, "evaluate", model, folder, "--batch", "5", "--threads", "1")
	if !strings.HasPrefix(text, "loss      ") || !strings.Contains(text, "\naccuracy  ") {
		t.Errorf("it says %q", text)
	}
	more := drawn(t, 2, "circle", "square", "star")
	if other := succeed(t, "evaluate", model, more); !strings.Contains(other, "loss") {
		t.Errorf("with a folder more it says %s", other)
	}
	if o := call(t, "evaluate", model, drawn(t, 2, "circle", "square")); o.status != failed || !strings.Contains(o.screen, "star") {
		t.Errorf("with other classes: exit status %d saying %s", o.status, o.screen)
	}
}

func TestMeasuredInOrder(t *testing.T) {
	content, err := measured{{Name: "z", Value: 1}, {Name: `a "b"`, Value: math.NaN()}}.MarshalJSON()
	if err != nil || string(content) != `{"z":1,"a \"b\"":null}` {
		t.Errorf("got %s, %v", content, err)
	}
}

// TestEvaluateOwnLosses: models built in Go get the targets that their loss
// takes, and those without class names the folders by name.
func TestEvaluateOwnLosses(t *testing.T) {
	folder := drawn(t, 4, "circle", "square", "star")
	for name, loss := range map[string]losses.Loss{
		"sparse": losses.SparseCategoricalCrossentropy{}, "categorical": losses.CategoricalCrossentropy{}, "none": nil,
	} {
		model, err := lince.Sequential(
			layers.Input{Shape: []int{24, 24, 3}}, layers.Flatten{}, layers.Dense{Units: 3, Activation: activations.Softmax},
		)
		if err != nil {
			t.Fatal(err)
		}
		if loss != nil {
			if err := model.Compile(lince.Training{Loss: loss, Metrics: []metrics.Metric{metrics.Accuracy{}}}); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(t.TempDir(), "a.keras")
		if err := model.Save(path); err != nil {
			t.Fatal(err)
		}
		logs := decode[map[string]float64](t, succeed(t, "evaluate", path, folder, "--json", "--rescale", "1/255"))
		if !(logs["loss"] > 0) || len(logs) != 2 {
			t.Errorf("%s: measured %v", name, logs)
		}
		if o := call(t, "evaluate", path, drawn(t, 2, "circle", "star"), "--rescale", "1/255"); o.status != failed {
			t.Errorf("%s: two folders for three classes: exit status %d", name, o.status)
		}
		if o := call(t, "evaluate", path, folder); o.status != misused || !strings.Contains(o.screen, "--rescale 1/255") {
			t.Errorf("%s: without --rescale: exit status %d saying %s", name, o.status, o.screen)
		}
	}
}

func TestPredictJSON(t *testing.T) {
	model, folder := trained(t), drawn(t, 2, "circle", "star")
	bad, missing := filepath.Join(folder, "star", "bad.png"), filepath.Join(folder, "missing.png")
	if err := os.WriteFile(bad, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	o := call(t, "predict", model, folder, missing, "--json")
	if o.status != failed || !strings.Contains(o.screen, bad) || !strings.Contains(o.screen, missing) {
		t.Errorf("exit status %d saying %s", o.status, o.screen)
	}
	answers := decode[[]answer](t, o.out)
	if len(answers) != 6 {
		t.Fatalf("there are %d answers, expected 4 pictures and 2 errors: %s", len(answers), o.out)
	}
	for _, a := range answers {
		if a.File == bad || a.File == missing {
			if a.Error == "" || a.Predictions != nil {
				t.Errorf("%s: %+v", a.File, a)
			}
			continue
		}
		checkTwoClasses(t, a)
	}
}

// checkTwoClasses: a sigmoid model lists both classes, the likelier one first.
func checkTwoClasses(t *testing.T, a answer) {
	t.Helper()
	if a.Error != "" || len(a.Predictions) != 2 {
		t.Errorf("%s: %+v, expected both classes", a.File, a)
		return
	}
	first, second := a.Predictions[0], a.Predictions[1]
	names := map[int]string{first.Index: first.Class, second.Index: second.Class}
	if !maps.Equal(names, map[int]string{0: "circle", 1: "star"}) || first.Probability < second.Probability || math.Abs(first.Probability+second.Probability-1) > 1e-6 {
		t.Errorf("%s: %+v", a.File, a.Predictions)
	}
}

func TestPredictText(t *testing.T) {
	model, folder := trained(t), drawn(t, 1, "circle", "star")
	picture := filepath.Join(folder, "star", "000.png")
	text := succeed(t, "predict", model, picture)
	if !strings.HasPrefix(text, picture+"  ") || strings.Count(text, "%") != 2 || strings.Count(text, "\n") != 1 {
		t.Errorf("it says %q", text)
	}
	if text := succeed(t, "predict", model, picture, "--top", "1", "--threads", "1"); strings.Count(text, "%") != 1 {
		t.Errorf("--top 1 says %q", text)
	}
	labels := filepath.Join(t.TempDir(), "labels.txt")
	if err := os.WriteFile(labels, []byte("round\npointed\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if text := succeed(t, "predict", model, picture, "--labels", labels); !strings.Contains(text, "pointed") {
		t.Errorf("--labels says %q", text)
	}
	empty := t.TempDir()
	if o := call(t, "predict", model, empty); o.status != failed || !strings.Contains(o.screen, empty) {
		t.Errorf("an empty folder: exit status %d saying %s", o.status, o.screen)
	}
	if o := call(t, "predict", model, empty, "--json"); o.status != failed || o.out != "[]\n" {
		t.Errorf("an empty folder: exit status %d printing %s", o.status, o.out)
	}
}

// TestForeignModels takes files that Keras wrote.
func TestForeignModels(t *testing.T) {
	model := sharedData(t, "models", "cat_dog_model.keras")
	picture := sharedData(t, "cats-dogs", "test", "dogs", "dog.4003.jpg")
	if o := call(t, "predict", model, picture); o.status != misused || !strings.Contains(o.screen, "--rescale 1/255") {
		t.Errorf("without --rescale: exit status %d saying %s", o.status, o.screen)
	}
	labels := filepath.Join(t.TempDir(), "class_indices.json")
	if err := os.WriteFile(labels, []byte(`{"dogs": 1, "cats": 0}`), 0o644); err != nil {
		t.Fatal(err)
	}
	answers := decode[[]answer](t, succeed(t, "predict", model, picture, "--rescale", "1/255", "--labels", labels, "--json"))
	if len(answers) != 1 || len(answers[0].Predictions) != 2 || answers[0].Predictions[0].Class != "dogs" {
		t.Errorf("it says %+v", answers)
	}
	digits := sharedData(t, "models", "mnist_cnn.h5")
	logs := decode[map[string]float64](t, succeed(t, "evaluate", digits, sharedData(t, "mnist"), "--rescale", "1/255", "--json", "--batch", "250"))
	// Keras measures 0.9876 and 0.0388330; one digit of 10,000 may fall on the other side.
	if math.Abs(logs["accuracy"]-0.9876) > 1.01e-4 || math.Abs(logs["loss"]-0.038833) > 1e-5 {
		t.Errorf("mnist_cnn.h5 measures %v, expected 0.9876 and 0.038833 as in Keras", logs)
	}
	old := sharedData(t, "models", "mlperf_tiny_cifar10_resnet8.h5")
	if text := succeed(t, "predict", old, picture, "--rescale", "1", "--top", "3"); strings.Count(text, "%") != 3 {
		t.Errorf("it says %q", text)
	}
}

func TestCheck(t *testing.T) {
	folder := drawn(t, 3, "circle", "star")
	report := decode[checkReport](t, succeed(t, "check", folder, "--json", "--image-size", "24"))
	if !report.Trainable || len(report.Classes) != 2 || report.Classes[1].Name != "star" || report.Classes[1].Pictures != 3 || report.Directory != folder {
		t.Errorf("the report is %+v", report)
	}
	if text := succeed(t, "check", folder, "--image-size", "24"); !strings.Contains(text, "nothing to complain about") {
		t.Errorf("it says %s", text)
	}
	if text := succeed(t, "check", folder, "--augment", "default"); !strings.Contains(text, "ShearRange 0.2") {
		t.Errorf("it does not mention the shear that does nothing: %s", text)
	}
	if text := succeed(t, "check", folder, "--validation", folder); !strings.Contains(text, "warning") {
		t.Errorf("it does not mention that training and validation are the same: %s", text)
	}
	bad := filepath.Join(folder, "star", "bad.jpg")
	if err := os.WriteFile(bad, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	if text := succeed(t, "check", folder); !strings.Contains(text, bad) || !strings.Contains(text, "(1 bad)") {
		t.Errorf("it does not name %s: %s", bad, text)
	}
	if o := call(t, "check", folder, "--strict"); o.status != failed || !strings.Contains(o.out, bad) || o.screen != "" {
		t.Errorf("--strict: exit status %d saying %s%s", o.status, o.out, o.screen)
	}
	o := call(t, "check", t.TempDir(), "--json")
	if report := decode[checkReport](t, o.out); o.status != failed || report.Trainable {
		t.Errorf("an empty folder: exit status %d saying %s", o.status, o.out)
	}
}

type checkReport struct {
	images.Report
	Trainable bool `json:"trainable"`
}

func TestSummary(t *testing.T) {
	model := trained(t)
	if text := succeed(t, "summary", model); !strings.Contains(text, "conv2d (Conv2D)") || !strings.Contains(text, "Classes: circle, star") || !strings.Contains(text, "Pictures: 24×24 rgb") {
		t.Errorf("it says\n%s", text)
	}
	s := decode[summaryResult](t, succeed(t, "summary", model, "--json"))
	sum := 0
	for _, layer := range s.Layers {
		sum += layer.Parameters
	}
	if sum != s.Parameters || s.Trainable != s.Parameters || sum == 0 || len(s.Classes) != 2 || s.Preprocessing == nil || len(s.OutputShape) != 1 || s.OutputShape[0] != 1 {
		t.Errorf("it says %+v", s)
	}
}

func TestVersion(t *testing.T) {
	v := decode[versionResult](t, succeed(t, "version", "--json"))
	if v.Version == "" || v.Threads < 1 || !strings.HasPrefix(v.Engine, "cpu ") {
		t.Errorf("it says %+v", v)
	}
	if text := succeed(t, "version", "--cpu"); !strings.HasPrefix(text, "lince ") || !strings.Contains(text, v.Engine) {
		t.Errorf("it says %s", text)
	}
}

func TestBench(t *testing.T) {
	folder := drawn(t, 6, "circle", "star")
	for _, workload := range []string{"decode", "augment", "augment-cached"} {
		b := decode[benchResult](t, succeed(t, "bench", workload, "--data", folder, "--batch", "4", "--rounds", "1", "--threads", "1", "--json"))
		if b.Workload != workload || b.Batch != 4 || b.Threads != 1 || !(b.Rate > 0) {
			t.Errorf("it says %+v", b)
		}
	}
	if o := call(t, "bench", "decode", "--data", folder, "--batch", "12"); o.status != failed || !strings.Contains(o.screen, "two batches") {
		t.Errorf("one batch alone: exit status %d saying %s", o.status, o.screen)
	}
}
