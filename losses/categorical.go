package losses

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// CategoricalCrossentropy is Keras' CategoricalCrossentropy of distributions
// p and targets t over the classes, one-hot or not:
//
//	-Σ t·ln(p / Σp)
//
// If the predictions are made by a softmax, its logits are used, so that no
// precision is lost; else p is kept 1e-7 away from 0 and 1.
type CategoricalCrossentropy struct {
	// FromLogits says that predictions are logits.
	FromLogits bool
	// LabelSmoothing s makes targets t·(1-s) + s/classes.
	LabelSmoothing float64
}

// Object describes the loss as Keras does.
func (l CategoricalCrossentropy) Object() config.Object {
	return describe("CategoricalCrossentropy", "categorical_crossentropy", config.Map{
		"from_logits": l.FromLogits, "label_smoothing": l.LabelSmoothing, "axis": -1,
	})
}

// PerSample returns the crossentropy of each sample.
func (l CategoricalCrossentropy) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	target, err := classified("CategoricalCrossentropy", target, prediction)
	if err != nil {
		return nil, err
	}
	target = smoothCategorical(target, l.LabelSmoothing)
	if x, ok := softmaxLogits(prediction, l.FromLogits); ok {
		return x.SoftmaxCrossentropy(target), nil
	}
	return target.Mul(distribution(prediction).Log()).ReduceSum(last(target)).Neg(), nil
}

func smoothCategorical(target *graph.Node, smoothing float64) *graph.Node {
	if smoothing == 0 {
		return target
	}
	return target.Scale(1 - smoothing).Shift(smoothing / float64(target.Extent(-1)))
}

// distribution divides predictions by their sum and keeps them off 0 and 1.
func distribution(prediction *graph.Node) *graph.Node {
	axis := last(prediction)
	return prediction.Div(prediction.ReduceSum(axis).ExpandDims(axis)).Clip(epsilon, 1-epsilon)
}

// SparseCategoricalCrossentropy is Keras' SparseCategoricalCrossentropy:
// CategoricalCrossentropy of class numbers, whole numbers of any type with
// the shape (batch) or (batch, 1). A number that is no class makes its loss
// NaN.
type SparseCategoricalCrossentropy struct {
	// FromLogits says that predictions are logits.
	FromLogits bool
	// IgnoreClass is a number whose samples have the loss 0 and which Scalar
	// does not count; nil for none.
	IgnoreClass *int
}

// Object describes the loss as Keras does.
func (l SparseCategoricalCrossentropy) Object() config.Object {
	fields := config.Map{"from_logits": l.FromLogits, "ignore_class": nil}
	if l.IgnoreClass != nil {
		fields["ignore_class"] = *l.IgnoreClass
	}
	return describe("SparseCategoricalCrossentropy", "sparse_categorical_crossentropy", fields)
}

// PerSample returns the crossentropy of each sample.
func (l SparseCategoricalCrossentropy) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	targets, known, err := oneHot(target, prediction)
	if err != nil {
		return nil, err
	}
	x, ok := softmaxLogits(prediction, l.FromLogits)
	if !ok {
		x = prediction.Clip(epsilon, 1-epsilon).Log()
	}
	loss := x.SoftmaxCrossentropy(targets)
	loss = graph.Select(known, loss, loss.Like(math.NaN()))
	if l.IgnoreClass != nil {
		loss = graph.Select(l.counts(target, loss), loss, loss.Like(0))
	}
	return loss, nil
}

// counts tells, for each loss, whether its sample is not of the ignored class.
func (l SparseCategoricalCrossentropy) counts(target, perSample *graph.Node) *graph.Node {
	numbers := target.Reshape(perSample.Shape()...).Convert(tensor.Int32)
	return numbers.Compare(graph.NotEqual, numbers.Like(float64(*l.IgnoreClass)))
}

// without returns weights that leave samples of the ignored class out; where
// losses are divided by the number of all samples, they weigh the others up.
func (l SparseCategoricalCrossentropy) without(target, perSample, weights *graph.Node, by Reduction) *graph.Node {
	counted := l.counts(target, perSample).Convert(perSample.DType())
	if by == SumOverBatchSize {
		axes := perSample.AllAxes()
		counted = counted.Mul(divideNoNaN(perSample.CountAlong(axes...), counted.ReduceSum(axes...)))
	}
	return weighted(counted, weights)
}

// CategoricalFocalCrossentropy is Keras' CategoricalFocalCrossentropy (Lin
// and others, 2018), which gives easy samples less weight:
//
//	-Σ Alpha·(1-p)^Gamma·t·ln p
type CategoricalFocalCrossentropy struct {
	// Alpha is the weight of all classes, or of each; 0.25 when nil.
	Alpha []float64
	// Gamma is 2 when nil.
	Gamma *float64
	// FromLogits says that predictions are logits.
	FromLogits bool
	// LabelSmoothing s makes targets t·(1-s) + s/classes.
	LabelSmoothing float64
}

// Object describes the loss as Keras does.
func (l CategoricalFocalCrossentropy) Object() config.Object {
	fields := config.Map{
		"alpha": 0.25, "gamma": gammaOr(l.Gamma),
		"from_logits": l.FromLogits, "label_smoothing": l.LabelSmoothing, "axis": -1,
	}
	if len(l.Alpha) == 1 {
		fields["alpha"] = l.Alpha[0]
	} else if len(l.Alpha) > 1 {
		fields["alpha"] = l.Alpha
	}
	return describe("CategoricalFocalCrossentropy", "categorical_focal_crossentropy", fields)
}

// PerSample returns the focal crossentropy of each sample.
func (l CategoricalFocalCrossentropy) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	target, err := classified("CategoricalFocalCrossentropy", target, prediction)
	if err != nil {
		return nil, err
	}
	if l.FromLogits {
		prediction = prediction.Softmax()
	}
	alpha, err := l.alpha(prediction)
	if err != nil {
		return nil, err
	}
	p := distribution(prediction)
	loss := smoothCategorical(target, l.LabelSmoothing).Mul(p.Log()).Neg()
	factor := power(p.Like(1).Sub(p), gammaOr(l.Gamma)).Mul(alpha)
	return factor.Mul(loss).ReduceSum(last(loss)), nil
}

func (l CategoricalFocalCrossentropy) alpha(prediction *graph.Node) (*graph.Node, error) {
	switch classes := prediction.Extent(-1); len(l.Alpha) {
	case 0:
		return prediction.Like(0.25), nil
	case 1:
		return prediction.Like(l.Alpha[0]), nil
	case classes:
		weights := make([]*graph.Node, classes)
		for i, weight := range l.Alpha {
			weights[i] = prediction.Like(weight).Reshape(1)
		}
		return graph.Concatenate(0, weights...), nil
	default:
		return nil, fmt.Errorf("losses: CategoricalFocalCrossentropy has %d Alphas for %d classes, expected one for all or one for each", len(l.Alpha), classes)
	}
}
