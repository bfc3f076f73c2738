package report_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/internal/shapes"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/report"
)

const side = 16

// network returns an untrained model of the shapes' classes.
func network(t *testing.T, units int, activation activations.Activation) *lince.Model {
	t.Helper()
	m, err := lince.Sequential(
		layers.Input{Shape: []int{side, side, 3}}, layers.Conv2D{Filters: 4, Kernel: layers.Square(3)},
		layers.Dropout{Rate: 0.2}, layers.GlobalAveragePooling2D{}, layers.Dense{Units: units, Activation: activation},
	)
	if err != nil {
		t.Fatal(err)
	}
	m.Preprocessing = &images.Preprocessing{TargetSize: images.Square(side), Rescale: 1. / 255}
	return m
}

// drawn returns a folder of some classes of shapes.
func drawn(t *testing.T, count int, classes ...string) string {
	t.Helper()
	folder := t.TempDir()
	if err := shapes.WriteFolder(folder, count, side, 1, 0); err != nil {
		t.Fatal(err)
	}
	for _, class := range shapes.Classes() {
		if !slices.Contains(classes, class) {
			if err := os.RemoveAll(filepath.Join(folder, class)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}

func evaluate(t *testing.T, m *lince.Model, folder string) (*report.Evaluation, error) {
	t.Helper()
	pictures, err := report.Open(t.Context(), m, folder, images.Flow{BatchSize: 3})
	if err != nil {
		return nil, err
	}
	return report.Evaluate(t.Context(), m, pictures)
}

// TestEvaluateAgreesWithClassify: path, label and probabilities belong together.
func TestEvaluateAgreesWithClassify(t *testing.T) {
	for units, classes := range map[int][]string{4: {"triangle", "star", "square", "circle"}, 1: {"star", "circle"}} {
		activation := activations.Softmax
		if units == 1 {
			activation = activations.Sigmoid
		}
		m := network(t, units, activation)
		m.Classes = classes
		e, err := evaluate(t, m, drawn(t, 3, classes...))
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Files) != 3*len(classes) {
			t.Errorf("%d pictures, expected %d", len(e.Files), 3*len(classes))
		}
		for i, file := range e.Files {
			if class := filepath.Base(filepath.Dir(file)); e.Classes[e.Labels[i]] != class {
				t.Errorf("%s is labelled %s", file, e.Classes[e.Labels[i]])
			}
			for p, err := range m.Classify(t.Context(), file) {
				if err != nil {
					t.Fatal(err)
				}
				for class, want := range p.Probabilities {
					if got := e.Probabilities[i][class]; math.Abs(got-want) > 1e-6 {
						t.Errorf("%s: class %d has %v, expected %v", file, class, got, want)
					}
				}
			}
		}
	}
}

func TestClassesOfTheFolder(t *testing.T) {
	m := network(t, 2, activations.Softmax)
	m.Classes = []string{"circle", "star"}
	_, err := evaluate(t, m, drawn(t, 2, "circle", "square"))
	if err == nil || !strings.Contains(err.Error(), "circle, star") || !strings.Contains(err.Error(), "circle, square") {
		t.Errorf("the error is %v, expected one that names both lists", err)
	}
	e, err := evaluate(t, m, drawn(t, 1, "star"))
	if err != nil || !slices.Equal(e.Labels, []int{1}) {
		t.Errorf("a folder of one class: %v, %v", e, err)
	}
	if _, err = evaluate(t, m, t.TempDir()); err == nil || !strings.Contains(err.Error(), "no class folders") {
		t.Errorf("an empty folder: %v", err)
	}
	m.Classes = nil
	if e, err := evaluate(t, m, drawn(t, 1, "square", "triangle")); err != nil || !slices.Equal(e.Classes, []string{"square", "triangle"}) {
		t.Errorf("a model without classes: %v, %v", e, err)
	}
	if _, err := evaluate(t, m, drawn(t, 1, "circle", "square", "star")); err == nil || !strings.Contains(err.Error(), "tells 2 classes apart, but there are 3") {
		t.Errorf("a model without classes on three: %v", err)
	}
}

func TestModelsThatCannotBeReportedOn(t *testing.T) {
	folder := drawn(t, 1, "circle", "star")
	a, b := layers.NewInput(layers.Input{Shape: []int{side, side, 3}}), layers.NewInput(layers.Input{Shape: []int{side, side, 3}})
	flat := layers.Apply(layers.GlobalAveragePooling2D{}, layers.Apply(layers.Add{}, a, b))
	double, err := lince.NewModel(lince.Inputs(a, b), lince.Outputs(layers.Apply(layers.Dense{Units: 2, Activation: activations.Softmax}, flat)))
	if err != nil {
		t.Fatal(err)
	}
	bare := network(t, 2, activations.Softmax)
	bare.Preprocessing = nil
	for says, m := range map[string]*lince.Model{
		"2 inputs and 1 outputs":          double,
		"how pictures were prepared":      bare,
		"no probability; end the network": network(t, 2, activations.Linear),
	} {
		if _, err := evaluate(t, m, folder); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("the error is %v, expected it to say %q", err, says)
		}
	}
}

// written returns a report with everything, of an untrained model.
func written(t *testing.T) (r report.Report, out string) {
	t.Helper()
	folder := drawn(t, 5, "circle", "star")
	bad := filepath.Join(folder, "star", "broken.png")
	if err := os.WriteFile(bad, []byte("\x89PNG\r\n\x1a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	m := network(t, 1, activations.Sigmoid)
	m.Classes = []string{"circle", "star"}
	e, err := evaluate(t, m, folder)
	if err != nil {
		t.Fatal(err)
	}
	check, err := images.Check(t.Context(), folder, images.CheckOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r = report.Report{
		Model: m, Evaluation: e, File: "pets <1>.keras", Folder: folder, Check: check,
		History: history([]float64{1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1}, []float64{1, 0.9, 0.8, 0.9, 1, 1.1, 1.2, 1.3}),
		Repeat:  "lince train --settings pets.settings.json", Settings: json.RawMessage(`{"seed": 7}`),
	}
	return r, filepath.Join(t.TempDir(), "report")
}

func TestWrite(t *testing.T) {
	r, out := written(t)
	outcome, err := r.Write(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range outcome.Files {
		if info, err := os.Stat(file); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", file, err)
		}
	}
	if outcome.Files[0] != filepath.Join(out, "report.html") || !slices.Contains(outcome.Files, filepath.Join(out, "worst.png")) {
		t.Errorf("the files are %q", outcome.Files)
	}
	page := read(t, filepath.Join(out, "report.html"))
	for _, part := range []string{
		"pets &lt;1&gt;.keras", "Overfitting begins after epoch 3", "broken.png", "Dropout", "lince train --settings",
		"Confusion matrix", "Expected calibration error", "data:image/svg+xml;base64,", "data:image/jpeg;base64,", "seed",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	if strings.Contains(page, "http://") || strings.Contains(page, "https://") || strings.Contains(page, "<script") {
		t.Error("the page asks the network or runs a script")
	}
	var numbers struct {
		Pictures  int
		Accuracy  float64
		Confusion [][]int
		Unread    []struct{ File string }
		Learning  report.Verdict
		Settings  struct{ Seed int }
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(out, "report.json"))), &numbers); err != nil {
		t.Fatal(err)
	}
	right := numbers.Confusion[0][0] + numbers.Confusion[1][1]
	if numbers.Pictures != 10 || numbers.Accuracy != float64(right)/10 || len(numbers.Unread) != 1 || numbers.Learning.Epoch != 3 || numbers.Settings.Seed != 7 {
		t.Errorf("the numbers are %+v", numbers)
	}
	if _, err := r.Write(t.Context(), out); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

// TestCSV: predictions read back exactly.
func TestCSV(t *testing.T) {
	r, _ := written(t)
	var b bytes.Buffer
	if err := r.Evaluation.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"file", "label", "predicted", "probability", "p_circle", "p_star"}; !slices.Equal(lines[0], want) || len(lines) != 11 {
		t.Fatalf("%d lines, the first %q", len(lines), lines[0])
	}
	for i, line := range lines[1:] {
		for class, want := range r.Evaluation.Probabilities[i] {
			if got, err := strconv.ParseFloat(line[4+class], 64); err != nil || got != want {
				t.Errorf("line %d: %v, %v, expected %v", i, got, err, want)
			}
		}
	}
}

func TestStopped(t *testing.T) {
	r, out := written(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Write(ctx, out); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Stat(filepath.Join(out, "report.html")); err == nil {
		t.Error("there is a page all the same")
	}
	if _, err := report.Open(ctx, r.Model, r.Folder, images.Flow{}); !errors.Is(err, context.Canceled) {
		t.Errorf("opening: %v", err)
	}
	pictures, err := report.Open(t.Context(), r.Model, r.Folder, images.Flow{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := report.Evaluate(ctx, r.Model, pictures); !errors.Is(err, context.Canceled) {
		t.Errorf("evaluating: %v", err)
	}
}

// TestSparePage: nothing but what is needed, all right, one class absent.
func TestSparePage(t *testing.T) {
	m := network(t, 3, activations.Softmax)
	r := report.Report{Model: m, Evaluation: &report.Evaluation{
		Classes: []string{"a", "b", "c"}, Files: []string{"gone.png", "there.png"}, Labels: []int{0, 1},
		Probabilities: [][]float64{{1, 0, 0}, {0.2, 0.8, 0}},
	}}
	out := t.TempDir()
	if _, err := r.Write(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	page := read(t, filepath.Join(out, "report.html"))
	for _, part := range []string{"Every picture was recognised", "No class was taken for another", "were not checked", "are not known"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	if strings.Contains(page, "NaN") {
		t.Error("the page shows NaN")
	}
	if _, err := (&report.Report{Model: m}).Write(t.Context(), out); err == nil {
		t.Error("a report without an evaluation was written")
	}
	r.Evaluation.Probabilities[0][1] = math.NaN()
	if _, err := r.Write(t.Context(), out); err == nil || !strings.Contains(err.Error(), "gone.png is not a number") {
		t.Errorf("NaN: %v", err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestNamesAreNoFormulas: a spreadsheet shows names and computes none of them.
func TestNamesAreNoFormulas(t *testing.T) {
	e := &report.Evaluation{
		Classes: []string{"=1+1", "a=b"}, Files: []string{"@x/a.png", "-b.png"}, Labels: []int{0, 1},
		Probabilities: [][]float64{{0.75, 0.25}, {0.5, 0.5}},
	}
	var b bytes.Buffer
	if err := e.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	const expected = "file,label,predicted,probability,p_=1+1,p_a=b\n'@x/a.png,'=1+1,'=1+1,0.75,0.75,0.25\n'-b.png,a=b,'=1+1,0.5,0.5,0.5\n"
	if b.String() != expected {
		t.Errorf("the table is\n%s", b.String())
	}
}
