package regularizers_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/regularizers"
	"github.com/lince-ml/lince/tensor"
)

func TestRegularizersEqualKeras(t *testing.T) {
	cases, err := golden.Regularizers()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range cases {
		t.Run(test.Name, func(t *testing.T) {
			var settings config.Map
			if err := json.Unmarshal(test.Config, &settings); err != nil {
				t.Fatal(err)
			}
			r, err := regularizers.Decode(config.Object{Class: test.Class, Config: settings})
			if err != nil {
				t.Fatal(err)
			}
			equalsKeras(t, r, test)
			for key, value := range r.Object().Config { // Keras may hold a float32
				number, isNumber := value.(float64)
				want, _ := settings[key].(float64)
				if isNumber && math.Abs(number-want) > 1e-7 || !isNumber && value != settings[key] {
					t.Errorf("described with %s = %v, Keras has %v", key, value, settings[key])
				}
			}
		})
	}
}

func equalsKeras(t *testing.T, r regularizers.Regularizer, test golden.Regularizer) {
	g := graph.New()
	w := g.Parameter("w", tensor.Float32, test.Weights.Shape...)
	penalty := r.Penalty(w)
	gradients, err := graph.Gradient(penalty, w)
	if err != nil {
		t.Fatal(err)
	}
	feeds := reference.Feeds{w: {Shape: test.Weights.Shape, Values: test.Weights.Values}}
	results, err := reference.Evaluate(1, feeds, penalty, gradients[0])
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []golden.Array{test.Value, test.Gradient} {
		if err := golden.Near(want, results[i].Values, 1e-5, 1e-7); err != nil {
			t.Errorf("%s: %v", []string{"penalty", "gradient"}[i], err)
		}
	}
}

func TestDecode(t *testing.T) {
	for _, test := range []struct {
		object config.Object
		want   regularizers.Regularizer
	}{
		{config.Object{Class: "l1"}, regularizers.L1{Factor: 0.01}},
		{config.Object{Class: "L2", Config: config.Map{"l2": 0.5}}, regularizers.L2{Factor: 0.5}},
		{config.Object{Class: "L2", Config: config.Map{"l2": 0.0}}, regularizers.L1L2{}},
		{config.Object{Class: "L1", Config: config.Map{"l1": 0.0}}, regularizers.L1L2{}},
		{config.Object{Class: "L1L2"}, regularizers.L1L2{}},
		{config.Object{Class: "l1_l2"}, regularizers.L1L2{L1: 0.01, L2: 0.01}},
		{config.Object{Class: "orthogonal_regularizer", Config: config.Map{"mode": "columns"}}, regularizers.Orthogonal{Factor: 0.01, Columns: true}},
	} {
		if got, err := regularizers.Decode(test.object); err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%v: %v, %v, want %v", test.object, got, err, test.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for want, object := range map[string]config.Object{
		`unknown regularizer "l3"`: {Class: "l3"},
		"not below 0":              {Class: "L2", Config: config.Map{"l2": -1.0}},
		"rows or columns":          {Class: "OrthogonalRegularizer", Config: config.Map{"mode": "diagonal"}},
	} {
		if _, err := regularizers.Decode(object); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("decoding %v: %v, want %s", object, err, want)
		}
	}
	g := graph.New()
	regularizers.Orthogonal{}.Penalty(g.Parameter("w", tensor.Float32, 3, 3, 2, 2))
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "two dimensions") {
		t.Errorf("orthogonality of a kernel: %v", err)
	}
}
