package applications_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/tensor"
)

// kerasCase is what testdata/generate.py says of an application.
type kerasCase struct {
	Title           string
	Whole, Features structure
	Last            string
	Results         *results
}

// structure are the numbers of weights and layers, and a hash of the layers'
// names and classes in their order.
type structure struct {
	Parameters, Layers int
	Names              string
}

// results are those of one picture.
type results struct {
	Side     int
	Pixels   bool // 0 to 255 instead of -1 to 1
	Logits   []float64
	Largest  float64 // of the last spatial layer
	Places   []int
	Features []float64
}

func kerasCases(t *testing.T) []kerasCase {
	t.Helper()
	content, err := os.ReadFile("testdata/applications.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []kerasCase
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func built(t *testing.T, title string, o applications.Options) *lince.Model {
	t.Helper()
	a, err := applications.ByName(title)
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.Model(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Every application has the layers that it has in Keras, with the same names
// in the same order.
func TestStructureEqualsKeras(t *testing.T) {
	known := map[string]bool{}
	for _, c := range kerasCases(t) {
		known[c.Title] = true
		t.Run(c.Title, func(t *testing.T) {
			compareStructure(t, built(t, c.Title, applications.Options{}), c.Whole)
			compareStructure(t, built(t, c.Title, applications.Options{NoTop: true, Pooling: applications.AveragePooling}), c.Features)
			a, err := applications.ByName(c.Title)
			if err != nil {
				t.Fatal(err)
			}
			m, err := a.Manifest()
			if err != nil || m.Title != c.Title || m.Parameters != c.Whole.Parameters || m.LastSpatial != c.Last {
				t.Errorf("%v: manifest %s, %d, %s, Keras says %d, %s", err, m.Title, m.Parameters, m.LastSpatial, c.Whole.Parameters, c.Last)
			}
		})
	}
	for _, m := range applications.All() {
		if !known[m.Title] {
			t.Errorf("testdata/applications.json lacks %s", m.Title)
		}
	}
}

func compareStructure(t *testing.T, m *lince.Model, want structure) {
	t.Helper()
	var text strings.Builder
	for _, instance := range m.Layers() {
		fmt.Fprintf(&text, "%s %s\n", instance.Name(), instance.Class())
	}
	sum := sha256.Sum256([]byte(text.String()))
	if got := (structure{m.Parameters(), len(m.Layers()), hex.EncodeToString(sum[:])}); got != want {
		t.Errorf("%+v, in Keras %+v; the layers are\n%s", got, want, text.String())
	}
}

// What the networks compute, with weights and a picture by a formula.
func TestResultsEqualKeras(t *testing.T) {
	for _, c := range kerasCases(t) {
		if c.Results == nil {
			continue
		}
		t.Run(c.Title, func(t *testing.T) { compareResults(t, c) })
	}
}

func compareResults(t *testing.T, c kerasCase) {
	want := c.Results
	m := built(t, c.Title, applications.Options{
		InputShape: []int{want.Side, want.Side, 3}, Classes: len(want.Logits), ClassifierActivation: activations.Linear,
	})
	defer m.Close()
	fill(t, m)
	both, err := lince.NewModel(m.Inputs(), lince.Outputs(m.Layer(c.Last).Output(), m.Outputs()[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer both.Close()
	outputs, err := both.PredictOnBatch(context.Background(), picture(t, want.Side, want.Pixels))
	if err != nil {
		t.Fatal(err)
	}
	features, logits := outputs[0].Float32s(), outputs[1].Float32s()
	for i, place := range want.Places {
		if got := float64(features[place]); math.Abs(got-want.Features[i]) > 1e-4*want.Largest {
			t.Errorf("value %d of %s is %g, in Keras %g of at most %g", place, c.Last, got, want.Features[i], want.Largest)
		}
	}
	largest := 0.0
	for _, logit := range want.Logits {
		largest = max(largest, math.Abs(logit))
	}
	for i, logit := range want.Logits {
		if got := float64(logits[i]); math.Abs(got-logit) > 1e-4*largest {
			t.Errorf("logit %d is %g, in Keras %g", i, got, logit)
		}
	}
}

// uniform is a formula for numbers in [0, 1): testdata/generate.py's uniform.
func uniform(stream, i int) float64 {
	z := uint64(stream+1)*0x9E3779B97F4A7C15 + uint64(i)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return float64((z^z>>31)>>40) / (1 << 24)
}

func picture(t *testing.T, side int, pixels bool) *tensor.Tensor {
	t.Helper()
	values := make([]float32, side*side*3)
	for i := range values {
		values[i] = float32(2*uniform(0, i) - 1)
		if pixels {
			values[i] = float32(255 * uniform(0, i))
		}
	}
	x, err := tensor.Of(values, 1, side, side, 3)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// fill gives every weight its values by the formula: generate.py's fill.
func fill(t *testing.T, m *lince.Model) {
	t.Helper()
	stream := 1
	for _, instance := range m.Layers() {
		var values []*tensor.Tensor
		for _, w := range instance.Weights() {
			shape := w.Variable.Type.Shape
			if w.Name == "count" { // of a Normalization, which nothing depends on
				values = append(values, tensor.Scalar(float32(0)))
				continue
			}
			value, err := tensor.Of(formula(stream, w.Name, shape, instance.Class() == "DepthwiseConv2D"), shape...)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
			stream++
		}
		if len(values) == 0 {
			continue
		}
		if err := m.SetWeights(instance.Name(), values); err != nil {
			t.Fatal(err)
		}
	}
}

func formula(stream int, name string, shape tensor.Shape, depthwise bool) []float32 {
	count := 1
	for _, extent := range shape {
		count *= extent
	}
	scale, shift := 0.2, -0.1
	switch {
	case strings.HasSuffix(name, "kernel"):
		fan := count / shape[len(shape)-1]
		if depthwise || name == "depthwise_kernel" {
			fan = shape[0] * shape[1]
		}
		shift = -math.Sqrt(6 / float64(fan))
		scale = -2 * shift
	case name == "gamma" || name == "moving_variance" || name == "variance":
		scale, shift = 0.5, 0.75
	}
	values := make([]float32, count)
	for i := range values {
		values[i] = float32(scale*uniform(stream, i) + shift)
	}
	return values
}
