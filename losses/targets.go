package losses

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// paired returns the targets in the predictions' type and shape: labels
// (batch) become (batch, 1) if that is the predictions' shape.
func paired(target, prediction *graph.Node) (*graph.Node, error) {
	if prediction.Valid() && prediction.Rank() == 0 {
		return nil, fmt.Errorf("losses: predictions are a single number, expected (batch, units)")
	}
	if target.Valid() && target.Rank() == prediction.Rank()-1 && prediction.Extent(-1) == 1 {
		target = target.ExpandDims(target.Rank())
	}
	if !target.Shape().Equal(prediction.Shape()) {
		return nil, fmt.Errorf("losses: targets have the shape %v and predictions %v, expected the same: %s", target.Shape(), prediction.Shape(), mend(target, prediction))
	}
	return target.Convert(prediction.DType()), nil
}

// mend tells what would make targets and predictions fit.
func mend(target, prediction *graph.Node) string {
	classes, units := target.Extent(-1), prediction.Extent(-1)
	switch {
	case target.Rank() == prediction.Rank() && units == 1 && classes > 1:
		return fmt.Sprintf("for one-hot targets of %d classes give the last layer %d softmax units and train with CategoricalCrossentropy", classes, classes)
	case units > 1 && (target.Rank() == prediction.Rank()-1 || target.Rank() == prediction.Rank() && classes == 1):
		return fmt.Sprintf("for class numbers and %d units train with SparseCategoricalCrossentropy; for two classes give the last layer one sigmoid unit", units)
	case target.Rank() == prediction.Rank() && classes > 1:
		return fmt.Sprintf("there are %d classes but %d units: give the last layer %d units", classes, units, classes)
	}
	return "give the last layer as many units as there are targets"
}

// classified is paired for losses over classes.
func classified(loss string, target, prediction *graph.Node) (*graph.Node, error) {
	if prediction.Rank() > 0 && prediction.Extent(-1) == 1 && target.Extent(-1) <= 1 {
		return nil, fmt.Errorf("losses: %s of one unit is always 0: use BinaryCrossentropy for one sigmoid unit, or give the last layer a softmax unit for each class", loss)
	}
	return paired(target, prediction)
}

// oneHot turns class numbers, with or without a last dimension of 1, into
// one-hot targets. known tells which of the numbers, (batch), are classes.
func oneHot(target, prediction *graph.Node) (targets, known *graph.Node, err error) {
	if prediction.Rank() > 0 && target.Rank() == prediction.Rank() && target.Extent(-1) == 1 {
		target = target.Reshape(target.Shape()[:last(target)]...)
	}
	if prediction.Rank() == 0 || !target.Shape().Equal(prediction.Shape()[:last(prediction)]) {
		advice := "give one class number per sample"
		if target.Shape().Equal(prediction.Shape()) {
			advice = "train one-hot targets with CategoricalCrossentropy"
		}
		return nil, nil, fmt.Errorf("losses: SparseCategoricalCrossentropy of targets %v and predictions %v: %s", target.Shape(), prediction.Shape(), advice)
	}
	classes := prediction.Extent(-1)
	if classes == 1 {
		return nil, nil, fmt.Errorf("losses: SparseCategoricalCrossentropy of one unit is always 0: use BinaryCrossentropy for one sigmoid unit, or give the last layer a softmax unit for each class")
	}
	target = target.Convert(tensor.Int32)
	numbers := target.Graph().Iota(tensor.Int32, 0, classes)
	targets = target.ExpandDims(target.Rank()).Compare(graph.Equal, numbers).Convert(prediction.DType())
	known = targets.ReduceSum(last(targets)).Compare(graph.Greater, targets.Like(0))
	return targets, known, nil
}

// sigmoidLogits returns what a sigmoid was applied to, if prediction is one: the
// crossentropy of logits is exact where probabilities have run into 0 or 1.
func sigmoidLogits(prediction *graph.Node, fromLogits bool) (*graph.Node, bool) {
	if f, ok := prediction.Operation().(graph.Elementwise); ok && f.Function == graph.Sigmoid {
		return prediction.Operands()[0], true
	}
	return prediction, fromLogits
}

// softmaxLogits is sigmoidLogits for a softmax.
func softmaxLogits(prediction *graph.Node, fromLogits bool) (*graph.Node, bool) {
	if _, ok := prediction.Operation().(graph.Softmax); ok {
		return prediction.Operands()[0], true
	}
	return prediction, fromLogits
}
