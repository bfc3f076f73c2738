package losses_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/tensor"
)

func TestShapeErrors(t *testing.T) {
	batch := graph.Batch
	tests := []struct {
		loss               losses.Loss
		target, prediction []int
		want               string
	}{
		{losses.BinaryCrossentropy{}, []int{batch, 2}, []int{batch, 1}, "give the last layer 2 softmax units and train with CategoricalCrossentropy"},
		{losses.BinaryCrossentropy{}, []int{batch}, []int{batch, 2}, "one sigmoid unit"},
		{losses.CategoricalCrossentropy{}, []int{batch, 1}, []int{batch, 1}, "use BinaryCrossentropy for one sigmoid unit"},
		{losses.CategoricalCrossentropy{}, []int{batch}, []int{batch, 1}, "use BinaryCrossentropy for one sigmoid unit"},
		{losses.CategoricalCrossentropy{}, []int{batch, 3}, []int{batch, 1}, "give the last layer 3 softmax units"},
		{losses.CategoricalCrossentropy{}, []int{batch}, []int{batch, 3}, "train with SparseCategoricalCrossentropy"},
		{losses.CategoricalCrossentropy{}, []int{batch, 1}, []int{batch, 3}, "train with SparseCategoricalCrossentropy"},
		{losses.CategoricalCrossentropy{}, []int{batch, 3}, []int{batch, 4}, "give the last layer 3 units"},
		{losses.SparseCategoricalCrossentropy{}, []int{batch, 3}, []int{batch, 3}, "train one-hot targets with CategoricalCrossentropy"},
		{losses.SparseCategoricalCrossentropy{}, []int{batch}, []int{batch, 1}, "use BinaryCrossentropy for one sigmoid unit"},
		{losses.SparseCategoricalCrossentropy{}, []int{batch, 2}, []int{batch, 3}, "one class number per sample"},
		{losses.MeanSquaredError{}, []int{batch, 2, 2}, []int{batch, 2}, "as many units as there are targets"},
		{losses.MeanSquaredError{}, []int{}, []int{}, "expected (batch, units)"},
		{losses.CategoricalFocalCrossentropy{Alpha: []float64{1, 2}}, []int{batch, 3}, []int{batch, 3}, "2 Alphas for 3 classes"},
	}
	for _, test := range tests {
		g := graph.New()
		target, prediction := g.Parameter("t", tensor.Float32, test.target...), g.Parameter("p", tensor.Float32, test.prediction...)
		_, err := test.loss.PerSample(target, prediction)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%T of %v and %v: error %v, want one with %q", test.loss, test.target, test.prediction, err, test.want)
		}
		if g.Err() != nil {
			t.Errorf("%T broke the graph: %v", test.loss, g.Err())
		}
	}
}

func TestTargetsWithoutLastDimension(t *testing.T) {
	g, feeds := graph.New(), reference.Feeds{}
	labels := golden.Array{DType: tensor.Uint8, Shape: tensor.Shape{3}, Values: []float64{1, 0, 1}}
	probabilities := golden.Array{DType: tensor.Float32, Shape: tensor.Shape{3, 1}, Values: []float64{0.5, 0.5, 0.25}}
	value, err := losses.BinaryCrossentropy{}.PerSample(feed(g, feeds, "t", labels), feed(g, feeds, "p", probabilities))
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{math.Ln2, math.Ln2, 2 * math.Ln2}
	for i, got := range evaluate(t, 3, feeds, value)[0].Values {
		if math.Abs(got-want[i]) > 1e-6 {
			t.Errorf("sample %d: %g, want %g", i, got, want[i])
		}
	}
}

func TestSparseTargets(t *testing.T) {
	scores := golden.Array{DType: tensor.Float32, Shape: tensor.Shape{4, 3}, Values: []float64{1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3}}
	oneHot := golden.Array{DType: tensor.Float32, Shape: tensor.Shape{4, 3}, Values: []float64{0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1}}
	g, feeds := graph.New(), reference.Feeds{}
	prediction := feed(g, feeds, "p", scores)
	dense, err := losses.CategoricalCrossentropy{FromLogits: true}.PerSample(feed(g, feeds, "t", oneHot), prediction)
	if err != nil {
		t.Fatal(err)
	}
	want := evaluate(t, 4, feeds, dense)[0].Values
	for _, dtype := range []tensor.DType{tensor.Uint8, tensor.Int32, tensor.Int64, tensor.Float32} {
		for _, shape := range []tensor.Shape{{4}, {4, 1}} {
			labels := golden.Array{DType: dtype, Shape: shape, Values: []float64{2, 0, 1, 2}}
			sparse, err := losses.SparseCategoricalCrossentropy{FromLogits: true}.PerSample(feed(g, feeds, "labels", labels), prediction)
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range evaluate(t, 4, feeds, sparse)[0].Values {
				if got != want[i] {
					t.Errorf("%v%v: sample %d has %g, want %g", dtype, shape, i, got, want[i])
				}
			}
		}
	}
}

// A number that is no class must not pass unnoticed as a loss of 0.
func TestSparseUnknownClass(t *testing.T) {
	scores := golden.Array{DType: tensor.Float32, Shape: tensor.Shape{3, 2}, Values: []float64{0, 0, 0, 0, 0, 0}}
	labels := golden.Array{DType: tensor.Float32, Shape: tensor.Shape{3}, Values: []float64{2, -1, 1}}
	g, feeds := graph.New(), reference.Feeds{}
	loss := losses.SparseCategoricalCrossentropy{FromLogits: true, IgnoreClass: new(-1)}
	value, err := loss.PerSample(feed(g, feeds, "t", labels), feed(g, feeds, "p", scores))
	if err != nil {
		t.Fatal(err)
	}
	got := evaluate(t, 3, feeds, value)[0].Values
	if !math.IsNaN(got[0]) || got[1] != 0 || math.Abs(got[2]-math.Ln2) > 1e-12 {
		t.Errorf("losses %v, want [NaN 0 %g]", got, math.Ln2)
	}
}

func TestAlphaOfEachClass(t *testing.T) {
	g, feeds := graph.New(), reference.Feeds{}
	targets := golden.Array{DType: tensor.Float64, Shape: tensor.Shape{2, 2}, Values: []float64{1, 0, 0, 1}}
	halves := golden.Array{DType: tensor.Float64, Shape: tensor.Shape{2, 2}, Values: []float64{0.5, 0.5, 0.5, 0.5}}
	loss := losses.CategoricalFocalCrossentropy{Alpha: []float64{1, 3}, Gamma: new(0.0)}
	value, err := loss.PerSample(feed(g, feeds, "t", targets), feed(g, feeds, "p", halves))
	if err != nil {
		t.Fatal(err)
	}
	got := evaluate(t, 2, feeds, value)[0].Values
	if math.Abs(got[0]-math.Ln2) > 1e-12 || math.Abs(got[1]-3*math.Ln2) > 1e-12 {
		t.Errorf("losses %v, want ln 2 and three times that", got)
	}
}

// Every gradient agrees with central differences in float64.
func TestGradients(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	all := []losses.Loss{
		losses.BinaryCrossentropy{LabelSmoothing: 0.1}, losses.CategoricalCrossentropy{LabelSmoothing: 0.1},
		losses.BinaryFocalCrossentropy{ApplyClassBalancing: true, Gamma: new(1.5)}, losses.CategoricalFocalCrossentropy{},
		losses.MeanSquaredError{}, losses.MeanAbsoluteError{}, losses.MeanAbsolutePercentageError{}, losses.MeanSquaredLogarithmicError{},
		losses.Huber{Delta: 0.2}, losses.LogCosh{}, losses.Poisson{}, losses.Hinge{}, losses.SquaredHinge{}, losses.CategoricalHinge{},
		losses.KLDivergence{}, losses.CosineSimilarity{},
	}
	draw := func() golden.Array {
		a := golden.Array{DType: tensor.Float64, Shape: tensor.Shape{4, 3}, Values: make([]float64, 12)}
		for i := range a.Values {
			a.Values[i] = 0.1 + 0.8*random.Float64()
		}
		return a
	}
	for _, loss := range all {
		g, feeds := graph.New(), reference.Feeds{}
		prediction := feed(g, feeds, "p", draw())
		value, err := losses.Scalar(loss, feed(g, feeds, "t", draw()), prediction, nil)
		if err != nil {
			t.Fatal(err)
		}
		gradients, err := graph.Gradient(value, prediction)
		if err != nil {
			t.Fatal(err)
		}
		got := evaluate(t, 4, feeds, gradients[0])[0].Values
		for i := range got {
			const step = 1e-6
			at := func(delta float64) float64 {
				feeds[prediction].Values[i] += delta
				defer func() { feeds[prediction].Values[i] -= delta }()
				return evaluate(t, 4, feeds, value)[0].Values[0]
			}
			if want := (at(step) - at(-step)) / (2 * step); math.Abs(got[i]-want) > 1e-7*max(1, math.Abs(want)) {
				t.Errorf("%T: gradient %d is %g, differences say %g", loss, i, got[i], want)
			}
		}
	}
}

func TestDecodeNames(t *testing.T) {
	tests := map[string]losses.Loss{
		"mse": losses.MeanSquaredError{}, "mean_squared_error": losses.MeanSquaredError{}, "MeanSquaredError": losses.MeanSquaredError{},
		"binary_crossentropy": losses.BinaryCrossentropy{}, "kl_divergence": losses.KLDivergence{}, "KLDivergence": losses.KLDivergence{},
		"log_cosh": losses.LogCosh{}, "logcosh": losses.LogCosh{}, "huber": losses.Huber{}, "categorical_hinge": losses.CategoricalHinge{},
	}
	for name, want := range tests {
		if got, err := losses.Decode(config.Object{Class: name}); err != nil || got != want {
			t.Errorf("%s is %#v (%v), want %#v", name, got, err, want)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	tests := []struct {
		class  string
		fields config.Map
		want   string
	}{
		{"Circle", nil, `no loss "Circle"`},
		{"Huber", config.Map{"delta": "wide"}, "delta of Huber"},
		{"Hinge", config.Map{"reduction": "none"}, "expected sum_over_batch_size, sum or mean_with_sample_weight"},
		{"CategoricalCrossentropy", config.Map{"axis": 1.0}, "the last dimension"},
	}
	for _, test := range tests {
		_, err := losses.Decode(config.Object{Class: test.class, Config: test.fields})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %v: error %v, want one with %q", test.class, test.fields, err, test.want)
		}
	}
}

func TestUnknownReduction(t *testing.T) {
	g := graph.New()
	p := g.Parameter("p", tensor.Float32, graph.Batch, 1)
	_, err := losses.Scalar(losses.Reduced{Of: losses.Hinge{}, By: 9}, p, p, nil)
	if err == nil || !strings.Contains(err.Error(), "reduction(9)") {
		t.Errorf("error %v", err)
	}
}
