package layers

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/regularizers"
	"github.com/lince-ml/lince/tensor"
)

// weigh makes a trained weight with its regularizer.
func weigh(c *Context, name string, shape tensor.Shape, init initializers.Initializer, r regularizers.Regularizer) *graph.Node {
	weight := c.Weight(name, shape, init)
	c.Regularize(name, weight, r)
	return weight
}

func initializerOr(i, missing initializers.Initializer) initializers.Initializer {
	if i == nil {
		return missing
	}
	return i
}

func kernelInitializer(i initializers.Initializer) initializers.Initializer {
	return initializerOr(i, initializers.GlorotUniform{})
}

func zerosOr(i initializers.Initializer) initializers.Initializer {
	return initializerOr(i, initializers.Zeros{})
}

// finish is what follows the linear part of a layer.
type finish struct {
	noBias      bool
	initializer initializers.Initializer
	regularizer regularizers.Regularizer
	activation  activations.Activation
	activity    regularizers.Regularizer
}

// apply adds the bias, applies the activation and prices the result, averaged
// over the samples.
func (f finish) apply(c *Context, y *graph.Node) *graph.Node {
	if !f.noBias {
		y = y.Add(weigh(c, "bias", tensor.Shape{y.Extent(-1)}, zerosOr(f.initializer), f.regularizer))
	}
	if f.activation != nil {
		y = f.activation.Apply(y)
	}
	if f.activity != nil && y.Valid() {
		c.AddLoss(f.activity.Penalty(y).Div(y.CountAlong(0)))
	}
	return y
}
