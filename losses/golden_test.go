package losses_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/tensor"
)

// feed makes a parameter whose first dimension is the batch, and its value.
func feed(g *graph.Graph, feeds reference.Feeds, label string, a golden.Array) *graph.Node {
	shape := a.Shape.Clone()
	shape[0] = graph.Batch
	n := g.Parameter(label, a.DType, shape...)
	feeds[n] = graph.Array{Shape: a.Shape, Values: a.Values}
	return n
}

func evaluate(t *testing.T, samples int, feeds reference.Feeds, nodes ...*graph.Node) []graph.Array {
	t.Helper()
	values, err := reference.Evaluate(samples, feeds, nodes...)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func decode(t *testing.T, class string, configuration golden.Config) config.Object {
	t.Helper()
	object := config.Object{Class: class}
	if err := json.Unmarshal(configuration, &object.Config); err != nil {
		t.Fatal(err)
	}
	return object
}

// decodeCase is decode with what Keras leaves out of a configuration.
func decodeCase(t *testing.T, c golden.Loss) config.Object {
	t.Helper()
	object := decode(t, c.Class, c.Config)
	if c.Class == "Huber" && strings.Contains(c.Name, "'delta': 0.3") {
		object.Config["delta"] = 0.3
	}
	return object
}

func TestGolden(t *testing.T) {
	cases, err := golden.Losses()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			g, feeds := graph.New(), reference.Feeds{}
			target, prediction := feed(g, feeds, "targets", c.Targets), feed(g, feeds, "predictions", c.Predictions)
			var weights *graph.Node
			if c.SampleWeight != nil {
				weights = feed(g, feeds, "weights", *c.SampleWeight)
			}
			value := goldenValue(t, decodeCase(t, c), target, prediction, weights)
			gradients, err := graph.Gradient(value.ReduceSum(value.AllAxes()...), prediction)
			if err != nil {
				t.Fatal(err)
			}
			got := evaluate(t, c.Targets.Shape[0], feeds, value, gradients[0])
			if err := golden.Near(c.Value, got[0].Values, 2e-6, 5e-7); err != nil {
				t.Errorf("value: %v", err)
			}
			if err := golden.Near(c.Gradient, got[1].Values, 2e-6, 5e-7); err != nil {
				t.Errorf("gradient: %v", err)
			}
		})
	}
}

// goldenValue is the loss with the reduction that the configuration says.
func goldenValue(t *testing.T, object config.Object, target, prediction, weights *graph.Node) *graph.Node {
	t.Helper()
	unreduced := object.Config["reduction"] == "none"
	if unreduced { // is no reduction here
		delete(object.Config, "reduction")
	}
	loss, err := losses.Decode(object)
	if err != nil {
		t.Fatal(err)
	}
	if !unreduced {
		value, err := losses.Scalar(loss, target, prediction, weights)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	value, err := loss.PerSample(target, prediction)
	if err != nil {
		t.Fatal(err)
	}
	if weights != nil {
		value = value.Mul(weights)
	}
	return value
}

func TestObjectRoundTrip(t *testing.T) {
	cases, err := golden.Losses()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		want := decodeCase(t, c)
		if want.Config["reduction"] == "none" {
			continue
		}
		loss, err := losses.Decode(want)
		if err != nil {
			t.Fatal(err)
		}
		got := loss.Object()
		if got.Class != want.Class {
			t.Errorf("%s: class %s", c.Name, got.Class)
		}
		gotText, _ := json.Marshal(got.Config)
		wantText, _ := json.Marshal(want.Config)
		if string(gotText) != string(wantText) {
			t.Errorf("%s:\n got %s\nwant %s", c.Name, gotText, wantText)
		}
	}
}

// A loss of sigmoid or softmax outputs must not see them saturate.
func TestLogitsAreFound(t *testing.T) {
	logits := golden.Array{DType: tensor.Float32, Shape: tensor.Shape{2, 2}, Values: []float64{60, -60, -60, 60}}
	targets := golden.Array{DType: tensor.Float32, Shape: tensor.Shape{2, 2}, Values: []float64{0, 1, 0, 1}}
	tests := []struct {
		loss     losses.Loss
		activate func(*graph.Node) *graph.Node
		want     []float64
	}{
		{losses.BinaryCrossentropy{}, (*graph.Node).Sigmoid, []float64{60, 0}},
		{losses.BinaryFocalCrossentropy{}, (*graph.Node).Sigmoid, []float64{60, 0}},
		{losses.CategoricalCrossentropy{}, (*graph.Node).Softmax, []float64{120, 0}},
	}
	for _, test := range tests {
		g, feeds := graph.New(), reference.Feeds{}
		prediction := test.activate(feed(g, feeds, "logits", logits))
		value, err := test.loss.PerSample(feed(g, feeds, "targets", targets), prediction)
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range evaluate(t, 2, feeds, value)[0].Values {
			if math.Abs(got-test.want[i]) > 1e-9 {
				t.Errorf("%T: sample %d has the loss %g, want %g", test.loss, i, got, test.want[i])
			}
		}
	}
}

// Predictions of exactly 0 and 1 are finite, and so are their gradients.
func TestExtremes(t *testing.T) {
	all := []losses.Loss{
		losses.BinaryCrossentropy{}, losses.CategoricalCrossentropy{}, losses.BinaryFocalCrossentropy{},
		losses.CategoricalFocalCrossentropy{}, losses.KLDivergence{}, losses.Hinge{}, losses.CategoricalHinge{},
		losses.MeanSquaredError{}, losses.MeanAbsoluteError{}, losses.MeanAbsolutePercentageError{},
		losses.MeanSquaredLogarithmicError{}, losses.Huber{}, losses.LogCosh{}, losses.Poisson{}, losses.CosineSimilarity{},
	}
	predictions := golden.Array{DType: tensor.Float32, Shape: tensor.Shape{4, 2}, Values: []float64{0, 1, 1, 0, 1, 0, 0, 1}}
	targets := golden.Array{DType: tensor.Float32, Shape: tensor.Shape{4, 2}, Values: []float64{0, 1, 0, 1, 1, 0, 1, 0}}
	for _, loss := range all {
		g, feeds := graph.New(), reference.Feeds{}
		prediction := feed(g, feeds, "predictions", predictions)
		value, err := losses.Scalar(loss, feed(g, feeds, "targets", targets), prediction, nil)
		if err != nil {
			t.Fatal(err)
		}
		gradients, err := graph.Gradient(value, prediction)
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range evaluate(t, 4, feeds, value, gradients[0]) {
			for _, x := range got.Values {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					t.Errorf("%T: %v", loss, got.Values)
					break
				}
			}
		}
	}
}
