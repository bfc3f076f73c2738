package backendtest

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func reduceCases() []Case {
	var cases []Case
	reducers := []graph.Reducer{graph.Sum, graph.Largest, graph.Smallest}
	for _, c := range []struct{ shape, axes []int }{
		{[]int{}, nil}, {[]int{7}, []int{0}}, {[]int{1}, []int{0}}, {[]int{batch}, []int{0}}, {[]int{batch, 19}, []int{1}}, {[]int{batch, 19}, []int{0}},
		{[]int{batch, 19}, []int{0, 1}}, {[]int{batch, 4, 5, 3}, []int{1, 2}}, {[]int{batch, 4, 5, 3}, []int{0, 1, 2}}, {[]int{batch, 4, 5, 3}, []int{0, 3}},
		{[]int{batch, 4, 5, 3}, []int{2}}, {[]int{batch, 4, 5, 3}, []int{1, 2, 3}}, {[]int{2, 3, 2, 1, 3}, []int{1, 3, 4}}, {[]int{3, 0}, []int{1}}, {[]int{3, 0}, []int{0}},
		{[]int{2, 1, 3}, []int{1}}, {[]int{300}, []int{0}}, {[]int{batch, 67, 33}, []int{0, 1}},
	} {
		for _, reducer := range reducers {
			reduce := graph.Reduction{Reducer: reducer, Axes: c.axes}
			cases = append(cases, Case{Name: fmt.Sprintf("reduce/%v of %v along %v", reducer, tensor.Shape(c.shape), c.axes),
				Build: on(small, c.shape, func(x *graph.Node) *graph.Node { return graph.Apply(reduce, x) })})
		}
		cases = append(cases, Case{Name: fmt.Sprintf("reduce/real numbers %v along %v", tensor.Shape(c.shape), c.axes), Tolerance: Tolerance{Sum: true},
			Build: on(Real(-1, 1), c.shape, func(x *graph.Node) *graph.Node { return graph.Apply(graph.Reduction{Axes: c.axes}, x) })})
	}
	cases = append(cases, Case{Name: "reduce/means", Tolerance: Tolerance{Noise: true}, Build: func(in *Inputs) []*graph.Node {
		x := in.Float(Real(1, 2), batch, 4, 5, 3)
		return []*graph.Node{x.ReduceMean(1, 2), x.ReduceMean(0, 1, 2), x.ReduceMean(3), x.ReduceMean(0, 1, 2, 3)}
	}}, Case{Name: "reduce/many", Tolerance: Tolerance{Sum: true}, Build: on(Real(0, 1), []int{batch, 40, 40, 2}, func(x *graph.Node) *graph.Node {
		return x.ReduceSum(0, 1, 2)
	})}, Case{Name: "reduce/special", NoGradient: true, Build: func(in *Inputs) []*graph.Node {
		x := in.Float(These(1, math.NaN(), 3, math.Inf(1), -1, math.Inf(-1), 0), batch, 7)
		y := in.Float(These(math.Inf(-1), math.Inf(-1), math.NaN()), 3, 3)
		return []*graph.Node{x.ReduceMax(0), x.ReduceMin(0), x.ReduceMax(1), x.ReduceMin(1), x.ReduceSum(1), y.ReduceMax(0), x.ArgMax(1), y.ArgMax(0), y.ArgMax(1)}
	}})
	for _, c := range []struct {
		shape []int
		axis  int
	}{{[]int{5}, 0}, {[]int{1}, 0}, {[]int{batch, 10}, 1}, {[]int{batch, 4, 3}, 1}, {[]int{4, batch}, 0}, {[]int{batch, 2, 37}, 2}, {[]int{batch, 3, 0}, 1}} {
		cases = append(cases, Case{Name: fmt.Sprintf("argmax/%v along %d", tensor.Shape(c.shape), c.axis),
			Build: on(small, c.shape, func(x *graph.Node) *graph.Node { return x.ArgMax(c.axis) })})
	}
	return cases
}

func dotCases() []Case {
	var cases []Case
	add := func(d graph.Dot, left, right []int) {
		for _, data := range []struct {
			name      string
			fill      Fill
			tolerance Tolerance
		}{{"whole", Whole(-2, 2), Tolerance{}}, {"real", Real(-1, 1), Tolerance{Sum: true}}} {
			cases = append(cases, Case{Name: fmt.Sprintf("dot_general/%s %v by %v %+v", data.name, tensor.Shape(left), tensor.Shape(right), d), Tolerance: data.tolerance,
				Build: func(in *Inputs) []*graph.Node {
					return []*graph.Node{graph.Contract(d, in.Float(data.fill, left...), in.Float(data.fill, right...))}
				}})
		}
	}
	matmul := graph.Dot{LeftContract: []int{1}, RightContract: []int{0}}
	for _, size := range [][3]int{{batch, 7, 5}, {batch, 1, 1}, {batch, 0, 3}, {batch, 3, 0}, {1, 64, 10}, {17, 33, 9}, {batch, 129, 65}, {3, 300, 2}, {0, 2, 3}} {
		add(matmul, []int{size[0], size[1]}, []int{size[1], size[2]})
	}
	add(graph.Dot{LeftContract: []int{0}, RightContract: []int{0}}, []int{batch, 7}, []int{batch, 5}) // a weight's gradient
	add(graph.Dot{LeftContract: []int{1}, RightContract: []int{1}}, []int{batch, 7}, []int{5, 7})     // an input's gradient
	add(graph.Dot{LeftContract: []int{0}, RightContract: []int{1}}, []int{6, 4}, []int{3, 6})
	add(graph.Dot{LeftContract: []int{2}, RightContract: []int{0}}, []int{batch, 3, 7}, []int{7, 5})
	add(graph.Dot{LeftContract: []int{2}, RightContract: []int{1}, LeftBatch: []int{0}, RightBatch: []int{0}}, []int{batch, 3, 7}, []int{batch, 7, 5})
	add(graph.Dot{LeftContract: []int{1}, RightContract: []int{2}, LeftBatch: []int{0}, RightBatch: []int{0}}, []int{batch, 7, 3}, []int{batch, 5, 7})
	add(graph.Dot{LeftContract: []int{1, 3}, RightContract: []int{2, 0}}, []int{batch, 3, 2, 4}, []int{4, 5, 3})
	add(graph.Dot{LeftContract: []int{3}, RightContract: []int{3}, LeftBatch: []int{0, 2}, RightBatch: []int{0, 1}}, []int{batch, 3, 2, 4}, []int{batch, 2, 5, 4})
	add(graph.Dot{LeftContract: []int{0}, RightContract: []int{0}}, []int{9}, []int{9})
	add(graph.Dot{}, []int{batch}, []int{3})
	add(graph.Dot{}, []int{}, []int{})
	add(graph.Dot{LeftBatch: []int{1}, RightBatch: []int{0}}, []int{3, batch}, []int{batch, 2})
	return cases
}
