package losses

import (
	"math"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// perElement returns the mean over the last dimension of a function of
// targets and predictions of one shape.
func perElement(target, prediction *graph.Node, loss func(t, p *graph.Node) *graph.Node) (*graph.Node, error) {
	target, err := paired(target, prediction)
	if err != nil {
		return nil, err
	}
	return meanOverLast(loss(target, prediction)), nil
}

// MeanSquaredError is Keras' MeanSquaredError, mean (t-p)².
type MeanSquaredError struct{}

// Object describes the loss as Keras does.
func (MeanSquaredError) Object() config.Object {
	return describe("MeanSquaredError", "mean_squared_error", nil)
}

// PerSample returns each sample's mean squared error.
func (MeanSquaredError) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	return perElement(target, prediction, func(t, p *graph.Node) *graph.Node { return t.Sub(p).Square() })
}

// MeanAbsoluteError is Keras' MeanAbsoluteError, mean |t-p|.
type MeanAbsoluteError struct{}

// Object describes the loss as Keras does.
func (MeanAbsoluteError) Object() config.Object {
	return describe("MeanAbsoluteError", "mean_absolute_error", nil)
}

// PerSample returns each sample's mean absolute error.
func (MeanAbsoluteError) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	return perElement(target, prediction, func(t, p *graph.Node) *graph.Node { return t.Sub(p).Abs() })
}

// MeanAbsolutePercentageError is Keras' MeanAbsolutePercentageError,
// 100 · mean |t-p| / max(|t|, 1e-7).
type MeanAbsolutePercentageError struct{}

// Object describes the loss as Keras does.
func (MeanAbsolutePercentageError) Object() config.Object {
	return describe("MeanAbsolutePercentageError", "mean_absolute_percentage_error", nil)
}

// PerSample returns each sample's mean error in percent.
func (MeanAbsolutePercentageError) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	return perElement(target, prediction, func(t, p *graph.Node) *graph.Node {
		return t.Sub(p).Div(t.Abs().Max(t.Like(epsilon))).Abs().Scale(100)
	})
}

// MeanSquaredLogarithmicError is Keras' MeanSquaredLogarithmicError,
// mean (ln(1+p) - ln(1+t))², with both at least 1e-7.
type MeanSquaredLogarithmicError struct{}

// Object describes the loss as Keras does.
func (MeanSquaredLogarithmicError) Object() config.Object {
	return describe("MeanSquaredLogarithmicError", "mean_squared_logarithmic_error", nil)
}

// PerSample returns each sample's mean squared logarithmic error.
func (MeanSquaredLogarithmicError) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	logarithm := func(x *graph.Node) *graph.Node { return x.Max(x.Like(epsilon)).Shift(1).Log() }
	return perElement(target, prediction, func(t, p *graph.Node) *graph.Node {
		return logarithm(p).Sub(logarithm(t)).Square()
	})
}

// Huber is Keras' Huber loss of errors e = p-t: e²/2 up to Delta and
// Delta·|e| - Delta²/2 beyond.
type Huber struct {
	// Delta is 1 when 0.
	Delta float64
}

func (l Huber) delta() float64 {
	if l.Delta == 0 {
		return 1
	}
	return l.Delta
}

// Object describes the loss as Keras does, and beyond that another Delta than
// 1, which Keras reads but does not write.
func (l Huber) Object() config.Object {
	fields := config.Map{}
	if l.delta() != 1 {
		fields["delta"] = l.Delta
	}
	return describe("Huber", "huber_loss", fields)
}

// PerSample returns each sample's mean Huber loss.
func (l Huber) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	delta := l.delta()
	return perElement(target, prediction, func(t, p *graph.Node) *graph.Node {
		e := p.Sub(t)
		size := e.Abs()
		near := size.Compare(graph.LessEqual, size.Like(delta))
		return graph.Select(near, e.Square().Scale(0.5), size.Scale(delta).Shift(-delta*delta/2))
	})
}

// LogCosh is Keras' LogCosh, mean ln cosh(p-t).
type LogCosh struct{}

// Object describes the loss as Keras does.
func (LogCosh) Object() config.Object { return describe("LogCosh", "log_cosh", nil) }

// PerSample returns each sample's mean ln cosh(e), computed as
// |e| + ln(1+exp(-2|e|)) - ln 2.
func (LogCosh) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	return perElement(target, prediction, func(t, p *graph.Node) *graph.Node {
		size := p.Sub(t).Abs()
		return size.Add(size.Scale(-2).Exp().Log1p()).Shift(-math.Ln2)
	})
}

// Poisson is Keras' Poisson loss, mean p - t·ln(p + 1e-7).
type Poisson struct{}

// Object describes the loss as Keras does.
func (Poisson) Object() config.Object { return describe("Poisson", "poisson", nil) }

// PerSample returns each sample's mean Poisson loss.
func (Poisson) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	return perElement(target, prediction, func(t, p *graph.Node) *graph.Node {
		return p.Sub(t.Mul(p.Shift(epsilon).Log()))
	})
}
