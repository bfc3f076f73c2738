package activations

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Rectified is ReLU in general (keras.layers.ReLU, keras.layers.LeakyReLU):
//
//	Max                      from Max on
//	x                        from Threshold to Max
//	Slope·(x - Threshold)    below Threshold
type Rectified struct {
	// Slope below the threshold; 0 is flat.
	Slope float64
	// Max limits the result; nil does not.
	Max *float64
	// Threshold is where the function begins to rise.
	Threshold float64
}

// Name is leaky_relu with a slope alone, else relu.
func (r Rectified) Name() string {
	if r.leaky() {
		return "leaky_relu"
	}
	return "relu"
}

func (r Rectified) leaky() bool { return r.Slope != 0 && r.Max == nil && r.Threshold == 0 }

// Object describes Keras' layer LeakyReLU or ReLU.
func (r Rectified) Object() config.Object {
	if r.leaky() {
		return config.Object{Class: "LeakyReLU", Config: config.Map{"negative_slope": r.Slope}}
	}
	var limit any
	if r.Max != nil {
		limit = *r.Max
	}
	return config.Object{Class: "ReLU", Config: config.Map{"negative_slope": r.Slope, "max_value": limit, "threshold": r.Threshold}}
}

// Apply returns the function of x.
func (r Rectified) Apply(x *graph.Node) *graph.Node {
	if r.leaky() {
		return graph.Select(x.Compare(graph.Greater, x.Like(0)), x, x.Scale(r.Slope))
	}
	y := x.ReLU()
	switch {
	case r.Threshold != 0:
		y = graph.Select(x.Compare(graph.LessEqual, x.Like(r.Threshold)), x.Like(0), x)
	case r.Max != nil && *r.Max == 6:
		y = relu6(x)
	}
	if r.Max != nil {
		y = y.Clip(0, *r.Max)
	}
	if r.Slope != 0 {
		y = y.Sub(x.Neg().Shift(r.Threshold).ReLU().Scale(r.Slope))
	}
	return y
}

// ExponentialLinear is x, Alpha·(eˣ-1) below 0 (keras.layers.ELU; Clevert et
// al., 2016).
type ExponentialLinear struct {
	// Alpha is 1 when nil.
	Alpha *float64
}

// Name is elu.
func (ExponentialLinear) Name() string { return "elu" }

func (e ExponentialLinear) alpha() float64 {
	if e.Alpha == nil {
		return 1
	}
	return *e.Alpha
}

// Object describes Keras' layer ELU.
func (e ExponentialLinear) Object() config.Object {
	return config.Object{Class: "ELU", Config: config.Map{"alpha": e.alpha()}}
}

// Apply returns the function of x.
func (e ExponentialLinear) Apply(x *graph.Node) *graph.Node { return exponentialBelow(x, e.alpha()) }
