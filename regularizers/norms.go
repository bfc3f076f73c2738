package regularizers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// L1 is Factor·Σ|w| (keras.regularizers.L1), which drives weights to 0.
type L1 struct {
	// Factor is 0.01 when 0.
	Factor float64
}

// Object returns Keras' description.
func (l L1) Object() config.Object {
	return config.Object{Class: "L1", Config: config.Map{"l1": factor(l.Factor)}}
}

// Penalty returns Factor·Σ|w|.
func (l L1) Penalty(weight *graph.Node) *graph.Node { return absolutes(weight, factor(l.Factor)) }

// L2 is Factor·Σw² (keras.regularizers.L2), which keeps weights small.
type L2 struct {
	// Factor is 0.01 when 0.
	Factor float64
}

// Object returns Keras' description.
func (l L2) Object() config.Object {
	return config.Object{Class: "L2", Config: config.Map{"l2": factor(l.Factor)}}
}

// Penalty returns Factor·Σw².
func (l L2) Penalty(weight *graph.Node) *graph.Node { return squares(weight, factor(l.Factor)) }

// L1L2 is L1·Σ|w| + L2·Σw² (keras.regularizers.L1L2); a factor of 0 leaves its
// part out.
type L1L2 struct {
	L1, L2 float64
}

// Object returns Keras' description.
func (l L1L2) Object() config.Object {
	return config.Object{Class: "L1L2", Config: config.Map{"l1": l.L1, "l2": l.L2}}
}

// Penalty returns L1·Σ|w| + L2·Σw².
func (l L1L2) Penalty(weight *graph.Node) *graph.Node {
	switch {
	case l.L1 == 0:
		return squares(weight, l.L2)
	case l.L2 == 0:
		return absolutes(weight, l.L1)
	}
	return absolutes(weight, l.L1).Add(squares(weight, l.L2))
}

func absolutes(weight *graph.Node, factor float64) *graph.Node {
	return weight.Abs().ReduceSum(weight.AllAxes()...).Scale(factor)
}

func squares(weight *graph.Node, factor float64) *graph.Node {
	return weight.Square().ReduceSum(weight.AllAxes()...).Scale(factor)
}

func factor(given float64) float64 {
	if given == 0 {
		return 0.01
	}
	return given
}
