package backendtest

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

type functionCase struct {
	function    graph.Function
	left, right Fill
	tolerance   Tolerance
}

// functionCases has the data on which each function is compared, with the
// error that a good implementation in float32 stays within.
func functionCases() []functionCase {
	exact := Tolerance{}
	return []functionCase{
		{graph.Negative, small, Fill{}, exact},
		{graph.Absolute, small, Fill{}, exact},
		{graph.Sign, small, Fill{}, exact},
		{graph.Exponential, Real(-80, 80), Fill{}, Tolerance{Ulps: 8}},
		{graph.Expm1, Real(-3, 3), Fill{}, Tolerance{Ulps: 8}},
		{graph.Logarithm, Real(0.01, 50), Fill{}, Tolerance{Ulps: 4, Scale: 1}},
		{graph.Log1p, Real(-0.9, 20), Fill{}, Tolerance{Ulps: 8}},
		{graph.SquareRoot, Real(0.1, 100), Fill{}, Tolerance{Ulps: 1}},
		{graph.ReciprocalSquareRoot, Real(0.1, 100), Fill{}, Tolerance{Ulps: 4}},
		{graph.Sigmoid, Real(-20, 20), Fill{}, Tolerance{Ulps: 8}},
		{graph.Tanh, Real(-6, 6), Fill{}, Tolerance{Ulps: 8}},
		{graph.Sine, Real(-10, 10), Fill{}, Tolerance{Ulps: 4, Scale: 1}},
		{graph.Cosine, Real(-10, 10), Fill{}, Tolerance{Ulps: 4, Scale: 1}},
		{graph.Erf, Real(-3, 3), Fill{}, Tolerance{Ulps: 8}},
		{graph.Floor, Real(-5, 5), Fill{}, exact},
		{graph.Ceiling, Real(-5, 5), Fill{}, exact},
		{graph.Round, Real(-5, 5), Fill{}, exact},
		{graph.ReLU, small, Fill{}, exact},
		{graph.IsFinite, small, Fill{}, exact},

		{graph.Add, small, small, exact},
		{graph.Subtract, small, small, exact},
		{graph.Multiply, small, small, exact},
		{graph.Divide, Real(-3, 3), Real(0.5, 4), Tolerance{Ulps: 1}},
		{graph.Power, Real(0.2, 4), Real(-3, 3), Tolerance{Ulps: 16}},
		{graph.Maximum, small, small, exact},
		{graph.Minimum, small, small, exact},
		{graph.Remainder, Whole(-20, 20), Whole(1, 5), exact},
	}
}

func elementwiseCases() []Case {
	var cases []Case
	for _, f := range functionCases() {
		apply := graph.Elementwise{Function: f.function}
		build := over(f.left, func(x *graph.Node) *graph.Node { return graph.Apply(apply, x) })
		if f.function.Binary() {
			build = overPairs(f.left, f.right, func(x, y *graph.Node) *graph.Node { return graph.Apply(apply, x, y) })
		}
		cases = append(cases, Case{Name: apply.Name() + "/shapes", Build: build, Tolerance: f.tolerance})
	}
	cases = append(cases, logicCases()...)
	cases = append(cases, specialCases()...)
	return append(cases, broadcastingCases()...)
}

func logicCases() []Case {
	truths := Whole(0, 1)
	return []Case{{Name: "booleans/all", NoGradient: true, Build: func(in *Inputs) []*graph.Node {
		var outputs []*graph.Node
		for _, shape := range shapes {
			x, y := in.Of(tensor.Bool, truths, shape...), in.Of(tensor.Bool, truths, shape...)
			outputs = append(outputs, x.Not(), x.And(y), x.Or(y), x.Compare(graph.Equal, y))
		}
		return outputs
	}}}
}

// specialCases has the numbers at which functions have no ordinary value.
func specialCases() []Case {
	inf, nan := math.Inf(1), math.NaN()
	special := These(inf, -inf, nan, 0, math.Copysign(0, -1), 1, -1, 200, -200, 3e38, 2.5, -2.5, 0.5, 1.5)
	cases := []Case{{Name: "special/unary", NoGradient: true, Tolerance: Tolerance{Ulps: 8, Scale: 1}, Build: func(in *Inputs) []*graph.Node {
		x := in.Float(special, batch, 14)
		return []*graph.Node{
			x.Neg(), x.Abs(), x.Sign(), x.Exp(), x.Expm1(), x.Log(), x.Log1p(), x.Sqrt(), x.Rsqrt(), x.Sigmoid(), x.Tanh(),
			x.Erf(), x.Floor(), x.Ceil(), x.Round(), x.ReLU(), x.IsFinite(), x.Clip(-2, 2),
		}
	}}, {Name: "special/binary", NoGradient: true, Build: func(in *Inputs) []*graph.Node {
		x, y := in.Float(special, 14), in.Float(These(inf, 0, nan, -inf, 3), 5)
		x, y = x.Reshape(14, 1), y.Reshape(1, 5)
		return []*graph.Node{x.Add(y), x.Sub(y), x.Mul(y), x.Max(y), x.Min(y), graph.Select(x.Compare(graph.Less, y), x, y)}
	}}, {Name: "special/power", NoGradient: true, Tolerance: Tolerance{Ulps: 16}, Build: func(in *Inputs) []*graph.Node {
		x, y := in.Float(These(0, 1, -1, 2, -2, 0.5), 6, 1), in.Float(These(0, 1, 2, -1, 3, 0.5), 1, 6)
		return []*graph.Node{x.Pow(y)}
	}}, {Name: "special/quotients", NoGradient: true, Tolerance: Tolerance{Ulps: 1}, Build: func(in *Inputs) []*graph.Node {
		x, y := in.Float(These(0, 1, -1, inf, nan, 7), 6, 1), in.Float(These(0, 1, -2, inf, nan), 1, 5)
		return []*graph.Node{x.Div(y), x.Rem(y.Abs())}
	}}}
	for d := graph.Equal; d <= graph.GreaterEqual; d++ {
		cases = append(cases, Case{Name: "compare/" + d.String(), Build: overPairs(small, small, func(x, y *graph.Node) *graph.Node {
			return x.Compare(d, y)
		})}, Case{Name: fmt.Sprintf("compare/special %v", d), NoGradient: true, Build: func(in *Inputs) []*graph.Node {
			return []*graph.Node{in.Float(special, 14, 1).Compare(d, in.Float(special, 1, 14))}
		}})
	}
	return cases
}

// broadcastingCases has operands of different shapes, as NumPy joins them.
func broadcastingCases() []Case {
	pairs := [][2][]int{
		{{batch, 7}, {}}, {{}, {batch, 7}}, {{batch, 7}, {7}}, {{batch, 4, 5, 3}, {3}}, {{batch, 4, 5, 3}, {1, 1, 1, 3}},
		{{batch, 4, 5, 3}, {batch, 1, 1, 3}}, {{batch, 4, 5, 3}, {4, 1, 1}}, {{batch, 1}, {1, 9}}, {{batch, 1, 5}, {3, 1}},
		{{1}, {batch, 1}}, {{batch, 2, 0}, {2, 1}}, {{2, 1, 3, 1}, {1, 4, 1, 2}}, {{batch, 33}, {batch, 1}},
	}
	var cases []Case
	for _, pair := range pairs {
		cases = append(cases, Case{Name: fmt.Sprintf("broadcast/%v with %v", tensor.Shape(pair[0]), tensor.Shape(pair[1])),
			Build: func(in *Inputs) []*graph.Node {
				x, y := in.Float(small, pair[0]...), in.Float(small, pair[1]...)
				return []*graph.Node{x.Add(y), y.Sub(x), x.Mul(y), x.Max(y), graph.Select(x.Compare(graph.Greater, y), x, y)}
			}})
	}
	return append(cases, Case{Name: "select/three shapes", Build: func(in *Inputs) []*graph.Node {
		condition := in.Of(tensor.Bool, Whole(0, 1), batch, 1)
		return []*graph.Node{
			graph.Select(condition, in.Float(small, 6), in.Float(small)),
			graph.Select(in.Of(tensor.Bool, Whole(0, 1)), in.Float(small, batch, 3), in.Float(small, batch, 1)),
		}
	}})
}
