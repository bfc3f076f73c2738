package metrics_test

import (
	"fmt"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/tensor"
)

// The samples of the examples: three classes, and whether there is a cat.
var (
	classes = golden.Array{DType: tensor.Int32, Shape: tensor.Shape{4}, Values: []float64{0, 1, 2, 2}}
	oneHot  = golden.Array{DType: tensor.Float32, Shape: tensor.Shape{4, 3}, Values: []float64{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1}}
	softmax = golden.Array{DType: tensor.Float32, Shape: tensor.Shape{4, 3}, Values: []float64{
		0.7, 0.2, 0.1, 0.5, 0.3, 0.2, 0.1, 0.2, 0.7, 0.6, 0.3, 0.1}}

	cats    = golden.Array{DType: tensor.Float32, Shape: tensor.Shape{5, 1}, Values: []float64{1, 1, 0, 0, 1}}
	sigmoid = golden.Array{DType: tensor.Float32, Shape: tensor.Shape{5, 1}, Values: []float64{0.9, 0.4, 0.6, 0.1, 0.8}}
)

// result prints a metric of one batch.
func result(m metrics.Metric, target, prediction golden.Array) metrics.Sums {
	sums := metrics.Sums{}
	if err := update(m, sums, target, prediction, nil); err != nil {
		fmt.Println(err)
		return nil
	}
	fmt.Printf("%s %.4f\n", m.Name(), m.Result(sums))
	return sums
}

func ExampleAccuracy() {
	result(metrics.Accuracy{}, cats, sigmoid)
	result(metrics.Accuracy{}, classes, softmax)
	result(metrics.Accuracy{}, oneHot, softmax)
	// Output:
	// accuracy 0.6000
	// accuracy 0.5000
	// accuracy 0.5000
}

func ExampleBinaryAccuracy() {
	result(metrics.BinaryAccuracy{Threshold: new(0.3)}, cats, sigmoid)
	// Output: binary_accuracy 0.8000
}

func ExampleCategoricalAccuracy() {
	result(metrics.CategoricalAccuracy{}, oneHot, softmax)
	// Output: categorical_accuracy 0.5000
}

func ExampleSparseCategoricalAccuracy() {
	result(metrics.SparseCategoricalAccuracy{}, classes, softmax)
	// Output: sparse_categorical_accuracy 0.5000
}

func ExampleExactAccuracy() {
	result(metrics.ExactAccuracy{}, classes, classes)
	// Output: accuracy 1.0000
}

func ExampleTopKCategoricalAccuracy() {
	result(metrics.TopKCategoricalAccuracy{K: 2}, oneHot, softmax)
	// Output: top_k_categorical_accuracy 0.7500
}

func ExampleSparseTopKCategoricalAccuracy() {
	result(metrics.SparseTopKCategoricalAccuracy{K: 2}, classes, softmax)
	// Output: sparse_top_k_categorical_accuracy 0.7500
}

func ExamplePrecision() {
	result(metrics.Precision{}, cats, sigmoid)
	result(metrics.Precision{ClassID: new(0)}, oneHot, softmax)
	// Output:
	// precision 0.6667
	// precision 0.5000
}

func ExampleRecall() {
	thresholds := metrics.Recall{Thresholds: []float64{0.3, 0.5, 0.85}}
	sums := result(thresholds, cats, sigmoid)
	fmt.Printf("%.2f\n", metrics.Details(thresholds, sums))
	// Output:
	// recall 1.0000
	// [1.00 0.67 0.33]
}

func ExampleTruePositives() {
	result(metrics.TruePositives{}, cats, sigmoid)
	// Output: true_positives 2.0000
}

func ExampleTrueNegatives() {
	result(metrics.TrueNegatives{}, cats, sigmoid)
	// Output: true_negatives 1.0000
}

func ExampleFalsePositives() {
	result(metrics.FalsePositives{}, cats, sigmoid)
	// Output: false_positives 1.0000
}

func ExampleFalseNegatives() {
	result(metrics.FalseNegatives{}, cats, sigmoid)
	// Output: false_negatives 1.0000
}

func ExampleF1Score() {
	result(metrics.F1Score{Average: metrics.Micro}, oneHot, softmax)
	// Output: f1_score 0.5000
}

func ExampleFBetaScore() {
	result(metrics.FBetaScore{Beta: 2, Average: metrics.Weighted}, oneHot, softmax)
	// Output: fbeta_score 0.4563
}

func ExampleAverage() {
	perClass := metrics.F1Score{Average: metrics.PerClass}
	sums := result(perClass, oneHot, softmax)
	fmt.Printf("%.2f\n", metrics.Details(perClass, sums))
	// Output:
	// f1_score 0.3889
	// [0.50 0.00 0.67]
}

func ExampleAUC() {
	result(metrics.AUC{}, cats, sigmoid)
	// Output: auc 0.8333
}

func ExampleCurve() {
	result(metrics.AUC{Curve: metrics.PR}, cats, sigmoid)
	// Output: auc 0.9041
}

func ExampleSummation() {
	result(metrics.AUC{Summation: metrics.Minoring, NumThresholds: 5}, cats, sigmoid)
	// Output: auc 0.8333
}

func ExampleConfusionMatrix() {
	sums := result(metrics.ConfusionMatrix{}, classes, softmax)
	for _, row := range metrics.Matrix(sums) {
		fmt.Println(row)
	}
	// Output:
	// confusion_matrix 0.5000
	// [1 0 0]
	// [1 0 0]
	// [1 0 1]
}

func ExampleMean() {
	result(metrics.Mean{Loss: losses.MeanAbsoluteError{}}, cats, sigmoid)
	// Output: mean_absolute_error 0.3200
}

func ExampleRootMeanSquaredError() {
	result(metrics.RootMeanSquaredError{}, cats, sigmoid)
	// Output: root_mean_squared_error 0.3950
}

func ExampleCosineSimilarity() {
	result(metrics.CosineSimilarity{}, oneHot, softmax)
	// Output: cosine_similarity 0.6348
}

func ExampleNamed() {
	result(metrics.Named{Metric: metrics.BinaryAccuracy{Threshold: new(0.85)}, As: "sure"}, cats, sigmoid)
	// Output: sure 0.6000
}

func ExampleDirection() {
	fmt.Println(metrics.DirectionOf(metrics.AUC{}) == metrics.HigherIsBetter)
	fmt.Println(metrics.DirectionOf(metrics.Mean{Loss: losses.Hinge{}}) == metrics.LowerIsBetter)
	// Output:
	// true
	// true
}

func ExampleSums() {
	sums := metrics.Sums{"total": {3}, "count": {4}}
	fmt.Println(sums.Mean())
	// Output: 0.75
}

func ExampleAccumulators() {
	g := graph.New()
	p := g.Parameter("predictions", tensor.Float32, graph.Batch, 1)
	var a metrics.Accumulators
	a.Add("largest", p.ReduceMax(0, 1))
	a.AddMean(p, nil)
	for _, accumulator := range a.All() {
		values, err := reference.Evaluate(5, reference.Feeds{p: {Shape: sigmoid.Shape, Values: sigmoid.Values}}, accumulator.Increment)
		fmt.Println(accumulator.Name, values[0].Values, err)
	}
	// Output:
	// largest [0.9] <nil>
	// total [2.8] <nil>
	// count [5] <nil>
}

func ExampleAccumulator() {
	g := graph.New()
	p := g.Parameter("predictions", tensor.Float32, graph.Batch, 3)
	var a metrics.Accumulators
	if err := (metrics.ConfusionMatrix{}).Update(&a, p, p, nil); err != nil {
		fmt.Println(err)
		return
	}
	for _, accumulator := range a.All() {
		fmt.Println(accumulator.Name, accumulator.Shape)
	}
	// Output: matrix (3, 3)
}

// meanPrediction is a metric of one's own.
type meanPrediction struct{}

func (meanPrediction) Object() config.Object { return config.Object{Class: "MeanPrediction"} }
func (meanPrediction) Name() string          { return "mean_prediction" }

func (meanPrediction) Update(a *metrics.Accumulators, _, prediction, weights *graph.Node) error {
	a.AddMean(prediction, weights)
	return nil
}

func (meanPrediction) Result(sums metrics.Sums) float64 { return sums.Mean() }

func ExampleMetric() {
	result(meanPrediction{}, cats, sigmoid)
	// Output: mean_prediction 0.5600
}
