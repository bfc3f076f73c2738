package backendtest

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// convolution is one row of the table: pictures, kernels and how they move.
type convolution struct {
	height, width, channels, filters, groups int
	window                                   graph.Window
}

func window(height, width, stride, dilation int, padding [2][2]int) graph.Window {
	return graph.Window{Size: [2]int{height, width}, Stride: [2]int{stride, stride}, Dilation: [2]int{dilation, dilation}, Padding: padding}
}

func same(h, w int, window graph.Window) graph.Window {
	for i, extent := range [2]int{h, w} {
		window.Padding[i] = graph.SamePadding(extent, window.Size[i], window.Stride[i], window.Dilation[i])
	}
	return window
}

func convolutions() []convolution {
	var none [2][2]int
	return []convolution{
		{5, 6, 3, 4, 1, window(3, 3, 1, 1, none)},
		{5, 6, 3, 4, 1, same(5, 6, window(3, 3, 1, 1, none))},
		{7, 8, 3, 5, 1, same(7, 8, window(3, 3, 2, 1, none))},
		{6, 6, 3, 5, 1, same(6, 6, window(3, 3, 2, 1, none))},
		{9, 7, 2, 3, 1, window(3, 3, 1, 2, none)},
		{9, 7, 2, 3, 1, same(9, 7, window(3, 2, 1, 2, none))},
		{8, 8, 2, 17, 1, window(1, 1, 1, 1, none)},
		{8, 7, 16, 3, 1, window(1, 1, 2, 1, none)},
		{1, 1, 1, 1, 1, window(1, 1, 1, 1, none)},
		{4, 4, 3, 2, 1, window(4, 4, 1, 1, none)},
		{4, 5, 2, 2, 1, window(2, 2, 3, 1, none)},
		{5, 5, 1, 2, 1, window(2, 5, 1, 1, [2][2]int{{2, 0}, {0, 3}})},
		{6, 5, 2, 3, 1, graph.Window{Size: [2]int{3, 2}, Stride: [2]int{1, 2}, Dilation: [2]int{2, 1}, Padding: [2][2]int{{1, 2}, {0, 1}}}},
		{7, 7, 3, 8, 1, same(7, 7, window(5, 5, 2, 1, none))},
		{5, 5, 4, 6, 2, window(3, 3, 1, 1, none)},
		{5, 5, 6, 3, 3, same(5, 5, window(3, 3, 1, 1, none))},
		{6, 5, 5, 5, 5, same(6, 5, window(3, 3, 1, 1, none))}, // depthwise
		{6, 5, 19, 19, 19, same(6, 5, window(3, 3, 2, 1, none))},
		{6, 7, 3, 6, 3, window(3, 3, 1, 2, none)}, // depthwise with a multiplier
		{9, 9, 16, 16, 16, same(9, 9, window(5, 3, 1, 1, none))},
		{7, 6, 20, 33, 1, same(7, 6, window(3, 3, 1, 1, none))},
		{3, 3, 0, 2, 1, window(2, 2, 1, 1, none)},
		{3, 3, 2, 0, 1, window(2, 2, 1, 1, none)},
		{1, 9, 2, 3, 1, same(1, 9, window(1, 3, 1, 1, none))},
		{2, 2, 2, 2, 1, window(3, 3, 2, 1, [2][2]int{{3, 3}, {3, 3}})}, // windows in the padding alone
		{0, 3, 2, 2, 1, window(2, 2, 1, 1, [2][2]int{{1, 1}, {0, 0}})},
	}
}

func (c convolution) String() string {
	return fmt.Sprintf("%dx%dx%d to %d in %d groups, %v by %v dilated %v padded %v",
		c.height, c.width, c.channels, c.filters, c.groups, c.window.Size, c.window.Stride, c.window.Dilation, c.window.Padding)
}

func convolutionCases() []Case {
	var cases []Case
	for _, c := range convolutions() {
		op := graph.Convolution{Window: c.window, Groups: c.groups}
		result := []int{batch, c.window.Output(0, c.height), c.window.Output(1, c.width), c.filters}
		for _, data := range []struct {
			name      string
			fill      Fill
			tolerance Tolerance
		}{{"whole", Whole(-2, 2), Tolerance{}}, {"real", Real(-1, 1), Tolerance{Sum: true}}} {
			build := func(apply func(x, w, y *graph.Node) *graph.Node) func(in *Inputs) []*graph.Node {
				return func(in *Inputs) []*graph.Node {
					x := in.Float(data.fill, batch, c.height, c.width, c.channels)
					w := in.Float(data.fill, c.window.Size[0], c.window.Size[1], c.channels/c.groups, c.filters)
					return []*graph.Node{apply(x, w, in.Float(data.fill, result...))}
				}
			}
			cases = append(cases, Case{Name: fmt.Sprintf("convolution/%s %v", data.name, c), Tolerance: data.tolerance,
				Build: build(func(x, w, _ *graph.Node) *graph.Node { return graph.Convolve(op, x, w) }),
			}, Case{Name: fmt.Sprintf("convolution_input/%s %v", data.name, c), Tolerance: data.tolerance,
				Build: build(func(_, w, y *graph.Node) *graph.Node {
					return graph.Apply(graph.ConvolutionInput{Convolution: op, Height: c.height, Width: c.width}, y, w)
				}),
			}, Case{Name: fmt.Sprintf("convolution_filter/%s %v", data.name, c), Tolerance: data.tolerance,
				Build: build(func(x, _, y *graph.Node) *graph.Node {
					return graph.Apply(graph.ConvolutionFilter{Convolution: op}, x, y)
				}),
			})
		}
	}
	return cases
}

func poolingCases() []Case {
	var none [2][2]int
	var cases []Case
	for _, c := range []struct {
		height, width, channels int
		window                  graph.Window
	}{
		{4, 6, 3, window(2, 2, 2, 1, none)}, {5, 7, 3, window(2, 2, 2, 1, none)}, {5, 7, 3, same(5, 7, window(2, 2, 2, 1, none))},
		{5, 5, 17, window(3, 3, 1, 1, none)}, {5, 5, 2, same(5, 5, window(3, 3, 1, 1, none))}, {7, 7, 1, same(7, 7, window(3, 3, 2, 1, none))},
		{7, 6, 2, window(2, 3, 1, 2, none)}, {4, 4, 2, window(1, 1, 1, 1, none)}, {5, 4, 2, window(2, 2, 3, 1, none)}, {3, 4, 5, window(3, 4, 1, 1, none)},
		{6, 5, 2, graph.Window{Size: [2]int{3, 1}, Stride: [2]int{2, 1}, Dilation: [2]int{1, 1}, Padding: [2][2]int{{2, 0}, {0, 0}}}},
		{3, 3, 0, window(2, 2, 1, 1, none)}, {1, 1, 33, window(1, 1, 1, 1, none)}, {4, 4, 1, window(2, 2, 2, 1, [2][2]int{{2, 2}, {2, 2}})},
		{5, 5, 2, window(2, 2, 1, 3, [2][2]int{{3, 3}, {1, 0}})}, {6, 7, 2, window(2, 2, 2, 2, [2][2]int{{1, 2}, {3, 0}})},
	} {
		name := fmt.Sprintf("%dx%dx%d, %v by %v dilated %v padded %v", c.height, c.width, c.channels, c.window.Size, c.window.Stride, c.window.Dilation, c.window.Padding)
		pictures := []int{batch, c.height, c.width, c.channels}
		result := []int{batch, c.window.Output(0, c.height), c.window.Output(1, c.width), c.channels}
		cases = append(cases,
			Case{Name: "reduce_window/sum " + name, Build: on(small, pictures, func(x *graph.Node) *graph.Node { return x.ReduceWindow(graph.Sum, c.window) })},
			Case{Name: "reduce_window/maximum " + name, Build: on(small, pictures, func(x *graph.Node) *graph.Node { return x.ReduceWindow(graph.Largest, c.window) })},
			Case{Name: "reduce_window/real sum " + name, Tolerance: Tolerance{Sum: true}, Build: on(Real(-1, 1), pictures, func(x *graph.Node) *graph.Node { return x.ReduceWindow(graph.Sum, c.window) })},
			Case{Name: "select_and_scatter/" + name, NoGradient: true, Build: func(in *Inputs) []*graph.Node {
				return []*graph.Node{graph.Apply(graph.SelectAndScatter{Window: c.window}, in.Float(small, pictures...), in.Float(small, result...))}
			}})
	}
	return append(cases, Case{Name: "reduce_window/special", NoGradient: true, Build: func(in *Inputs) []*graph.Node {
		x := in.Float(These(1, math.NaN(), math.Inf(-1), 2, math.Inf(1), math.Inf(-1), math.Inf(-1)), batch, 7, 5, 1)
		return []*graph.Node{x.ReduceWindow(graph.Largest, window(2, 2, 2, 1, none)), x.ReduceWindow(graph.Largest, window(1, 2, 1, 1, none))}
	}}, Case{Name: "reduce_window/all equal", Build: func(in *Inputs) []*graph.Node {
		x := in.Float(These(-1), batch, 4, 4, 3)
		return []*graph.Node{x.ReduceWindow(graph.Largest, window(2, 2, 2, 1, none)),
			graph.Apply(graph.SelectAndScatter{Window: window(3, 3, 1, 1, none)}, x, in.Of(tensor.Float32, small, batch, 2, 2, 3).Convert(in.float))}
	}, NoGradient: true})
}
