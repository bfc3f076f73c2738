package lince

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// gray writes a picture of one gray.
func gray(t testing.TB, level uint8, path ...string) string {
	t.Helper()
	name := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	picture := image.NewGray(image.Rect(0, 0, 3, 5))
	for i := range picture.Pix {
		picture.Pix[i] = level
	}
	picture.SetGray(0, 0, color.Gray{level})
	f := must[*os.File](t)(os.Create(name))
	defer f.Close()
	if err := png.Encode(f, picture); err != nil {
		t.Fatal(err)
	}
	return name
}

// brightness returns a model that gives a picture's mean, from 0 to 1.
func brightness(t testing.TB, ending ...layers.Layer) *Model {
	t.Helper()
	m := must[*Model](t)(Sequential(append([]layers.Layer{layers.Input{Shape: []int{2, 2, 1}}, layers.GlobalAveragePooling2D{}}, ending...)...))
	m.Preprocessing = &images.Preprocessing{TargetSize: images.Size{Height: 2, Width: 2}, ColorMode: images.Grayscale, Rescale: 1. / 255}
	return m
}

// answers gathers what Classify yields: the file's name and the class, or that
// there was an error.
func answers(t testing.TB, m *Model, paths ...string) (list []string) {
	t.Helper()
	for p, err := range m.Classify(t.Context(), paths...) {
		what := p.Class
		if err != nil {
			what = "error"
		}
		list = append(list, filepath.Base(p.File)+" "+what)
	}
	return list
}

// Files and folders are answered in their order, with the errors of bad files
// in their place, also where they take several runs of the model.
func TestClassifyInOrder(t *testing.T) {
	folder := t.TempDir()
	m := brightness(t)
	m.Classes = []string{"dark", "bright"}
	bright := gray(t, 200, folder, "z.png")
	var want []string
	for i := range 20 {
		level, class := uint8(30), "dark"
		if i%3 == 0 {
			level, class = 220, "bright"
		}
		name := string(rune('a'+i)) + ".png"
		gray(t, level, folder, "new", name)
		want = append(want, name+" "+class)
	}
	if err := os.WriteFile(filepath.Join(folder, "new", "c2.png"), []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	want = slices.Insert(want, 3, "c2.png error")
	want = append(append([]string{"z.png bright", "absent.png error"}, want...), "z.png bright")
	got := answers(t, m, bright, filepath.Join(folder, "absent.png"), filepath.Join(folder, "new"), bright)
	if !slices.Equal(got, want) {
		t.Errorf("answered\n%s\nwant\n%s", strings.Join(got, ", "), strings.Join(want, ", "))
	}
	for p, err := range m.Classify(t.Context(), filepath.Join(folder, "absent.png")) {
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), p.File) {
			t.Errorf("an absent file: %q, %v", p.File, err)
		}
	}
	if got := answers(t, m); got != nil {
		t.Errorf("without paths %q", got)
	}
}

// One sigmoid unit tells the probability of the second class; both are listed.
func TestClassifyWithOneUnit(t *testing.T) {
	file := gray(t, 51, t.TempDir(), "a.png") // 0.2
	m := brightness(t)
	for p, err := range m.Classify(t.Context(), file) {
		if err != nil {
			t.Fatal(err)
		}
		if p.Class != "class 0" || p.Index != 0 || math.Abs(p.Probability-0.8) > 1e-6 || len(p.Probabilities) != 2 || math.Abs(p.Probabilities[1]-0.2) > 1e-6 {
			t.Errorf("predicted %+v", p)
		}
	}
}

func TestClassifyWithSeveralUnits(t *testing.T) {
	file := gray(t, 255, t.TempDir(), "a.png")
	m := brightness(t, layers.Dense{Units: 3, NoBias: true, Activation: activations.Softmax})
	kernel := must[*tensor.Tensor](t)(tensor.Of([]float32{0, float32(math.Log(3)), 0}, 1, 3))
	if err := m.SetWeights("dense", []*tensor.Tensor{kernel}); err != nil {
		t.Fatal(err)
	}
	m.Classes = []string{"a", "b", "c"}
	for p, err := range m.Classify(t.Context(), file) {
		if err != nil || p.Class != "b" || p.Index != 1 || math.Abs(p.Probability-0.6) > 1e-6 || len(p.Probabilities) != 3 {
			t.Errorf("predicted %+v, %v", p, err)
		}
	}
}

func TestClassifyRefuses(t *testing.T) {
	file := gray(t, 51, t.TempDir(), "a.png")
	for name, c := range map[string]struct {
		change func(*Model)
		model  *Model
		words  []string
	}{
		"no preprocessing":  {func(m *Model) { m.Preprocessing = nil }, brightness(t), []string{"Model.Preprocessing"}},
		"names of three":    {func(m *Model) { m.Classes = []string{"a", "b", "c"} }, brightness(t), []string{"2 classes", "3 names"}},
		"pictures":          {nil, must[*Model](t)(Sequential(layers.Input{Shape: []int{2, 2, 1}}, layers.Rescaling{Scale: 1})), []string{"no classification", "(2, 2, 2, 1)"}},
		"pictures too wide": {func(m *Model) { m.Preprocessing.TargetSize.Width = 3 }, brightness(t), []string{"(2, 3, 1)", "(2, 2, 1)"}},
		"NaN":               {nil, brightness(t, layers.Dense{Units: 2, KernelInitializer: initializers.Constant{Value: math.NaN()}}), []string{"not a number"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.model.Preprocessing == nil {
				c.model.Preprocessing = brightness(t).Preprocessing
			}
			if c.change != nil {
				c.change(c.model)
			}
			answered := 0
			for p, err := range c.model.Classify(t.Context(), file, file) {
				answered++
				if errorHas(t, err, c.words...); p.File != "" {
					t.Errorf("the error is said to be that of %s", p.File)
				}
			}
			if answered != 1 {
				t.Errorf("%d answers, want an error alone", answered)
			}
		})
	}
}

func TestClassifyEnds(t *testing.T) {
	folder := t.TempDir()
	for i := range 3 {
		gray(t, 51, folder, string(rune('a'+i))+".png")
	}
	answered := 0
	for range brightness(t).Classify(t.Context(), folder) {
		if answered++; answered == 2 {
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	answered = 0
	for _, err := range brightness(t).Classify(ctx, folder) {
		if answered++; !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	}
	if answered != 1 {
		t.Errorf("%d answers after the cancellation, want its error", answered)
	}
}
