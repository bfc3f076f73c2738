package cpu

import (
	"math"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/graph"
)

// scalar returns a function of float64 numbers, which all types but float32
// are computed in; y is x for functions of one operand.
func scalarFunction(f graph.Function) func(x, y float64) float64 {
	if one := unaryFunction(f); one != nil {
		return func(x, _ float64) float64 { return one(x) }
	}
	switch f {
	case graph.Add:
		return func(x, y float64) float64 { return x + y }
	case graph.Subtract:
		return func(x, y float64) float64 { return x - y }
	case graph.Multiply, graph.And:
		return func(x, y float64) float64 { return x * y }
	case graph.Divide:
		return func(x, y float64) float64 { return x / y }
	case graph.Power:
		return math.Pow
	case graph.Maximum, graph.Or:
		return func(x, y float64) float64 { return max(x, y) }
	case graph.Minimum:
		return func(x, y float64) float64 { return min(x, y) }
	case graph.Remainder:
		return math.Mod
	}
	return nil
}

func unaryFunction(f graph.Function) func(x float64) float64 {
	switch f {
	case graph.Negative:
		return func(x float64) float64 { return -x }
	case graph.Absolute:
		return math.Abs
	case graph.Sign:
		return sign
	case graph.Exponential:
		return math.Exp
	case graph.Expm1:
		return math.Expm1
	case graph.Logarithm:
		return math.Log
	case graph.Log1p:
		return math.Log1p
	case graph.SquareRoot:
		return math.Sqrt
	case graph.ReciprocalSquareRoot:
		return func(x float64) float64 { return 1 / math.Sqrt(x) }
	case graph.Sigmoid:
		return func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	case graph.Tanh:
		return math.Tanh
	case graph.Sine:
		return math.Sin
	case graph.Cosine:
		return math.Cos
	case graph.Erf:
		return math.Erf
	case graph.Floor:
		return math.Floor
	case graph.Ceiling:
		return math.Ceil
	case graph.Round:
		return math.RoundToEven
	case graph.ReLU:
		return func(x float64) float64 { return max(x, 0) }
	case graph.Not:
		return func(x float64) float64 { return 1 - x }
	case graph.IsFinite:
		return func(x float64) float64 { return truth(!math.IsInf(x, 0) && !math.IsNaN(x)) }
	}
	return nil
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// A vector is what an instruction does to one tile of each operand.
type vector func(dst, x, y, z []float32)

// vectorFunction returns a function in float32 vectors: a kernel where there
// is one, otherwise a loop over the float64 function.
func vectorFunction(set *kernel.Set, f graph.Function) vector {
	if two := binaryKernel(set, f); two != nil {
		return func(dst, x, y, _ []float32) { two(dst, x, y) }
	}
	if one := unaryKernel(set, f); one != nil {
		return func(dst, x, _, _ []float32) { one(dst, x) }
	}
	if one := unaryFunction(f); one != nil {
		return func(dst, x, _, _ []float32) {
			x = x[:len(dst)]
			for i := range dst {
				dst[i] = float32(one(float64(x[i])))
			}
		}
	}
	two := scalarFunction(f)
	return func(dst, x, y, _ []float32) {
		x, y = x[:len(dst)], y[:len(dst)]
		for i := range dst {
			dst[i] = float32(two(float64(x[i]), float64(y[i])))
		}
	}
}

func binaryKernel(set *kernel.Set, f graph.Function) func(dst, x, y []float32) {
	switch f {
	case graph.Add:
		return set.Add
	case graph.Subtract:
		return set.Sub
	case graph.Multiply, graph.And:
		return set.Mul
	case graph.Divide:
		return set.Div
	case graph.Maximum, graph.Or:
		return set.Max
	case graph.Minimum:
		return set.Min
	}
	return nil
}

func unaryKernel(set *kernel.Set, f graph.Function) func(dst, x []float32) {
	switch f {
	case graph.Negative:
		return func(dst, x []float32) { set.ScaleShift(dst, x, -1, 0) }
	case graph.Not:
		return func(dst, x []float32) { set.ScaleShift(dst, x, -1, 1) }
	case graph.Exponential:
		return set.Exp
	case graph.SquareRoot:
		return set.Sqrt
	case graph.Sigmoid:
		return set.Sigmoid
	case graph.Tanh:
		return set.Tanh
	case graph.Erf:
		return set.Erf
	case graph.ReLU:
		return set.ReLU
	case graph.Absolute:
		return func(dst, x []float32) {
			for i, v := range x[:len(dst)] {
				dst[i] = math.Float32frombits(math.Float32bits(v) &^ (1 << 31))
			}
		}
	case graph.ReciprocalSquareRoot:
		return func(dst, x []float32) {
			for i, v := range x[:len(dst)] {
				dst[i] = 1 / float32(math.Sqrt(float64(v)))
			}
		}
	}
	return nil
}

// comparison returns a relation as a vector of ones and zeros.
func comparison(set *kernel.Set, d graph.Direction) vector {
	switch d {
	case graph.Equal:
		return func(dst, x, y, _ []float32) { set.Equal(dst, x, y) }
	case graph.NotEqual:
		return func(dst, x, y, _ []float32) { set.NotEqual(dst, x, y) }
	case graph.Less:
		return func(dst, x, y, _ []float32) { set.Less(dst, x, y) }
	case graph.LessEqual:
		return func(dst, x, y, _ []float32) { set.LessEqual(dst, x, y) }
	case graph.Greater:
		return func(dst, x, y, _ []float32) { set.Less(dst, y, x) }
	}
	return func(dst, x, y, _ []float32) { set.LessEqual(dst, y, x) }
}

func isNot0(dst, x, _, _ []float32) {
	for i, v := range x[:len(dst)] {
		if v != 0 {
			v = 1
		}
		dst[i] = v
	}
}
