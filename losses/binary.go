package losses

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// BinaryCrossentropy is Keras' BinaryCrossentropy of probabilities p and
// targets t in [0, 1], for one sigmoid unit or several independent ones:
//
//	mean -(t·ln p + (1-t)·ln(1-p))
//
// If the predictions are made by a sigmoid, its logits are used, so that no
// precision is lost; else p is kept 1e-7 away from 0 and 1.
type BinaryCrossentropy struct {
	// FromLogits says that predictions are logits.
	FromLogits bool
	// LabelSmoothing s makes targets t·(1-s) + s/2.
	LabelSmoothing float64
}

// Object describes the loss as Keras does.
func (l BinaryCrossentropy) Object() config.Object {
	return describe("BinaryCrossentropy", "binary_crossentropy", config.Map{
		"from_logits": l.FromLogits, "label_smoothing": l.LabelSmoothing, "axis": -1,
	})
}

// PerSample returns the mean crossentropy of each sample's units.
func (l BinaryCrossentropy) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	target, err := paired(target, prediction)
	if err != nil {
		return nil, err
	}
	return meanOverLast(binaryCrossentropy(smoothBinary(target, l.LabelSmoothing), prediction, l.FromLogits)), nil
}

func smoothBinary(target *graph.Node, smoothing float64) *graph.Node {
	if smoothing == 0 {
		return target
	}
	return target.Scale(1 - smoothing).Shift(smoothing / 2)
}

// binaryCrossentropy is elementwise.
func binaryCrossentropy(target, prediction *graph.Node, fromLogits bool) *graph.Node {
	if x, ok := sigmoidLogits(prediction, fromLogits); ok {
		return x.SigmoidCrossentropy(target)
	}
	p := prediction.Clip(epsilon, 1-epsilon)
	one := p.Like(1)
	return target.Mul(p.Log()).Add(one.Sub(target).Mul(one.Sub(p).Log())).Neg()
}

// BinaryFocalCrossentropy is Keras' BinaryFocalCrossentropy (Lin and others,
// 2018), which gives easy samples less weight: binary crossentropy times
//
//	(1-q)^Gamma,  q = t·p + (1-t)·(1-p)
type BinaryFocalCrossentropy struct {
	// ApplyClassBalancing multiplies class 1 by Alpha and class 0 by 1-Alpha.
	ApplyClassBalancing bool
	// Alpha is 0.25 when 0.
	Alpha float64
	// Gamma is 2 when nil; 0 makes it BinaryCrossentropy.
	Gamma *float64
	// FromLogits says that predictions are logits.
	FromLogits bool
	// LabelSmoothing s makes targets t·(1-s) + s/2.
	LabelSmoothing float64
}

// Object describes the loss as Keras does.
func (l BinaryFocalCrossentropy) Object() config.Object {
	return describe("BinaryFocalCrossentropy", "binary_focal_crossentropy", config.Map{
		"apply_class_balancing": l.ApplyClassBalancing, "alpha": l.alpha(), "gamma": gammaOr(l.Gamma),
		"from_logits": l.FromLogits, "label_smoothing": l.LabelSmoothing, "axis": -1,
	})
}

func (l BinaryFocalCrossentropy) alpha() float64 {
	if l.Alpha == 0 {
		return 0.25
	}
	return l.Alpha
}

// PerSample returns the mean focal crossentropy of each sample's units.
func (l BinaryFocalCrossentropy) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	target, err := paired(target, prediction)
	if err != nil {
		return nil, err
	}
	target = smoothBinary(target, l.LabelSmoothing)
	if l.FromLogits {
		prediction = prediction.Sigmoid()
	}
	one := prediction.Like(1)
	either := func(x, y *graph.Node) *graph.Node { return target.Mul(x).Add(one.Sub(target).Mul(y)) }
	loss := binaryCrossentropy(target, prediction, false)
	missing := one.Sub(either(prediction, one.Sub(prediction)))
	loss = power(missing, gammaOr(l.Gamma)).Mul(loss)
	if l.ApplyClassBalancing {
		loss = either(one.Like(l.alpha()), one.Like(1-l.alpha())).Mul(loss)
	}
	return meanOverLast(loss), nil
}

func gammaOr(gamma *float64) float64 {
	if gamma == nil {
		return 2
	}
	return *gamma
}

// power is x to a constant power, without the general function where a
// product does.
func power(x *graph.Node, exponent float64) *graph.Node {
	switch exponent {
	case 1:
		return x
	case 2:
		return x.Square()
	}
	return x.Pow(x.Like(exponent))
}
