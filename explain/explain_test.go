package explain_test

import (
	"context"
	"errors"
	"image"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/explain"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// One Explainer serves many at once, while the model predicts, with one result.
func TestConcurrentUse(t *testing.T) {
	m := load(t, "nested")
	_, inputs := loadGolden(t, "nested")
	e, err := explain.New(t.Context(), m, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := e.Batch(t.Context(), inputs, "")
	if err != nil {
		t.Fatal(err)
	}
	predicted, err := m.PredictOnBatch(t.Context(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			got, err := e.Batch(t.Context(), inputs, "")
			if err != nil || !slices.Equal(got[2].Values, want[2].Values) {
				t.Errorf("%v, %v, want %v", got, err, want)
			}
		})
		group.Go(func() {
			got, err := m.PredictOnBatch(t.Context(), inputs)
			if err != nil || !slices.Equal(got[0].Float32s(), predicted[0].Float32s()) {
				t.Errorf("predicted %v, %v, want %v", got, err, predicted)
			}
		})
	}
	group.Wait()
}

func TestFilesGoOnAfterABadOne(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string][]byte{"a.png": lamp(), "b.png": []byte("no picture"), "c.png": lamp()} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	e, err := explain.New(t.Context(), dayAndNight(), explain.GradCAM{})
	if err != nil {
		t.Fatal(err)
	}
	var failed, explained []string
	for heat, err := range e.Files(t.Context(), "", folder, filepath.Join(folder, "missing.png")) {
		if err != nil {
			failed = append(failed, filepath.Base(heat.File))
			continue
		}
		explained = append(explained, filepath.Base(heat.File))
		if len(heat.Values) != 16 || heat.Values[7] <= 0 {
			t.Errorf("%s: %v", heat.File, heat.Values)
		}
	}
	if !slices.Equal(failed, []string{"b.png", "missing.png"}) || !slices.Equal(explained, []string{"a.png", "c.png"}) {
		t.Errorf("explained %v, failed %v", explained, failed)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range e.Files(ctx, "", folder) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v after a cancellation", err)
		}
	}
}

// Class 0 of one unit is its negative: what speaks for one speaks against the
// other, and the falls of their probabilities are opposite.
func TestBinaryClassesAreOpposite(t *testing.T) {
	var maps [2][]float32
	for class, name := range []string{"night", "day"} {
		e, err := explain.New(t.Context(), dayAndNight(), explain.Occlusion{Patch: 1})
		if err != nil {
			t.Fatal(err)
		}
		heat, err := e.Picture(t.Context(), lamp(), name)
		if err != nil {
			t.Fatal(err)
		}
		maps[class] = heat.Values
	}
	// By hand: the picture's mean is 1/16, and the decision's logit too; the lamp
	// covered by the mean, 1/256.
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	want := sigmoid(1./16) - sigmoid(1./256)
	for i := range maps[0] {
		if math.Abs(float64(maps[0][i]+maps[1][i])) > 1e-6 {
			t.Errorf("pixel %d: %v and %v", i, maps[0][i], maps[1][i])
		}
	}
	if math.Abs(float64(maps[1][7])-want) > 1e-6 {
		t.Errorf("the lamp has %v, want %v", maps[1][7], want)
	}
}

func TestSmoothGradIsSeeded(t *testing.T) {
	m := load(t, "flat")
	_, inputs := loadGolden(t, "flat")
	heat := func(s explain.Saliency) []float32 {
		e, err := explain.New(t.Context(), m, s)
		if err != nil {
			t.Fatal(err)
		}
		heats, err := e.Batch(t.Context(), inputs, "")
		if err != nil {
			t.Fatal(err)
		}
		return heats[1].Values
	}
	one := heat(explain.Saliency{Samples: 3, Seed: 5})
	if !slices.Equal(one, heat(explain.Saliency{Samples: 3, Seed: 5})) {
		t.Error("equal seeds give different maps")
	}
	if slices.Equal(one, heat(explain.Saliency{Samples: 3, Seed: 6})) {
		t.Error("different seeds give equal maps")
	}
	plain, still := heat(explain.Saliency{}), heat(explain.Saliency{Samples: 2, Noise: 1e-7})
	for i := range plain {
		if math.Abs(float64(plain[i]-still[i])) > 1e-4 {
			t.Fatalf("without noise value %d is %v, want %v", i, still[i], plain[i])
		}
	}
}

// The ascent makes its class likelier than noise does, whatever the layout of
// the model's own pictures.
func TestMaximizeClimbs(t *testing.T) {
	m := load(t, "nested")
	for _, mode := range []images.Mode{images.NoMode, images.Caffe, images.TF} {
		p := images.Preprocessing{TargetSize: images.Square(12), Mode: mode}
		if mode == images.NoMode {
			p.Rescale = 1. / 255
		}
		m.Preprocessing = &p
		likelihood := func(steps, class int) float64 {
			pictures, err := explain.Maximize{Steps: steps, Seed: 2}.Run(t.Context(), m, class)
			if err != nil {
				t.Fatal(err)
			}
			e, err := explain.New(t.Context(), m, explain.GradCAM{})
			if err != nil {
				t.Fatal(err)
			}
			heat, err := e.Picture(t.Context(), encode(t, pictures[0]), []string{"0", "1", "2"}[class])
			if err != nil {
				t.Fatal(err)
			}
			return heat.Probability
		}
		for class := range 3 {
			if begun, ended := likelihood(1, class), likelihood(40, class); !(ended > begun) {
				t.Errorf("%v, class %d: probability %v after a step, %v after 40", mode, class, begun, ended)
			}
		}
	}
}

func encode(t *testing.T, picture image.Image) []byte {
	t.Helper()
	content, err := encoded(picture)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestMaximizeIsSeeded(t *testing.T) {
	m := load(t, "nested")
	run := func(seed uint64) image.Image {
		pictures, err := explain.Maximize{Layer: "depthwise", Steps: 5, Seed: seed}.Run(t.Context(), m, 2)
		if err != nil {
			t.Fatal(err)
		}
		return pictures[0]
	}
	one := encode(t, run(1))
	if !slices.Equal(one, encode(t, run(1))) {
		t.Error("equal seeds give different pictures")
	}
	if slices.Equal(one, encode(t, run(2))) {
		t.Error("different seeds give equal pictures")
	}
}

// A photo has its own proportions where the model's picture is stretched, and
// the model's where it is cut.
func TestPhotoShowsWhatTheModelSees(t *testing.T) {
	wide := encode(t, image.NewGray(image.Rect(0, 0, 2000, 500)))
	m := load(t, "nested")
	for _, test := range []struct {
		p    images.Preprocessing
		want image.Point
	}{
		{images.Preprocessing{TargetSize: images.Square(12)}, image.Pt(1024, 256)},
		{images.Preprocessing{TargetSize: images.Square(12), Aspect: images.Crop}, image.Pt(256, 256)},
		{images.Preprocessing{TargetSize: images.Square(12), ShortSide: 14}, image.Pt(256, 256)},
	} {
		m.Preprocessing = &test.p
		e, err := explain.New(t.Context(), m, explain.Saliency{})
		if err != nil {
			t.Fatal(err)
		}
		photo, err := e.Photo(wide)
		if err != nil || photo.Bounds().Size() != test.want {
			t.Errorf("%+v: %v, %v, want %v", test.p, photo.Bounds(), err, test.want)
		}
	}
}

func TestMisuse(t *testing.T) {
	dense, err := lince.Sequential(layers.Flatten{InputShape: []int{4, 4, 1}}, layers.Dense{Units: 2, Activation: activations.Softmax})
	if err != nil {
		t.Fatal(err)
	}
	dense.Preprocessing = &images.Preprocessing{TargetSize: images.Square(4), ColorMode: images.Grayscale}
	segmenting, err := lince.Sequential(layers.Conv2D{Filters: 2, Kernel: layers.Square(3), InputShape: []int{4, 4, 1}})
	if err != nil {
		t.Fatal(err)
	}
	segmenting.Preprocessing = dense.Preprocessing
	bare, err := lince.Sequential(layers.Conv2D{Filters: 2, Kernel: layers.Square(3), InputShape: []int{4, 4, 1}})
	if err != nil {
		t.Fatal(err)
	}
	nested := load(t, "nested")
	for _, test := range []struct {
		name   string
		model  *lince.Model
		method explain.Method
		says   string
	}{
		{"no spatial layer", dense, explain.GradCAM{}, "no layer of the model makes maps"},
		{"unknown layer", nested, explain.GradCAM{Layer: "conv9"}, "base/relu"},
		{"layer without area", nested, explain.GradCAM{Layer: "pooled"}, "no height and width"},
		{"no classification", segmenting, explain.GradCAM{}, "no classification"},
		{"no classification", segmenting, explain.Occlusion{}, "no classification"},
		{"no preprocessing", bare, explain.GradCAM{}, "set Model.Preprocessing"},
		{"patch too large", nested, explain.Occlusion{Patch: 13}, "1 to 12"},
		{"stride beyond the patch", nested, explain.Occlusion{Patch: 2, Stride: 3}, "stride"},
		{"negative noise", nested, explain.Saliency{Samples: 1, Noise: -1}, "not below 0"},
	} {
		if _, err := explain.New(t.Context(), test.model, test.method); err == nil || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), "explain: ") {
			t.Errorf("%s: error %v, want one that says %q", test.name, err, test.says)
		}
	}
	if _, err := explain.FirstFilters(dense); err == nil {
		t.Error("no error of filters without a convolution")
	}
	for _, class := range []string{"cat", "3", "-1"} {
		if _, err := explain.ClassIndex(nested, class); err == nil {
			t.Errorf("no error of class %q", class)
		}
	}
	nested.Classes = []string{"10", "2", "0"} // names come before numbers
	for class, want := range map[string]int{"2": 1, "0": 2, "1": 1} {
		if index, err := explain.ClassIndex(nested, class); err != nil || index != want {
			t.Errorf("class %q is %d, %v, want %d", class, index, err, want)
		}
	}
	if _, err := (explain.Maximize{Layer: "base/relu"}).Run(t.Context(), nested, 6); err == nil || !strings.Contains(err.Error(), "expected 0 to 5") {
		t.Errorf("error of a unit that there is not: %v", err)
	}
}

func TestOverlayOfNothing(t *testing.T) {
	photo := image.NewGray(image.Rect(3, 3, 7, 8))
	for _, heat := range []explain.Heat{{}, {Height: 2, Width: 1, Values: []float32{-1, 0}}, {Height: 1, Width: 1, Values: []float32{float32(math.NaN())}}} {
		shown := explain.Overlay{Opacity: 1}.Draw(photo, heat)
		if shown.Bounds() != image.Rect(0, 0, 4, 5) || shown.RGBAAt(2, 2) != explain.Viridis.At(0) {
			t.Errorf("%v: %v, %v", heat, shown.Bounds(), shown.RGBAAt(2, 2))
		}
	}
}
