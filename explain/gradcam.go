package explain

import (
	"context"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// GradCAM weighs the channels of an inner layer by their gradients (Selvaraju et
// al., 2017). With A the layer's result, y the score of the class and g = ∂y/∂A,
// the map is
//
//	ReLU(Σ_k w_k·A_k),  w_k = the mean of g_k over all places
//
// It is as fine as the layer: 7×7 for most networks at their own size.
type GradCAM struct {
	// Layer is the layer's name, for one of a model within the path of both,
	// mobilenetv2_0.35_224/Conv_1, or its name alone if only one has that; the
	// last layer with height and width when empty.
	Layer string
	// PlusPlus weighs by Grad-CAM++ (Chattopadhay et al., 2018), which finds
	// several objects of a class better:
	//
	//	w_k = Σ ReLU(g_k) / (2 + g_k·ΣA_k)
	//
	// the sums running over all places. It is the paper's formula for the
	// score exp(y), but for the factor exp(y), which maps do not show.
	PlusPlus bool
	// Probability differentiates the class's probability in place of its score
	// before the last softmax or sigmoid.
	Probability bool
}

func (g GradCAM) open(ctx context.Context, m *lince.Model, sample tensor.Shape) (*lens, error) {
	l := &lens{}
	probe, err := m.Probe(ctx, func(t *lince.Trace) ([]*graph.Node, error) {
		layer, err := spatial(t, g.Layer)
		if err != nil {
			return nil, err
		}
		l.layer = layer.Path
		y, err := score(t, g.Probability)
		if err != nil {
			return nil, err
		}
		gradients, err := graph.Gradient(y, layer.Node)
		if err != nil {
			return nil, err
		}
		weights := g.weights(layer.Node, gradients[0]).ExpandDims(1, 1)
		return []*graph.Node{layer.Node.Mul(weights).ReduceSum(3).ReLU(), t.Outputs[0]}, nil
	}, sample)
	if err != nil {
		return nil, err
	}
	l.close = probe.Close
	l.look = func(ctx context.Context, batch *tensor.Tensor, classes []int) (maps, outputs *tensor.Tensor, err error) {
		results, err := probe.Run(ctx, batch, numbers(classes))
		if err != nil {
			return nil, nil, err
		}
		return results[0], results[1], nil
	}
	return l, nil
}

// weights returns the channels' weights, (batch, channels).
func (g GradCAM) weights(layer, gradient *graph.Node) *graph.Node {
	if !g.PlusPlus {
		return gradient.ReduceMean(1, 2)
	}
	mass := layer.ReduceSum(1, 2).ExpandDims(1, 1)
	below := gradient.Mul(mass).Shift(2)
	below = graph.Select(below.Compare(graph.Equal, below.Like(0)), below.Like(1), below)
	return gradient.ReLU().Div(below).ReduceSum(1, 2)
}

// numbers returns the numbers of classes as the programs take them.
func numbers(classes []int) *tensor.Tensor {
	values := make([]float32, len(classes))
	for i, class := range classes {
		values[i] = float32(class)
	}
	t, _ := tensor.Of(values, len(values)) // their number always fits
	return t
}
