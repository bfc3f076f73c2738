package explain_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/explain"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// array is numbers as testdata/generate.py writes them.
type array struct {
	Shape  []int     `json:"shape"`
	Values []float32 `json:"values"`
}

// golden is what TensorFlow computed of a model.
type golden struct {
	Inputs    array `json:"inputs"`
	Likeliest []int `json:"likeliest"`
	Cases     []struct {
		Method, Layer, Path, Class string
		Probability                bool
		Patch, Stride              int
		Maps                       array
	} `json:"cases"`
}

// load reads a model of testdata, which takes prepared pictures as they are.
func load(t *testing.T, name string) *lince.Model {
	t.Helper()
	m, err := lince.Load("testdata/" + name + ".keras")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	shape := m.Inputs()[0].Instance().Description().InputShape
	m.Preprocessing = &images.Preprocessing{TargetSize: images.Size{Height: shape[0], Width: shape[1]}, Rescale: 1. / 255}
	return m
}

func loadGolden(t *testing.T, name string) (g golden, inputs *tensor.Tensor) {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &g); err != nil {
		t.Fatal(err)
	}
	if inputs, err = tensor.Of(g.Inputs.Values, g.Inputs.Shape...); err != nil {
		t.Fatal(err)
	}
	return g, inputs
}

// Maps are float32 sums of some hundred terms in another order than
// TensorFlow's: 1e-4 of the largest value is far above their rounding and far
// below any mistake.
const tolerance = 1e-4

// A fall is the difference of two probabilities, each of which both compute to
// the last digit or the last but one of float32: 2⁻²⁴ below 1, four times.
const fallTolerance = 4. / (1 << 24)

func TestMapsAreTensorFlows(t *testing.T) {
	for _, name := range []string{"flat", "nested"} {
		m := load(t, name)
		g, inputs := loadGolden(t, name)
		for _, c := range g.Cases {
			methods := map[string]explain.Method{
				"grad-cam":   explain.GradCAM{Layer: c.Layer, Probability: c.Probability},
				"grad-cam++": explain.GradCAM{Layer: c.Layer, PlusPlus: true, Probability: c.Probability},
				"saliency":   explain.Saliency{Probability: c.Probability},
				"occlusion":  explain.Occlusion{Patch: c.Patch, Stride: c.Stride, Batch: 7},
			}
			method := methods[c.Method]
			if method == nil {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s/layer %q/class %q/%v%d", name, c.Method, c.Layer, c.Class, c.Probability, c.Patch), func(t *testing.T) {
				e, err := explain.New(t.Context(), m, method)
				if err != nil {
					t.Fatal(err)
				}
				defer e.Close()
				if e.Layer() != "" && e.Layer() != c.Path {
					t.Errorf("layer %q was looked at, want %q", e.Layer(), c.Path)
				}
				heats, err := e.Batch(t.Context(), inputs, c.Class)
				if err != nil {
					t.Fatal(err)
				}
				area := c.Maps.Shape[1] * c.Maps.Shape[2]
				for i, h := range heats {
					if c.Class == "" && h.Index != g.Likeliest[i] {
						t.Errorf("sample %d: class %d was explained, want %d", i, h.Index, g.Likeliest[i])
					}
					want := c.Maps.Values[i*area : (i+1)*area]
					if len(h.Values) != len(want) || h.Height != c.Maps.Shape[1] || h.Width != c.Maps.Shape[2] {
						t.Fatalf("sample %d: %d×%d with %d values, want %v", i, h.Height, h.Width, len(h.Values), c.Maps.Shape)
					}
					bound := tolerance * slices.Max(want)
					if c.Method == "occlusion" {
						bound = fallTolerance
					}
					compare(t, i, h.Values, want, bound)
				}
			})
		}
	}
}

func TestFeaturesAreTensorFlows(t *testing.T) {
	for _, name := range []string{"flat", "nested"} {
		m := load(t, name)
		g, inputs := loadGolden(t, name)
		for _, c := range g.Cases {
			if c.Method != "features" {
				continue
			}
			f, err := explain.NewFeatures(t.Context(), m, c.Layer)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			maps, err := f.Batch(t.Context(), inputs)
			if err != nil {
				t.Fatal(err)
			}
			size := len(c.Maps.Values) / len(maps)
			for i, got := range maps {
				if shape := []int{len(maps), got.Height, got.Width, got.Channels}; got.Layer != c.Path || !slices.Equal(shape, c.Maps.Shape) {
					t.Fatalf("%s: layer %q makes %v, want %q and %v", name, got.Layer, shape, c.Path, c.Maps.Shape)
				}
				want := c.Maps.Values[i*size : (i+1)*size]
				compare(t, i, got.Values, want, 1e-6*slices.Max(want))
			}
		}
	}
}

func compare(t *testing.T, sample int, got, want []float32, bound float32) {
	t.Helper()
	for i, v := range got {
		if difference := max(v-want[i], want[i]-v); !(difference <= bound) {
			t.Errorf("sample %d: value %d is %v, want %v", sample, i, v, want[i])
			return
		}
	}
}
