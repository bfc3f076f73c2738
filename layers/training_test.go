package layers

import (
	"context"
	"iter"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/tensor"
)

// ramp returns pictures whose values are 1, 2, 3 ...
func ramp(shape ...int) graph.Array {
	count, _ := tensor.Shape(shape).Elements()
	values := make([]float64, count)
	for i := range values {
		values[i] = float64(i + 1)
	}
	return graph.Array{Shape: shape, Values: values}
}

func run(t *testing.T, layer Layer, training bool, inputs ...graph.Array) graph.Array {
	t.Helper()
	c, err := call(layer, training, inputs...)
	if err != nil {
		t.Fatal(err)
	}
	results, err := c.evaluate(c.output)
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

func TestDropout(t *testing.T) {
	const rate = 0.3
	x := ramp(50, 40)
	y := run(t, Dropout{Rate: rate}, true, x)
	dropped := 0
	for i, value := range y.Values {
		switch {
		case value == 0:
			dropped++
		case math.Abs(value-x.Values[i]/(1-rate)) > 1e-4:
			t.Fatalf("%v became %v, want 0 or %v", x.Values[i], value, x.Values[i]/(1-rate))
		}
	}
	// Five standard deviations of a binomial distribution.
	n := float64(len(y.Values))
	if got := float64(dropped); math.Abs(got-rate*n) > 5*math.Sqrt(n*rate*(1-rate)) {
		t.Errorf("%v of %v values dropped at the rate %v", got, n, rate)
	}
	for name, same := range map[string]graph.Array{
		"inference": run(t, Dropout{Rate: rate}, false, x), "rate 0": run(t, Dropout{}, true, x),
	} {
		if !slices.Equal(same.Values, x.Values) {
			t.Errorf("%s changes values", name)
		}
	}
}

// Layers of other names drop other values; one used twice does not repeat itself.
func TestDrawsDiffer(t *testing.T) {
	x := ramp(4, 30)
	first, again, other := run(t, Dropout{Rate: 0.5}, true, x), run(t, Dropout{Rate: 0.5}, true, x), run(t, Dropout{Rate: 0.5, Name: "other"}, true, x)
	if !slices.Equal(first.Values, again.Values) {
		t.Error("the same layer at the same step drops other values")
	}
	if slices.Equal(first.Values, other.Values) {
		t.Error("two layers drop the same values")
	}
	if slices.Equal(zeros(first.Values[:30]), zeros(first.Values[30:60])) {
		t.Error("two samples drop the same values")
	}
}

func zeros(values []float64) []bool {
	is := make([]bool, len(values))
	for i, value := range values {
		is[i] = value == 0
	}
	return is
}

func TestDroppedTogether(t *testing.T) {
	x := ramp(8, 3, 4, 6)
	for name, layer := range map[string]Layer{
		"spatial": SpatialDropout2D{Rate: 0.5}, "noise shape": Dropout{Rate: 0.5, NoiseShape: []int{1, 1, -1}},
	} {
		y := run(t, layer, true, x)
		kept := 0
		for sample := range 8 {
			for channel := range 6 {
				at := func(pixel int) bool { return y.Values[(sample*12+pixel)*6+channel] != 0 }
				if at(0) {
					kept++
				}
				for pixel := range 12 {
					if at(pixel) != at(0) {
						t.Fatalf("%s: channel %d of sample %d is dropped in part", name, channel, sample)
					}
				}
			}
		}
		if kept < 10 || kept > 38 { // 24 ± 4 standard deviations
			t.Errorf("%s: %d of 48 channels kept", name, kept)
		}
	}
}

func TestRandomLayers(t *testing.T) {
	x := ramp(6, 4, 5, 2)
	for i := range x.Values {
		x.Values[i] = float64(i % 40)
	}
	for _, layer := range []Layer{
		RandomFlip{}, RandomFlip{Mode: Horizontal}, RandomFlip{Mode: Vertical}, RandomRotation{Factor: PlusMinus(0.5)},
		RandomTranslation{HeightFactor: PlusMinus(0.5), WidthFactor: Range{0.1, 0.5}}, RandomZoom{HeightFactor: PlusMinus(0.5)},
		RandomZoom{HeightFactor: PlusMinus(0.5), WidthFactor: new(PlusMinus(0.2)), Interpolation: Nearest, FillMode: FillWrap},
		RandomContrast{Lower: 0.5, Upper: 0.5}, RandomBrightness{Factor: PlusMinus(0.3), ValueRange: [2]float64{0, 39}},
	} {
		y := run(t, layer, true, x)
		if !y.Shape.Equal(x.Shape) || slices.Equal(y.Values, x.Values) {
			t.Errorf("%+v: shape %v, changed: %v", layer, y.Shape, !slices.Equal(y.Values, x.Values))
		}
		samples := map[float64]bool{}
		for i, value := range y.Values {
			if !(value >= -1e-9 && value <= 39*1.5+1e-9) {
				t.Errorf("%+v: value %v out of nowhere", layer, value)
				break
			}
			if i%40 == 3 {
				samples[value] = true
			}
		}
		if len(samples) < 2 {
			t.Errorf("%+v: all samples are changed alike", layer)
		}
		if same := run(t, layer, false, x); !slices.Equal(same.Values, x.Values) {
			t.Errorf("%+v changes pictures in inference", layer)
		}
	}
}

// A quarter turn is exact: the first row becomes the first column, from below.
func TestRotationIsCounterClockwise(t *testing.T) {
	x := graph.Array{Shape: tensor.Shape{1, 2, 2, 1}, Values: []float64{1, 2, 3, 4}}
	y := run(t, RandomRotation{Factor: Range{0.25, 0.25}}, true, x)
	for i, want := range []float64{2, 4, 1, 3} {
		if math.Abs(y.Values[i]-want) > 1e-5 {
			t.Fatalf("turned to %v, want 2 4 1 3", y.Values)
		}
	}
}

// A shared batch normalisation moves its averages at every use, in order.
func TestSharedStatistics(t *testing.T) {
	c, err := call(BatchNormalization{Momentum: new(0.5)}, true, graph.Array{Shape: tensor.Shape{2, 1}, Values: []float64{4, 8}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.again(); err != nil {
		t.Fatal(err)
	}
	one := func(value float64) graph.Array {
		return graph.Array{Shape: tensor.Shape{1}, Values: []float64{value}}
	}
	c.feed(one(1), one(0), one(2), one(1))
	updates := c.build.Updates()
	if len(updates) != 2 {
		t.Fatalf("%d updates, want 2", len(updates))
	}
	results, err := c.evaluate(updates[0].Value, updates[1].Value)
	if err != nil {
		t.Fatal(err)
	}
	// mean: (2+6)/2 = 4, (4+6)/2 = 5; variance: (1+4)/2 = 2.5, (2.5+4)/2 = 3.25.
	if results[0].Values[0] != 5 || results[1].Values[0] != 3.25 {
		t.Errorf("averages became %v and %v, want 5 and 3.25", results[0].Values, results[1].Values)
	}
}

// batches is a source of tensors.
type batches []*tensor.Tensor

func (b batches) Spec() data.Spec { return data.Spec{} }

func (b batches) Batches(context.Context, int, int) iter.Seq2[*data.Batch, error] {
	return func(yield func(*data.Batch, error) bool) {
		for _, x := range b {
			if !yield(&data.Batch{Inputs: []*tensor.Tensor{x}}, nil) {
				return
			}
		}
	}
}

func TestAdaptEqualsKeras(t *testing.T) {
	cases, err := golden.Layers()
	if err != nil {
		t.Fatal(err)
	}
	adapted := 0
	for _, test := range cases {
		if test.Class != "Normalization" || len(test.Weights) == 0 {
			continue
		}
		adapted++
		whole, err := test.Inputs[0].Tensor()
		if err != nil {
			t.Fatal(err)
		}
		source := batches{rows(t, whole, 0, 1), rows(t, whole, 1, 3)} // of different sizes
		layer, err := decodeGolden(t, test.Class, test.Config).(Normalization).Adapt(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		for i, values := range [][]float64{layer.Mean, layer.Variance} {
			if err := golden.Near(test.Weights[i].Value, values, relative, absolute); err != nil {
				t.Errorf("%s: %s: %v", test.Name, test.Weights[i].Name, err)
			}
		}
		near(t, test.Name, test.Output, run(t, layer, false, array(test.Inputs[0])))
		saved := layer.Describe()
		again := decodeNested(t, saved)
		if !reflect.DeepEqual(again.Mean, layer.Mean) || !reflect.DeepEqual(again.extents, layer.extents) {
			t.Errorf("%s: read back as %+v, want %+v", test.Name, again, layer)
		}
	}
	if adapted != 3 {
		t.Errorf("%d cases, want 3", adapted)
	}
}

func rows(t *testing.T, whole *tensor.Tensor, from, to int) *tensor.Tensor {
	t.Helper()
	part, err := whole.Rows(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return part
}

func TestAdaptErrors(t *testing.T) {
	of := func(shape ...int) *tensor.Tensor {
		x, err := tensor.New(tensor.Float32, shape...)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for want, attempt := range map[string]struct {
		layer  Normalization
		source batches
	}{
		"no samples":                        {Normalization{}, nil},
		"axes [3] for batches of shape":     {Normalization{Axes: []int{3}}, batches{of(2, 3)}},
		"batches with [3] and [4]":          {Normalization{}, batches{of(2, 3), of(2, 4)}},
		"expected different ones from 1 to": {Normalization{Axes: []int{1, -1}}, batches{of(2, 3)}},
	} {
		if _, err := attempt.layer.Adapt(t.Context(), attempt.source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
