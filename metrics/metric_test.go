package metrics_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/tensor"
)

func array(dtype tensor.DType, width int, values ...float64) golden.Array {
	shape := tensor.Shape{len(values)}
	if width > 0 {
		shape = tensor.Shape{len(values) / width, width}
	}
	return golden.Array{DType: dtype, Shape: shape, Values: values}
}

func measure(t *testing.T, m metrics.Metric, target, prediction golden.Array) metrics.Sums {
	t.Helper()
	sums := metrics.Sums{}
	if err := update(m, sums, target, prediction, nil); err != nil {
		t.Fatal(err)
	}
	return sums
}

// Accuracy chooses by shapes, as Keras' compile does.
func TestAccuracyChooses(t *testing.T) {
	floats := tensor.Float32
	tests := []struct {
		name               string
		target, prediction golden.Array
		want               float64
	}{
		{"one unit", array(floats, 1, 1, 0, 1), array(floats, 1, 0.9, 0.2, 0.3), 2.0 / 3},
		{"one unit, labels without dimension", array(floats, 0, 1, 0, 1), array(floats, 1, 0.9, 0.2, 0.3), 2.0 / 3},
		{"class numbers", array(tensor.Int32, 0, 2, 0), array(floats, 3, 0.1, 0.2, 0.7, 0.3, 0.4, 0.3), 0.5},
		{"class numbers with dimension", array(tensor.Uint8, 1, 2, 0), array(floats, 3, 0.1, 0.2, 0.7, 0.3, 0.4, 0.3), 0.5},
		{"one-hot", array(floats, 2, 0, 1, 1, 0), array(floats, 2, 0.4, 0.6, 0.1, 0.9), 0.5},
		// Keras compares the largest of independent labels, too.
		{"labels", array(floats, 2, 1, 1, 0, 1), array(floats, 2, 0.9, 0.8, 0.1, 0.9), 1},
	}
	for _, test := range tests {
		sums := measure(t, metrics.Accuracy{}, test.target, test.prediction)
		if got := (metrics.Accuracy{}).Result(sums); math.Abs(got-test.want) > 1e-7 {
			t.Errorf("%s: %g, want %g", test.name, got, test.want)
		}
	}
}

func TestShapeErrors(t *testing.T) {
	batch := graph.Batch
	tests := []struct {
		metric             metrics.Metric
		target, prediction []int
		want               string
	}{
		{metrics.Accuracy{}, []int{batch, 2}, []int{batch, 3}, "as many units as there are targets"},
		{metrics.CategoricalAccuracy{}, []int{batch}, []int{batch, 3}, "SparseCategoricalAccuracy or Accuracy"},
		{metrics.SparseCategoricalAccuracy{}, []int{batch, 3}, []int{batch, 3}, "CategoricalAccuracy or Accuracy"},
		{metrics.SparseTopKCategoricalAccuracy{K: -1}, []int{batch}, []int{batch, 3}, "K is -1"},
		{metrics.Precision{TopK: 4}, []int{batch, 3}, []int{batch, 3}, "at most the 3 predictions"},
		{metrics.Recall{ClassID: new(3)}, []int{batch, 3}, []int{batch, 3}, "one of the 3 classes"},
		{metrics.F1Score{}, []int{batch, 2, 3}, []int{batch, 2, 3}, "expected (batch, classes)"},
		{metrics.AUC{NumThresholds: 1}, []int{batch, 1}, []int{batch, 1}, "expected 2 to 65536"},
		{metrics.AUC{NumThresholds: 1 << 40}, []int{batch, 1}, []int{batch, 1}, "expected 2 to 65536"},
		{metrics.AUC{LabelWeights: []float64{1, 2}}, []int{batch, 1}, []int{batch, 1}, "expected one for each"},
		{metrics.ConfusionMatrix{}, []int{batch}, []int{batch}, "expected (batch, classes)"},
		{metrics.Mean{Loss: losses.Hinge{}}, []int{batch, 2}, []int{batch, 3}, "losses: "},
	}
	for _, test := range tests {
		g := graph.New()
		target, prediction := g.Parameter("t", tensor.Float32, test.target...), g.Parameter("p", tensor.Float32, test.prediction...)
		err := test.metric.Update(&metrics.Accumulators{}, target, prediction, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%T of %v and %v: error %v, want one with %q", test.metric, test.target, test.prediction, err, test.want)
		}
	}
}

// However samples are divided into batches, metrics come to the same.
func TestBatchesDoNotMatter(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const samples, classes = 12, 4
	prediction := array(tensor.Float32, classes, make([]float64, samples*classes)...)
	target := array(tensor.Float32, classes, make([]float64, samples*classes)...)
	for i := range samples {
		for j := range classes {
			prediction.Values[i*classes+j] = float64(random.IntN(16)) / 16 // exact sums, many ties
		}
		target.Values[i*classes+random.IntN(classes)] = 1
	}
	rows := func(a golden.Array, from, to int) golden.Array {
		return array(a.DType, classes, a.Values[from*classes:to*classes]...)
	}
	all := []metrics.Metric{
		metrics.Accuracy{}, metrics.BinaryAccuracy{}, metrics.TopKCategoricalAccuracy{K: 2}, metrics.Precision{TopK: 2},
		metrics.Recall{Thresholds: []float64{0.25, 0.5}}, metrics.F1Score{}, metrics.AUC{}, metrics.AUC{MultiLabel: true, Curve: metrics.PR},
		metrics.ConfusionMatrix{}, metrics.FalsePositives{}, metrics.Mean{Loss: losses.MeanSquaredError{}},
	}
	for _, m := range all {
		whole := measure(t, m, target, prediction)
		parts := metrics.Sums{}
		for from := 0; from < samples; from += 5 {
			to := min(from+5, samples)
			if err := update(m, parts, rows(target, from, to), rows(prediction, from, to), nil); err != nil {
				t.Fatal(err)
			}
		}
		for name, sum := range whole {
			if !slices.Equal(sum, parts[name]) {
				t.Errorf("%T: %s is %v in one batch, %v in several", m, name, sum, parts[name])
			}
		}
	}
}

// Predictions that tell all samples apart have the largest area, turned
// around ones none.
func TestAUCBounds(t *testing.T) {
	target := array(tensor.Float32, 1, 0, 0, 1, 1, 1)
	right := array(tensor.Float32, 1, 0, 0.2, 0.6, 0.8, 1)
	wrong := array(tensor.Float32, 1, 1, 0.8, 0.4, 0.2, 0)
	for _, curve := range []metrics.Curve{metrics.ROC, metrics.PR} {
		m := metrics.AUC{Curve: curve}
		if got := m.Result(measure(t, m, target, right)); math.Abs(got-1) > 1e-6 {
			t.Errorf("%v of right predictions is %g", curve, got)
		}
		if got := m.Result(measure(t, m, target, wrong)); got > 0.5 {
			t.Errorf("%v of wrong predictions is %g", curve, got)
		}
	}
}

func TestAUCLabelWeights(t *testing.T) {
	target := array(tensor.Float32, 2, 0, 0, 1, 1)
	prediction := array(tensor.Float32, 2, 0, 1, 1, 0) // the first label is right, the second wrong
	for _, test := range []struct {
		weights []float64
		want    float64
	}{{nil, 0.5}, {[]float64{1, 3}, 0.25}, {[]float64{1, 0}, 1}} {
		m := metrics.AUC{MultiLabel: true, LabelWeights: test.weights}
		if got := m.Result(measure(t, m, target, prediction)); math.Abs(got-test.want) > 1e-6 {
			t.Errorf("weights %v: %g, want %g", test.weights, got, test.want)
		}
	}
	together := metrics.AUC{LabelWeights: []float64{1, 0}}
	if got := together.Result(measure(t, together, target, prediction)); math.Abs(got-1) > 1e-6 {
		t.Errorf("labels taken together, the wrong one by nothing: %g", got)
	}
}

func TestConfusionMatrix(t *testing.T) {
	floats := tensor.Float32
	tests := []struct {
		name               string
		target, prediction golden.Array
		want               []float64
		result             float64
	}{
		{"one unit", array(floats, 0, 1, 0, 1, 1), array(floats, 1, 0.9, 0.7, 0.1, 0.8), []float64{0, 1, 1, 2}, 0.5},
		{"class numbers", array(tensor.Int32, 0, 0, 1, 1), array(floats, 2, 0.9, 0.1, 0.8, 0.2, 0.1, 0.9), []float64{1, 0, 1, 1}, 2.0 / 3},
		{"one-hot", array(floats, 2, 1, 0, 0, 1), array(floats, 2, 0.1, 0.9, 0.2, 0.8), []float64{0, 1, 0, 1}, 0.5},
		{"unknown class", array(tensor.Int32, 0, 7, 1), array(floats, 2, 0.1, 0.9, 0.2, 0.8), []float64{0, 0, 0, 1}, 1},
	}
	for _, test := range tests {
		sums := measure(t, metrics.ConfusionMatrix{}, test.target, test.prediction)
		if got := slices.Concat(metrics.Matrix(sums)...); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if got := (metrics.ConfusionMatrix{}).Result(sums); math.Abs(got-test.result) > 1e-12 {
			t.Errorf("%s: accuracy %g, want %g", test.name, got, test.result)
		}
	}
}

func TestConfusionMatrixWeights(t *testing.T) {
	sums := metrics.Sums{}
	weights := array(tensor.Float32, 0, 2, 0.5)
	if err := update(metrics.ConfusionMatrix{}, sums, array(tensor.Int32, 0, 0, 1), array(tensor.Float32, 2, 1, 0, 1, 0), &weights); err != nil {
		t.Fatal(err)
	}
	if got := slices.Concat(metrics.Matrix(sums)...); !slices.Equal(got, []float64{2, 0, 0.5, 0}) {
		t.Errorf("matrix %v", got)
	}
}

func TestDirections(t *testing.T) {
	tests := map[metrics.Metric]metrics.Direction{
		metrics.Accuracy{}:                                         metrics.HigherIsBetter,
		metrics.Mean{Loss: losses.Hinge{}}:                         metrics.LowerIsBetter,
		metrics.RootMeanSquaredError{}:                             metrics.LowerIsBetter,
		metrics.Named{Metric: metrics.ConfusionMatrix{}, As: "cm"}: metrics.HigherIsBetter,
		plain{}: metrics.Unknown,
	}
	for m, want := range tests {
		if got := metrics.DirectionOf(m); got != want {
			t.Errorf("%T: direction %d, want %d", m, got, want)
		}
	}
}

// plain is a metric without a direction.
type plain struct{}

func (plain) Object() config.Object                                     { return config.Object{Class: "Plain"} }
func (plain) Name() string                                              { return "plain" }
func (plain) Update(_ *metrics.Accumulators, _, _, _ *graph.Node) error { return nil }
func (plain) Result(metrics.Sums) float64                               { return 0.25 }

func TestDetailsOfOne(t *testing.T) {
	if got := metrics.Details(plain{}, nil); !slices.Equal(got, []float64{0.25}) {
		t.Errorf("details %v", got)
	}
}

func TestDecodeNames(t *testing.T) {
	tests := []struct{ given, name, class string }{
		{"accuracy", "accuracy", "accuracy"}, {"acc", "acc", "accuracy"}, {"Accuracy", "accuracy", "Accuracy"},
		{"mse", "mse", "MeanSquaredError"}, {"mean_absolute_error", "mean_absolute_error", "MeanAbsoluteError"},
		{"BinaryAccuracy", "binary_accuracy", "BinaryAccuracy"}, {"LogCoshError", "logcosh", "LogCoshError"},
		{"AUC", "auc", "AUC"}, {"precision", "precision", "Precision"}, {"cosine_similarity", "cosine_similarity", "CosineSimilarity"},
	}
	for _, test := range tests {
		m, err := metrics.Decode(config.Object{Class: test.given})
		if err != nil {
			t.Error(err)
			continue
		}
		if m.Name() != test.name || m.Object().Class != test.class {
			t.Errorf("%s is %s of the class %s, want %s of %s", test.given, m.Name(), m.Object().Class, test.name, test.class)
		}
	}
}

// TestDecodeWrapped reads what tf.keras 2 wrote for metrics=["accuracy", "mse"].
func TestDecodeWrapped(t *testing.T) {
	for name, class := range map[string]string{"accuracy": "accuracy", "mse": "MeanSquaredError"} {
		m, err := metrics.Decode(config.Object{Class: "MeanMetricWrapper", Config: config.Map{"name": name, "dtype": "float32"}})
		if err != nil {
			t.Error(err)
			continue
		}
		if m.Name() != name || m.Object().Class != class {
			t.Errorf("%s is %s of the class %s, want %s", name, m.Name(), m.Object().Class, class)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	tests := []struct {
		class  string
		fields config.Map
		want   string
	}{
		{"MeanIoU", nil, `no metric "MeanIoU"`},
		{"AUC", config.Map{"curve": "PRGAIN"}, "expected ROC or PR"},
		{"AUC", config.Map{"summation_method": "guessing"}, `expected one of ["interpolation"`},
		{"F1Score", config.Map{"average": "mean"}, "average of F1Score"},
		{"TopKCategoricalAccuracy", config.Map{"k": 1.5}, "k of TopKCategoricalAccuracy"},
	}
	for _, test := range tests {
		_, err := metrics.Decode(config.Object{Class: test.class, Config: test.fields})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %v: error %v, want one with %q", test.class, test.fields, err, test.want)
		}
	}
}
