package losses

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// KLDivergence is Keras' KLDivergence of distributions, Σ t·ln(t/p) with both
// kept in [1e-7, 1].
type KLDivergence struct{}

// Object describes the loss as Keras does.
func (KLDivergence) Object() config.Object { return describe("KLDivergence", "kl_divergence", nil) }

// PerSample returns each sample's divergence.
func (KLDivergence) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	t, err := paired(target, prediction)
	if err != nil {
		return nil, err
	}
	t, p := t.Clip(epsilon, 1), prediction.Clip(epsilon, 1)
	return t.Mul(t.Div(p).Log()).ReduceSum(last(t)), nil
}

// CosineSimilarity is Keras' CosineSimilarity, -Σ t·p of vectors scaled to
// length 1: -1 for the same direction.
type CosineSimilarity struct{}

// Object describes the loss as Keras does.
func (CosineSimilarity) Object() config.Object {
	return describe("CosineSimilarity", "cosine_similarity", nil)
}

// PerSample returns the negative cosine of the angle between each sample's
// vectors.
func (CosineSimilarity) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	t, err := paired(target, prediction)
	if err != nil {
		return nil, err
	}
	return unit(t).Mul(unit(prediction)).ReduceSum(last(t)).Neg(), nil
}

// unit scales vectors along the last dimension to length 1, and leaves those
// shorter than 1e-7 short, as Keras does.
func unit(x *graph.Node) *graph.Node {
	axis := last(x)
	squared := x.Square().ReduceSum(axis).ExpandDims(axis)
	return x.Mul(squared.Max(squared.Like(epsilon * epsilon)).Rsqrt())
}
