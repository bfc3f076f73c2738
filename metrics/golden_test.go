package metrics_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/metrics"
)

// feed makes a parameter whose first dimension is the batch, and its value.
func feed(g *graph.Graph, feeds reference.Feeds, label string, a golden.Array) *graph.Node {
	shape := a.Shape.Clone()
	shape[0] = graph.Batch
	n := g.Parameter(label, a.DType, shape...)
	feeds[n] = graph.Array{Shape: a.Shape, Values: a.Values}
	return n
}

// update adds a batch to the sums as a compiled step does.
func update(m metrics.Metric, sums metrics.Sums, target, prediction golden.Array, weight *golden.Array) error {
	g, feeds := graph.New(), reference.Feeds{}
	t, p := feed(g, feeds, "targets", target), feed(g, feeds, "predictions", prediction)
	var w *graph.Node
	if weight != nil {
		w = feed(g, feeds, "weights", *weight)
	}
	var accumulators metrics.Accumulators
	if err := m.Update(&accumulators, t, p, w); err != nil {
		return err
	}
	for _, accumulator := range accumulators.All() {
		values, err := reference.Evaluate(target.Shape[0], feeds, accumulator.Increment)
		if err != nil {
			return err
		}
		if sums[accumulator.Name] == nil {
			sums[accumulator.Name] = make([]float32, len(values[0].Values))
		}
		for i, x := range values[0].Values {
			sums[accumulator.Name][i] += float32(x)
		}
	}
	return nil
}

func decode(t *testing.T, class string, configuration golden.Config) config.Object {
	t.Helper()
	object := config.Object{Class: class}
	if err := json.Unmarshal(configuration, &object.Config); err != nil {
		t.Fatal(err)
	}
	return object
}

func TestGolden(t *testing.T) {
	cases, err := golden.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			object := decode(t, c.Class, c.Config)
			m, err := metrics.Decode(object)
			if err != nil {
				t.Fatal(err)
			}
			if m.Name() != object.Config["name"] {
				t.Errorf("name %s, want %s", m.Name(), object.Config["name"])
			}
			sums := metrics.Sums{}
			for i, batch := range c.Batches {
				if err := update(m, sums, batch.Targets, batch.Predictions, batch.SampleWeight); err != nil {
					t.Fatal(err)
				}
				got := metrics.Details(m, sums)
				if len(batch.Result.Values) == 1 {
					got = []float64{m.Result(sums)}
				}
				if err := golden.Near(batch.Result, got, 2e-6, 2e-7); err != nil {
					t.Errorf("batch %d: %v", i, err)
				}
			}
			compareState(t, c, sums)
		})
	}
}

// compareState checks the accumulators, which are Keras' except that a micro
// average keeps its classes apart. Keras finds the true negatives of AUC by a
// difference of sums of up to 20, which rounds by about 2⁻²⁰.
func compareState(t *testing.T, c golden.Metric, sums metrics.Sums) {
	t.Helper()
	for _, want := range c.State {
		got := sums[want.Name]
		if len(want.Value.Values) == 1 && len(got) > 1 {
			var total float32
			for _, x := range got {
				total += x
			}
			got = []float32{total}
		}
		if err := golden.Near(want.Value, got, 2e-6, 1e-6); err != nil {
			t.Errorf("%s: %v", want.Name, err)
		}
	}
}

func TestObjectRoundTrip(t *testing.T) {
	cases, err := golden.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		want := decode(t, c.Class, c.Config)
		m, err := metrics.Decode(want)
		if err != nil {
			t.Fatal(err)
		}
		got := m.Object()
		if got.Class != want.Class {
			t.Errorf("%s: class %s", c.Name, got.Class)
		}
		for _, object := range []config.Object{got, want} {
			delete(object.Config, "axis") // which Keras writes for some classes
		}
		gotText, _ := json.Marshal(got.Config)
		wantText, _ := json.Marshal(want.Config)
		if string(gotText) != string(wantText) {
			t.Errorf("%s:\n got %s\nwant %s", c.Name, gotText, wantText)
		}
	}
}

// What has seen nothing is 0, never NaN, and no metric fails on it.
func TestNothingSeen(t *testing.T) {
	cases, err := golden.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		m, err := metrics.Decode(decode(t, c.Class, c.Config))
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Result(metrics.Sums{}); got != 0 || math.IsNaN(got) {
			t.Errorf("%s of nothing is %g", c.Name, got)
		}
	}
}
