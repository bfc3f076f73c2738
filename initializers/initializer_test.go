package initializers_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

func filled(t *testing.T, i initializers.Initializer, shape ...int) []float64 {
	t.Helper()
	count, err := tensor.Shape(shape).Elements()
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, count)
	for at := range values {
		values[at] = float32(math.NaN()) // every value must be written
	}
	if err := i.Fill(values, shape, random.NewStream(1)); err != nil {
		t.Fatal(err)
	}
	wide := make([]float64, count)
	for at, value := range values {
		wide[at] = float64(value)
	}
	return wide
}

func TestInitializersEqualKeras(t *testing.T) {
	cases, err := golden.Initializers()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range cases {
		t.Run(test.Name, func(t *testing.T) {
			var settings config.Map
			if err := json.Unmarshal(test.Config, &settings); err != nil {
				t.Fatal(err)
			}
			if test.Class == "Identity" {
				settings["gain"] = 2.0 // which Keras does not write
			}
			initializer, err := initializers.Decode(config.Object{Class: test.Class, Config: settings})
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range test.Values {
				if err := golden.Near(want, filled(t, initializer, want.Shape...), 0, 0); err != nil {
					t.Error(err)
				}
			}
			for _, want := range test.Distributions {
				isDrawn(t, filled(t, initializer, want.Shape...), want)
			}
			for key, value := range initializer.Object().Config {
				if want, ok := settings[key]; !ok || value != want {
					t.Errorf("described with %s = %v, Keras has %v", key, value, want)
				}
			}
		})
	}
}

// isDrawn checks limits, moments and quantiles of a sample. Of n values the
// mean is off by σ/√n; five times that happens once in a million.
func isDrawn(t *testing.T, values []float64, d golden.Distribution) {
	if d.Kind == "orthogonal" {
		isOrthogonal(t, values, d)
		return
	}
	mean, deviation, limit := d.A, d.B, math.Inf(1)
	switch d.Kind {
	case "uniform":
		mean, deviation, limit = (d.A+d.B)/2, (d.B-d.A)/math.Sqrt(12), (d.B-d.A)/2
	case "truncated_normal":
		deviation, limit = 0.87962566103423978*d.B, 2*d.B
	case "normal":
	default:
		t.Fatalf("no distribution %q", d.Kind)
	}
	var sum, squares, furthest float64
	within := 0
	for _, x := range values {
		sum += x
		squares += (x - mean) * (x - mean)
		furthest = max(furthest, math.Abs(x-mean))
		if math.Abs(x-mean) < deviation {
			within++
		}
	}
	n := float64(len(values))
	if off := math.Abs(sum/n - mean); off > 5*deviation/math.Sqrt(n) {
		t.Errorf("%v: mean %v, want %v", d.Shape, sum/n, mean)
	}
	if got := math.Sqrt(squares / n); math.Abs(got/deviation-1) > 5/math.Sqrt(n) {
		t.Errorf("%v: deviation %v, want %v", d.Shape, got, deviation)
	}
	if furthest > limit*(1+1e-6) {
		t.Errorf("%v: %v from the mean, want at most %v", d.Shape, furthest, limit)
	}
	// The share within one deviation tells the distributions apart.
	share := map[string]float64{"uniform": 1 / math.Sqrt(3), "normal": 0.6826895, "truncated_normal": 0.6501585}[d.Kind]
	if got := float64(within) / n; math.Abs(got-share) > 5*0.5/math.Sqrt(n) {
		t.Errorf("%v: a share of %v within one deviation, want %v", d.Shape, got, share)
	}
}

func isOrthogonal(t *testing.T, values []float64, d golden.Distribution) {
	columns := d.Shape[len(d.Shape)-1]
	rows := len(values) / columns
	at := func(vector, element int) float64 { return values[element*columns+vector] }
	count, length := columns, rows
	if rows < columns {
		at = func(vector, element int) float64 { return values[vector*columns+element] }
		count, length = rows, columns
	}
	for i := range count {
		for j := range i + 1 {
			var dot, want float64
			for k := range length {
				dot += at(i, k) * at(j, k)
			}
			if i == j {
				want = d.B * d.B
			}
			if math.Abs(dot-want) > 1e-5*d.B*d.B {
				t.Fatalf("%v: vectors %d and %d have the product %v, want %v", d.Shape, i, j, dot, want)
			}
		}
	}
}

func TestStreamsDecide(t *testing.T) {
	for _, i := range []initializers.Initializer{initializers.HeNormal{}, initializers.RandomUniform{}, initializers.Orthogonal{}} {
		draw := func(seed uint64) []float32 {
			values := make([]float32, 12)
			if err := i.Fill(values, tensor.Shape{3, 4}, random.NewStream(seed)); err != nil {
				t.Fatal(err)
			}
			return values
		}
		if !slices.Equal(draw(1), draw(1)) || slices.Equal(draw(1), draw(2)) {
			t.Errorf("%T: values do not follow from the seed", i)
		}
	}
}

func TestDecodeSpellings(t *testing.T) {
	for name, want := range map[string]string{
		"zeros": "Zeros", "zero": "Zeros", "Ones": "Ones", "one": "Ones", "uniform": "RandomUniform", "normal": "RandomNormal",
		"he_normal": "HeNormal", "HeUniform": "HeUniform", "glorot_normal": "GlorotNormal", "lecun_uniform": "LecunUniform",
		"LecunNormal": "LecunNormal", "orthogonal": "Orthogonal", "OrthogonalInitializer": "Orthogonal", "identity": "Identity",
		"truncated_normal": "TruncatedNormal", "variance_scaling": "VarianceScaling", "constant": "Constant",
	} {
		got, err := initializers.Decode(config.Object{Class: name})
		if err != nil || got.Object().Class != want {
			t.Errorf("%s: %v, %v, want %s", name, got, err, want)
		}
	}
	old, err := initializers.Decode(config.Object{Class: "VarianceScaling", Config: config.Map{"distribution": "normal"}})
	if err != nil || old != (initializers.VarianceScaling{Scale: 1}) {
		t.Errorf("Keras' old distribution: %v, %v", old, err)
	}
}

func TestErrors(t *testing.T) {
	for want, object := range map[string]config.Object{
		`unknown initializer "glorot"`: {Class: "glorot"},
		"expected one of [fan_in":      {Class: "VarianceScaling", Config: config.Map{"mode": "fan"}},
		"a number":                     {Class: "Constant", Config: config.Map{"value": "one"}},
	} {
		if _, err := initializers.Decode(object); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("decoding %v: %v, want %s", object, err, want)
		}
	}
	for want, i := range map[string]initializers.Initializer{
		"expected two dimensions":          initializers.Identity{},
		"expected at least two dimensions": initializers.Orthogonal{},
		"expected a scale above 0":         initializers.VarianceScaling{Scale: -1},
		"mode unknown(7)":                  initializers.VarianceScaling{Mode: 7},
	} {
		if err := i.Fill(make([]float32, 3), tensor.Shape{3}, random.NewStream(1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: %v, want %s", i, err, want)
		}
	}
}
