package optimizers

import (
	"fmt"
	"math"
	"strings"

	"github.com/lince-ml/lince/graph"
)

// Options are what all optimisers share; embed them as the field Options.
type Options struct {
	// WeightDecay takes this part of every weight off, times the learning
	// rate, before the step. nil is none, for AdamW 0.004.
	WeightDecay *float64
	// ExcludeFromWeightDecay spares the weights in whose own name (bias, not
	// dense/bias) one of these words occurs.
	ExcludeFromWeightDecay []string
	// ClipNorm limits the Euclidean norm of each weight's gradient,
	// GlobalClipNorm that of all together, ClipValue the size of each
	// element; 0 for no limit. At most one of them may be given.
	ClipNorm, GlobalClipNorm, ClipValue float64
	// EMA keeps an exponential moving average of the weights.
	EMA EMA
	// AccumulationSteps is the number of batches whose gradients are averaged
	// before the weights change; 0 and 1 change them every batch.
	AccumulationSteps int
}

// EMA configures the exponential moving average of weights,
//
//	average = momentum · average + (1 - momentum) · weight
//
// which begins as the weight after the first step.
type EMA struct {
	// Use turns it on.
	Use bool
	// Momentum is 0.99 when nil, and between 0 and 1.
	Momentum *float64
	// OverwriteEvery replaces the weights by their averages every so many
	// steps; 0 only at the end of training.
	OverwriteEvery int
}

// Settings returns the options; it makes every type that embeds them answer.
func (o Options) Settings() Options { return o }

// check returns an error that tells what no optimiser can do.
func (o Options) check() error {
	limits := 0
	for _, limit := range []float64{o.ClipNorm, o.GlobalClipNorm, o.ClipValue} {
		if !(limit >= 0) {
			return fmt.Errorf("optimizers: a limit of gradients is %v, expected a positive number, or 0 for none", limit)
		}
		if limit > 0 {
			limits++
		}
	}
	if limits > 1 {
		return fmt.Errorf("optimizers: ClipNorm %v, GlobalClipNorm %v and ClipValue %v given, expected one of them: leave the others 0", o.ClipNorm, o.GlobalClipNorm, o.ClipValue)
	}
	if o.AccumulationSteps < 0 {
		return fmt.Errorf("optimizers: AccumulationSteps is %d, expected the number of batches between two steps, or 0", o.AccumulationSteps)
	}
	if decay := o.WeightDecay; decay != nil && !(*decay >= 0 && *decay < math.Inf(1)) {
		return fmt.Errorf("optimizers: WeightDecay is %v, expected 0 or more", *decay)
	}
	if momentum := orDefault(o.EMA.Momentum, 0.99); !(momentum >= 0 && momentum <= 1) {
		return fmt.Errorf("optimizers: EMA.Momentum is %v, expected a number from 0 to 1", momentum)
	}
	if o.EMA.OverwriteEvery < 0 {
		return fmt.Errorf("optimizers: EMA.OverwriteEvery is %d, expected a number of steps, or 0 for the end of training", o.EMA.OverwriteEvery)
	}
	return nil
}

// decayed returns the weight with its decay taken off.
func (o Options) decayed(w Weight, rate *graph.Node) *graph.Node {
	if o.WeightDecay == nil || *o.WeightDecay == 0 || o.excludes(w.Name) {
		return w.Value
	}
	return w.Value.Sub(w.Value.Scale(*o.WeightDecay).Mul(rate))
}

func (o Options) excludes(path string) bool {
	name := path[strings.LastIndex(path, "/")+1:]
	for _, word := range o.ExcludeFromWeightDecay {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// clipped returns the gradients within the limits.
func (o Options) clipped(gradients []*graph.Node) []*graph.Node {
	limited := make([]*graph.Node, len(gradients))
	var scale *graph.Node
	if o.GlobalClipNorm > 0 {
		scale = globalScale(gradients, o.GlobalClipNorm)
	}
	for i, g := range gradients {
		switch {
		case o.ClipNorm > 0:
			norm := squares(g).Sqrt()
			limited[i] = g.Scale(o.ClipNorm).Div(norm.Max(norm.Like(o.ClipNorm)))
		case scale != nil:
			limited[i] = g.Mul(scale)
		case o.ClipValue > 0:
			limited[i] = g.Clip(-o.ClipValue, o.ClipValue)
		default:
			limited[i] = g
		}
	}
	return limited
}

// globalScale is limit · min(1/norm, 1/limit), and NaN where the norm of all
// gradients is not finite, so that a training gone wrong is noticed.
func globalScale(gradients []*graph.Node, limit float64) *graph.Node {
	sum := squares(gradients[0])
	for _, g := range gradients[1:] {
		sum = sum.Add(squares(g))
	}
	norm := sum.Sqrt()
	scale := norm.Like(1).Div(norm).Min(norm.Like(1 / limit)).Scale(limit)
	return scale.Add(norm.Sub(norm))
}

func squares(g *graph.Node) *graph.Node { return g.Square().ReduceSum(g.AllAxes()...) }

func orDefault(value *float64, missing float64) float64 {
	if value == nil {
		return missing
	}
	return *value
}
