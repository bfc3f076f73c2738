package explain

import (
	"fmt"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// predicted stands for the class that the model finds likeliest, where the
// number of a class is expected.
const predicted = -1

// score returns the sum over the samples of the scores of their classes, which
// a further input of the trace numbers, predicted among the numbers. Samples do
// not meet, so its gradients are those of each sample's own score.
func score(t *lince.Trace, probabilities bool) (*graph.Node, error) {
	output := t.Outputs[0]
	if err := classifies(output.Shape()); err != nil {
		return nil, err
	}
	scores := output
	if !probabilities {
		scores = logits(output)
	}
	class := t.Parameter("class", tensor.Float32, graph.Batch)
	chosen := func(likeliest *graph.Node) *graph.Node {
		given := class.Compare(graph.GreaterEqual, class.Like(0))
		return graph.Select(given, class, likeliest.Convert(tensor.Float32)).ExpandDims(1)
	}
	classes := output.Extent(1)
	if classes == 1 {
		one := chosen(output.Compare(graph.Greater, output.Like(0.5)).Reshape(graph.Batch))
		return scores.Mul(one.Scale(2).Shift(-1)).ReduceSum(0, 1), nil
	}
	numbers := output.Graph().Iota(tensor.Float32, 1, 1, classes)
	chosenOnly := chosen(output.ArgMax(1)).Compare(graph.Equal, numbers).Convert(tensor.Float32)
	return scores.Mul(chosenOnly).ReduceSum(0, 1), nil
}

// classifies tells why outputs of a shape are none of classes.
func classifies(shape tensor.Shape) error {
	if len(shape) != 2 || shape[1] < 1 {
		return fmt.Errorf("the model's output %v is no classification, expected (batch, classes)", shape)
	}
	return nil
}

// logits returns what the last softmax or sigmoid is applied to, or else the
// output itself.
func logits(output *graph.Node) *graph.Node {
	switch operation := output.Operation().(type) {
	case graph.Softmax:
		return output.Operands()[0]
	case graph.Elementwise:
		if operation.Function == graph.Sigmoid {
			return output.Operands()[0]
		}
	}
	return output
}

// probabilityOf returns the probability of a class, and which it is if it is to
// be the likeliest. A single output is the probability of class 1.
func probabilityOf(row []float32, class int) (int, float64) {
	probability := func(class int) float64 {
		switch {
		case len(row) > 1:
			return float64(row[class])
		case class == 0:
			return 1 - float64(row[0])
		}
		return float64(row[0])
	}
	if class == predicted {
		class = 0
		for other := 1; other < max(len(row), 2); other++ {
			if probability(other) > probability(class) {
				class = other
			}
		}
	}
	return class, probability(class)
}
