package backendtest

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// everyType is all element types; those that every engine takes come first.
var everyType = []tensor.DType{
	tensor.Float32, tensor.Int32, tensor.Uint8, tensor.Bool,
	tensor.Int8, tensor.Uint16, tensor.Int16, tensor.Uint32, tensor.Uint64, tensor.Int64, tensor.Float16, tensor.BFloat16, tensor.Float64,
}

func optional(dtype tensor.DType) bool {
	switch dtype {
	case tensor.Float32, tensor.Int32, tensor.Uint8, tensor.Bool:
		return false
	}
	return true
}

// rangeOf fills with whole numbers that the type holds.
func rangeOf(dtype tensor.DType) Fill {
	switch dtype {
	case tensor.Bool:
		return Whole(0, 1)
	case tensor.Uint8, tensor.Uint16, tensor.Uint32, tensor.Uint64:
		return Whole(0, 200)
	}
	return Whole(-100, 100)
}

func typeCases() []Case {
	var cases []Case
	for _, from := range everyType {
		for _, to := range everyType {
			fill := rangeOf(from)
			if rangeOf(to).low == 0 {
				fill.low = 0
			}
			fill.high = min(fill.high, 100)
			cases = append(cases, Case{
				Name:     fmt.Sprintf("convert/%v to %v", from, to),
				Optional: optional(from) || optional(to),
				Build: func(in *Inputs) []*graph.Node {
					x := in.Of(from, fill, batch, 19)
					return []*graph.Node{graph.Apply(graph.Conversion{To: to}, x)}
				},
			})
		}
		cases = append(cases, arithmeticCase(from), movingCase(from))
	}
	return append(cases, Case{Name: "convert/fractions", NoGradient: true, Build: func(in *Inputs) []*graph.Node {
		x := in.Float(These(0.5, -0.5, 1.5, -1.99, 2.999, -0, 1e-20, math.Inf(1), math.Inf(-1), math.NaN(), 3e9, -3e9, 100.7), batch, 13)
		return []*graph.Node{x.Convert(tensor.Int32), x.Convert(tensor.Bool), x.Max(x.Like(0)).Convert(tensor.Uint8)}
	}})
}

// arithmeticCase has the functions that numbers of every type have.
func arithmeticCase(dtype tensor.DType) Case {
	fill := Whole(1, 6)
	return Case{
		Name:     fmt.Sprintf("arithmetic/%v", dtype),
		Optional: optional(dtype) || dtype == tensor.Uint8,
		Build: func(in *Inputs) []*graph.Node {
			if dtype == tensor.Bool {
				x, y := in.Of(dtype, Whole(0, 1), batch, 5), in.Of(dtype, Whole(0, 1), 5)
				return []*graph.Node{x.Compare(graph.Equal, y), x.Compare(graph.NotEqual, y), x.Compare(graph.Less, y)}
			}
			x, y := in.Of(dtype, fill, batch, 5), in.Of(dtype, fill, 5)
			outputs := []*graph.Node{
				x.Add(y), x.Mul(y), x.Max(y), x.Min(y), x.Rem(y), x.ReLU(), x.Abs(), x.Sign(), x.Max(y).Sub(y),
				x.Compare(graph.Equal, y), x.Compare(graph.LessEqual, y), graph.Select(x.Compare(graph.Less, y), x, y),
				x.ReduceSum(1), x.ReduceMax(0), x.ReduceMin(1), x.ArgMax(1),
			}
			if rangeOf(dtype).low < 0 {
				outputs = append(outputs, x.Neg(), x.Sub(y.Add(y)), x.Neg().ReLU())
			}
			return outputs
		},
	}
}

// movingCase has the operations that move elements and do not look at them.
func movingCase(dtype tensor.DType) Case {
	fill := rangeOf(dtype)
	return Case{
		Name:     fmt.Sprintf("moving/%v", dtype),
		Optional: optional(dtype),
		Build: func(in *Inputs) []*graph.Node {
			x, y := in.Of(dtype, fill, batch, 3, 5), in.Of(dtype, fill, 3, 1)
			condition := in.Of(tensor.Bool, Whole(0, 1), batch, 3, 5)
			return []*graph.Node{
				x.Reshape(batch, 15), x.Transpose(2, 0, 1), x.Reverse(1), y.BroadcastTo(2, 3, 4), graph.Concatenate(2, x, x),
				x.SliceAxis(2, 1, 4), x.Pad([]int{0, 1, 0}, []int{0, 0, 2}, []int{0, 1, 0}, 1), graph.Select(condition, x, x.Reverse(2)),
			}
		},
	}
}
