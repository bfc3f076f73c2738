package backendtest

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func shapeCases() []Case {
	var cases []Case
	for _, c := range []struct {
		from []int
		axes []int
		to   []int
	}{
		{[]int{}, nil, []int{batch, 3}}, {[]int{3}, []int{1}, []int{batch, 3}}, {[]int{batch}, []int{0}, []int{batch, 3}},
		{[]int{batch}, []int{1}, []int{2, batch, 3}}, {[]int{3}, []int{0}, []int{3, 5}}, {[]int{1, 4}, []int{0, 2}, []int{5, 2, 4}},
		{[]int{batch, 1}, []int{0, 3}, []int{batch, 2, 3, 7}}, {[]int{1}, []int{0}, []int{0}}, {[]int{0}, []int{1}, []int{2, 0}},
		{[]int{2, 3}, []int{0, 1}, []int{2, 3}}, {[]int{1, 1, 1}, []int{0, 1, 2}, []int{batch, 2, 2}}, {[]int{7}, []int{4}, []int{2, 1, 3, 1, 7}},
	} {
		cases = append(cases, Case{Name: fmt.Sprintf("broadcast_in_dim/%v along %v to %v", tensor.Shape(c.from), c.axes, tensor.Shape(c.to)),
			Build: on(small, c.from, func(x *graph.Node) *graph.Node { return x.BroadcastAlong(c.axes, c.to...) })})
	}
	for _, c := range [][2][]int{
		{{batch, 4, 3}, {batch, 12}}, {{batch, 12}, {batch, 2, 2, 3}}, {{6}, {2, 3}}, {{}, {1, 1}}, {{1}, {}}, {{batch, 0, 3}, {batch, 5, 0}}, {{batch}, {1, batch, 1}},
	} {
		cases = append(cases, Case{Name: fmt.Sprintf("reshape/%v to %v", tensor.Shape(c[0]), tensor.Shape(c[1])),
			Build: on(small, c[0], func(x *graph.Node) *graph.Node {
				return graph.Apply(graph.Reshape{Shape: c[1]}, x)
			})})
	}
	for _, c := range []struct{ shape, permutation []int }{
		{[]int{}, nil}, {[]int{5}, []int{0}}, {[]int{batch, 7}, []int{1, 0}}, {[]int{17, 33}, []int{1, 0}}, {[]int{batch, 4, 5, 3}, []int{0, 3, 1, 2}},
		{[]int{batch, 3, 4, 5}, []int{0, 2, 3, 1}}, {[]int{batch, 2, 3}, []int{2, 1, 0}}, {[]int{2, 1, 3, 2, 2}, []int{4, 2, 0, 1, 3}}, {[]int{2, 0, 3}, []int{2, 0, 1}},
		{[]int{batch, 2, 3}, []int{0, 1, 2}},
	} {
		cases = append(cases, Case{Name: fmt.Sprintf("transpose/%v by %v", tensor.Shape(c.shape), c.permutation),
			Build: on(small, c.shape, func(x *graph.Node) *graph.Node { return x.Transpose(c.permutation...) })})
	}
	for _, c := range []struct{ shape, axes []int }{
		{[]int{5}, []int{0}}, {[]int{batch, 7}, []int{1}}, {[]int{batch, 7}, []int{0}}, {[]int{batch, 4, 5, 3}, []int{1, 2}}, {[]int{3, 2}, nil},
		{[]int{2, 3, 4}, []int{2, 0}}, {[]int{2, 0}, []int{1}}, {[]int{1, 6}, []int{0, 1}},
	} {
		cases = append(cases, Case{Name: fmt.Sprintf("reverse/%v along %v", tensor.Shape(c.shape), c.axes),
			Build: on(small, c.shape, func(x *graph.Node) *graph.Node { return x.Reverse(c.axes...) })})
	}
	return cases
}

func extentCases() []Case {
	var cases []Case
	for _, c := range []struct{ shape, low, high, interior []int }{
		{[]int{3}, []int{1}, []int{2}, []int{0}}, {[]int{3}, []int{0}, []int{0}, []int{2}}, {[]int{5}, []int{-1}, []int{-2}, []int{0}},
		{[]int{5}, []int{-1}, []int{3}, []int{1}}, {[]int{3}, []int{-2}, []int{-1}, []int{2}}, {[]int{2}, []int{-1}, []int{-1}, []int{0}},
		{[]int{0}, []int{2}, []int{1}, []int{3}}, {[]int{1}, []int{1}, []int{1}, []int{5}}, {[]int{}, nil, nil, nil},
		{[]int{batch, 4, 5, 3}, []int{0, 1, 2, 0}, []int{0, 1, 1, 0}, []int{0, 0, 0, 0}},
		{[]int{batch, 4, 5, 3}, []int{0, 2, -1, 0}, []int{0, -3, 2, 0}, []int{0, 1, 2, 0}},
		{[]int{batch, 4, 5, 3}, []int{0, 0, 0, 1}, []int{0, 0, 0, 2}, []int{0, 0, 0, 1}},
		{[]int{2, 3}, []int{5, 0}, []int{-6, 0}, []int{0, 0}},
	} {
		for _, value := range []float64{0, -2.5} {
			cases = append(cases, Case{Name: fmt.Sprintf("pad/%v by %v, %v and %v with %v", tensor.Shape(c.shape), c.low, c.high, c.interior, value),
				Build: on(small, c.shape, func(x *graph.Node) *graph.Node { return x.Pad(c.low, c.high, c.interior, value) })})
		}
	}
	for _, c := range []struct{ shape, start, limit, stride []int }{
		{[]int{7}, []int{2}, []int{5}, []int{1}}, {[]int{7}, []int{0}, []int{7}, []int{3}}, {[]int{7}, []int{1}, []int{7}, []int{2}}, {[]int{7}, []int{3}, []int{3}, []int{1}},
		{[]int{0}, []int{0}, []int{0}, []int{4}}, {[]int{}, nil, nil, nil}, {[]int{7}, []int{6}, []int{7}, []int{100}},
		{[]int{batch, 6, 7, 3}, []int{0, 1, 2, 0}, []int{batch, 5, 7, 3}, []int{1, 1, 1, 1}},
		{[]int{batch, 6, 7, 3}, []int{0, 0, 1, 1}, []int{batch, 6, 7, 2}, []int{1, 2, 3, 1}},
		{[]int{3, 4}, []int{1, 0}, []int{2, 4}, []int{1, 2}},
	} {
		cases = append(cases, Case{Name: fmt.Sprintf("slice/%v from %v to %v by %v", tensor.Shape(c.shape), c.start, c.limit, c.stride),
			Build: on(small, c.shape, func(x *graph.Node) *graph.Node { return x.Slice(c.start, c.limit, c.stride) })})
	}
	for _, c := range []struct {
		axis   int
		shapes [][]int
	}{
		{0, [][]int{{3}, {1}, {4}}}, {1, [][]int{{batch, 3}, {batch, 5}}}, {3, [][]int{{batch, 2, 3, 1}, {batch, 2, 3, 4}, {batch, 2, 3, 7}}},
		{1, [][]int{{batch, 2, 3}, {batch, 0, 3}, {batch, 1, 3}}}, {0, [][]int{{2, 3}}}, {1, [][]int{{2, 0}, {2, 0}}},
	} {
		cases = append(cases, Case{Name: fmt.Sprintf("concatenate/%d values along %d of %v", len(c.shapes), c.axis, tensor.Shape(c.shapes[0])),
			Build: func(in *Inputs) []*graph.Node {
				var values []*graph.Node
				for _, shape := range c.shapes {
					values = append(values, in.Float(small, shape...))
				}
				return []*graph.Node{graph.Concatenate(c.axis, values...), graph.Concatenate(c.axis, values[0], values[0].Neg())}
			}})
	}
	return cases
}
