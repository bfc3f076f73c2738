package optimizers

import (
	"github.com/lince-ml/lince/graph"
)

// Options are what all optimisers share; embed them as the field Options.
type Options struct {
	// WeightDecay is subtracted from every weight, times the learning rate
	// and the weight; 0 for none.
	WeightDecay float64
	// ClipNorm limits the norm of each weight's gradient, GlobalClipNorm that
	// of all together, ClipValue each element; 0 for no limit.
	ClipNorm, GlobalClipNorm, ClipValue float64
	// EMA keeps an exponential moving average of the weights.
	EMA EMA
	// AccumulationSteps is the number of batches whose gradients are averaged
	// before the weights change; 0 and 1 change them every batch.
	AccumulationSteps int
}

// EMA configures the exponential moving average of weights.
type EMA struct {
	// Use turns it on.
	Use bool
	// Momentum is 0.99 when nil.
	Momentum *float64
	// OverwriteEvery replaces the weights by their averages every so many
	// steps; 0 only at the end of training.
	OverwriteEvery int
}

// Settings returns the options; it makes every type that embeds them answer.
func (o Options) Settings() Options { return o }

// Weight is a trainable variable and its gradient in a program being built.
type Weight struct {
	// Name is the variable's path, by which its slots are found again.
	Name            string
	Variable        *graph.Variable
	Value, Gradient *graph.Node
}
