package losses

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Hinge is Keras' Hinge loss of targets -1 and 1, mean max(1 - t·p, 0).
// Targets that are all 0 or 1 in a batch are taken as -1 and 1.
type Hinge struct{}

// Object describes the loss as Keras does.
func (Hinge) Object() config.Object { return describe("Hinge", "hinge", nil) }

// PerSample returns each sample's mean hinge loss.
func (Hinge) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	return perElement(target, prediction, hinge)
}

func hinge(t, p *graph.Node) *graph.Node { return positive(p.Like(1).Sub(signed(t).Mul(p))) }

// positive is max(x, 0) with the gradient 1 at 0, which ReLU has not.
func positive(x *graph.Node) *graph.Node { return x.Max(x.Like(0)) }

// signed makes targets -1 and 1 if all of them are 0 or 1.
func signed(target *graph.Node) *graph.Node {
	is := func(number float64) *graph.Node { return target.Compare(graph.Equal, target.Like(number)) }
	binary := is(0).Or(is(1)).Convert(target.DType()).ReduceMin(target.AllAxes()...)
	return graph.Select(binary.Compare(graph.Equal, binary.Like(1)), target.Scale(2).Shift(-1), target)
}

// SquaredHinge is Keras' SquaredHinge, mean max(1 - t·p, 0)²; see [Hinge].
type SquaredHinge struct{}

// Object describes the loss as Keras does.
func (SquaredHinge) Object() config.Object { return describe("SquaredHinge", "squared_hinge", nil) }

// PerSample returns each sample's mean squared hinge loss.
func (SquaredHinge) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	return perElement(target, prediction, func(t, p *graph.Node) *graph.Node { return hinge(t, p).Square() })
}

// CategoricalHinge is Keras' CategoricalHinge of one-hot targets,
// max(max((1-t)·p) - Σ t·p + 1, 0).
type CategoricalHinge struct{}

// Object describes the loss as Keras does.
func (CategoricalHinge) Object() config.Object {
	return describe("CategoricalHinge", "categorical_hinge", nil)
}

// PerSample returns each sample's hinge loss.
func (CategoricalHinge) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	t, err := classified("CategoricalHinge", target, prediction)
	if err != nil {
		return nil, err
	}
	right := t.Mul(prediction).ReduceSum(last(t))
	wrong := t.Like(1).Sub(t).Mul(prediction).ReduceMax(last(t))
	return positive(wrong.Sub(right).Shift(1)), nil
}
