package backendtest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// testRandomPrograms runs many small programs of operations that are exact on
// small whole numbers, in all combinations chance finds: where fusion errs.
func testRandomPrograms(t *testing.T, b backend.Backend) {
	for seed := range uint64(150) {
		t.Run(fmt.Sprint("exact", seed), func(t *testing.T) {
			instance, err := randomCaseOf(seed, slices.Concat(exactSteps, jumpingSteps)).Instantiate(tensor.Float32)
			if err != nil {
				t.Fatal(err)
			}
			check(t, b, instance, Tolerance{})
		})
	}
	for seed := range uint64(50) {
		t.Run(fmt.Sprint("smooth", seed), func(t *testing.T) {
			instance, err := randomCaseOf(seed, slices.Concat(exactSteps, smoothSteps)).Instantiate(tensor.Float32)
			if err != nil {
				t.Fatal(err)
			}
			check(t, b, instance, Tolerance{Noise: true})
		})
	}
}

// step makes a value of one or two others.
type step func(s *random.Stream, x, y *graph.Node) *graph.Node

var exactSteps = []step{
	func(_ *random.Stream, x, y *graph.Node) *graph.Node { return x.Add(y) },
	func(_ *random.Stream, x, y *graph.Node) *graph.Node { return x.Sub(y) },
	func(_ *random.Stream, x, y *graph.Node) *graph.Node { return x.Mul(y) },
	func(_ *random.Stream, x, y *graph.Node) *graph.Node { return x.Max(y) },
	func(_ *random.Stream, x, y *graph.Node) *graph.Node { return x.Min(y).Neg() },
	func(_ *random.Stream, x, _ *graph.Node) *graph.Node { return x.ReLU() },
	func(_ *random.Stream, x, _ *graph.Node) *graph.Node { return x.Abs().Shift(-2) },
	func(_ *random.Stream, x, _ *graph.Node) *graph.Node { return x.Square() },
	func(s *random.Stream, x, _ *graph.Node) *graph.Node { return x.Scale(float64(s.Intn(5) - 2)) },
	func(s *random.Stream, x, _ *graph.Node) *graph.Node { return collapse(x, s.Intn(3), x.ReduceSum) },
	func(s *random.Stream, x, _ *graph.Node) *graph.Node { return collapse(x, s.Intn(3), x.ReduceMax) },
	func(s *random.Stream, x, _ *graph.Node) *graph.Node { return collapse(x, s.Intn(3), x.ReduceMin) },
	func(s *random.Stream, x, _ *graph.Node) *graph.Node { return x.Reverse(1 + s.Intn(2)) },
	func(_ *random.Stream, x, _ *graph.Node) *graph.Node { return x.Reshape(batch, 15).Reshape(batch, 3, 5) },
	func(_ *random.Stream, x, _ *graph.Node) *graph.Node {
		return x.Transpose(0, 2, 1).Reshape(batch, 3, 5)
	},
	func(s *random.Stream, x, y *graph.Node) *graph.Node {
		cut := 1 + s.Intn(4)
		return graph.Concatenate(2, x.SliceAxis(2, 0, cut), y.SliceAxis(2, cut, 5))
	},
	func(s *random.Stream, x, _ *graph.Node) *graph.Node {
		by := s.Intn(3)
		return x.Pad([]int{0, 0, by}, []int{0, 0, -by}, nil, float64(s.Intn(3)))
	},
}

// jumpingSteps are exact too, but no good beside rounded values.
var jumpingSteps = []step{
	func(s *random.Stream, x, y *graph.Node) *graph.Node {
		return graph.Select(x.Compare(graph.Direction(s.Intn(6)), y), y, x)
	},
	func(_ *random.Stream, x, _ *graph.Node) *graph.Node {
		return x.Compare(graph.Greater, x.Like(0)).Convert(x.DType())
	},
}

var smoothSteps = []step{
	func(_ *random.Stream, x, _ *graph.Node) *graph.Node { return x.Tanh() },
	func(_ *random.Stream, x, _ *graph.Node) *graph.Node { return x.Sigmoid() },
	func(_ *random.Stream, x, _ *graph.Node) *graph.Node { return x.Abs().Neg().Exp() },
	func(_ *random.Stream, x, y *graph.Node) *graph.Node { return x.Div(y.Square().Shift(1)) },
	func(_ *random.Stream, x, _ *graph.Node) *graph.Node { return x.Square().Shift(1).Rsqrt() },
	func(_ *random.Stream, x, _ *graph.Node) *graph.Node { return x.Softmax() },
	func(_ *random.Stream, x, _ *graph.Node) *graph.Node { return collapse(x, 2, x.ReduceMean) },
	func(s *random.Stream, x, _ *graph.Node) *graph.Node { return x.Scale(s.Float64()) },
}

// collapse reduces along an axis and stretches the rest back.
func collapse(x *graph.Node, axis int, reduce func(axes ...int) *graph.Node) *graph.Node {
	shape := x.Shape().Clone()
	shape[axis] = 1
	return reduce(axis).Reshape(shape...).BroadcastTo(x.Shape()...)
}

// randomCaseOf returns a program of steps over values (batch, 3, 5), which it
// limits now and then, and whenever whole numbers may grow beyond what sums of
// them are exact for.
func randomCaseOf(seed uint64, steps []step) Case {
	return Case{Name: fmt.Sprint("random program ", seed), Build: func(in *Inputs) []*graph.Node {
		s := random.NewStream(seed, 1)
		values := []*graph.Node{
			in.Float(small, batch, 3, 5),
			in.Float(small, 5).BroadcastTo(batch, 3, 5),
			in.Float(small, batch, 3, 1).BroadcastTo(batch, 3, 5),
			in.Float(small, batch, 1, 5).BroadcastTo(batch, 3, 5),
		}
		bounds := []int{3, 3, 3, 3}
		for range 4 + s.Intn(16) {
			i, j := s.Intn(len(values)), s.Intn(len(values))
			made := steps[s.Intn(len(steps))](s, values[i], values[j])
			bound := max(bounds[i], bounds[j], capacity+2)
			bound *= bound
			if bound > 1<<16 || s.Intn(3) == 0 {
				made, bound = made.Clip(-8, 8), 8
			}
			values, bounds = append(values, made), append(bounds, bound)
		}
		last := values[len(values)-1]
		outputs := []*graph.Node{last, last.ReduceSum(0, 1, 2), last.ReduceSum(1), last.ReduceMax(0)}
		for range s.Intn(3) {
			outputs = append(outputs, values[s.Intn(len(values))])
		}
		return outputs
	}}
}
