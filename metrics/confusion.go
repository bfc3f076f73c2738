package metrics

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// ConfusionMatrix counts for every pair of classes how many samples of the
// first were predicted to be of the second, by the same rules as [Accuracy];
// one sigmoid unit is two classes. Its result is the accuracy; [Matrix] gives
// the counts.
type ConfusionMatrix struct{ upward }

// Object describes the metric; Keras has none like it.
func (m ConfusionMatrix) Object() config.Object { return describe("ConfusionMatrix", m.Name(), nil) }

// Name returns confusion_matrix.
func (ConfusionMatrix) Name() string { return "confusion_matrix" }

// Update adds a batch of predictions (batch, classes) or (batch, 1). Class
// numbers outside are left out.
func (ConfusionMatrix) Update(a *Accumulators, target, prediction, weights *graph.Node) error {
	actual, predicted, classes, err := classesOf(target, prediction)
	if err != nil {
		return err
	}
	rows := oneHot(actual, classes).Convert(floats)
	columns := oneHot(predicted, classes).Convert(floats)
	if weights != nil {
		rows = rows.Mul(weights.Convert(floats).ExpandDims(1))
	}
	overBatch := graph.Dot{LeftContract: []int{0}, RightContract: []int{0}}
	a.Add("matrix", graph.Contract(overBatch, rows, columns))
	return nil
}

// classesOf returns the class numbers (batch) of targets and predictions.
func classesOf(target, prediction *graph.Node) (actual, predicted *graph.Node, classes int, err error) {
	const name = "ConfusionMatrix"
	if prediction.Rank() != 2 {
		return nil, nil, 0, fmt.Errorf("metrics: ConfusionMatrix of predictions %v, expected (batch, classes)", prediction.Shape())
	}
	classes = prediction.Extent(1)
	switch {
	case classes == 1:
		if target, err = paired(name, target, prediction); err != nil {
			return nil, nil, 0, err
		}
		decided := prediction.Compare(graph.Greater, prediction.Like(0.5)).Convert(floats)
		return target.Convert(floats).Reshape(graph.Batch), decided.Reshape(graph.Batch), 2, nil
	case sparse(target, prediction):
		actual, err = numbered(name, target, prediction)
	default:
		if actual, err = paired(name, target, prediction); err == nil {
			actual = actual.ArgMax(1).Convert(floats)
		}
	}
	if err != nil {
		return nil, nil, 0, err
	}
	return actual, prediction.ArgMax(1).Convert(floats), classes, nil
}

// Result returns the accuracy, 0 to 1.
func (ConfusionMatrix) Result(sums Sums) float64 {
	var right, all float64
	for i, row := range Matrix(sums) {
		for j, count := range row {
			all += count
			if i == j {
				right += count
			}
		}
	}
	return quotient(right, all)
}

// Matrix returns the counts of a ConfusionMatrix: a row for each class, in it
// a column for each class predicted.
func Matrix(sums Sums) [][]float64 {
	counts := sums["matrix"]
	var matrix [][]float64
	for classes := 1; classes*classes <= len(counts); classes++ {
		if classes*classes < len(counts) {
			continue
		}
		for row := range classes {
			values := make([]float64, classes)
			for column := range values {
				values[column] = float64(counts[row*classes+column])
			}
			matrix = append(matrix, values)
		}
	}
	return matrix
}
