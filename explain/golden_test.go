package explain_test

import (
	"encoding/json"
	"fmt"
	"os"
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

func TestMapsAreTensorFlows(t *testing.T) {
	for _, name := range []string{"flat", "nested"} {
		m := load(t, name)
		g, inputs := loadGolden(t, name)
		for _, c := range g.Cases {
			t.Run(fmt.Sprintf("%s/%s/layer %q/class %q/%v", name, c.Method, c.Layer, c.Class, c.Probability), func(t *testing.T) {
				methods := map[string]explain.Method{
					"grad-cam":   explain.GradCAM{Layer: c.Layer, Probability: c.Probability},
					"grad-cam++": explain.GradCAM{Layer: c.Layer, PlusPlus: true, Probability: c.Probability},
					"saliency":   explain.Saliency{Probability: c.Probability},
				}
				e, err := explain.New(t.Context(), m, methods[c.Method])
				if err != nil {
					t.Fatal(err)
				}
				defer e.Close()
				if c.Method != "saliency" && e.Layer() != c.Path {
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
					compare(t, i, h, c.Maps.Values[i*area:(i+1)*area])
				}
			})
		}
	}
}

// compare compares maps that are divided by the largest value of the expected.
func compare(t *testing.T, sample int, h explain.Heat, want []float32) {
	t.Helper()
	if len(h.Values) != len(want) || h.Height*h.Width != len(want) {
		t.Fatalf("sample %d: %d×%d with %d values, want %d", sample, h.Height, h.Width, len(h.Values), len(want))
	}
	var largest float32
	for _, v := range want {
		largest = max(largest, v)
	}
	for i, v := range h.Values {
		if difference := max(v-want[i], want[i]-v); !(difference <= tolerance*largest) {
			t.Errorf("sample %d: value %d is %v, want %v", sample, i, v, want[i])
			return
		}
	}
}
