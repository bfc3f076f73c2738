package backendtest

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func normalizationCases() []Case {
	var cases []Case
	for _, shape := range [][]int{{batch, 4}, {batch, 3, 5, 2}, {3, 17}, {batch, 1}, {batch, 2, 0}, {batch, 0, 3}, {2, 3, 2, 1, 3}} {
		channels := shape[len(shape)-1]
		undefined := len(shape) == 3 && shape[1] == 0 // the mean of nothing
		cases = append(cases, Case{Name: fmt.Sprintf("batch_norm/given statistics %v", tensor.Shape(shape)), Tolerance: Tolerance{Noise: true},
			Build: func(in *Inputs) []*graph.Node {
				x := in.Float(Real(-2, 2), shape...)
				return []*graph.Node{x.Normalize(graph.BatchNormalization{Epsilon: 1e-3}, in.Float(Real(0.5, 2), channels), in.Float(Real(-1, 1), channels),
					in.Float(Real(-1, 1), channels), in.Float(Real(0.5, 2), channels))}
			}}, Case{Name: fmt.Sprintf("batch_norm/of the batch %v", tensor.Shape(shape)), NoGradient: undefined, Tolerance: Tolerance{Noise: true},
			Build: func(in *Inputs) []*graph.Node {
				x := in.Float(Real(-2, 3), shape...)
				mean, variance := statistics(x)
				return []*graph.Node{x.Normalize(graph.BatchNormalization{Epsilon: 0.1, Batch: true}, in.Float(Real(0.5, 2), channels), in.Float(Real(-1, 1), channels), mean, variance)}
			}}, Case{Name: fmt.Sprintf("batch_norm_grad/%v", tensor.Shape(shape)), NoGradient: undefined, Tolerance: Tolerance{Noise: true},
			Build: func(in *Inputs) []*graph.Node {
				signed, positive := Real(-1, 1), Real(0.5, 2)
				return []*graph.Node{graph.Apply(graph.BatchNormalizationGradient{Epsilon: 1e-3}, in.Float(signed, shape...), in.Float(signed, shape...),
					in.Float(positive, channels), in.Float(signed, channels), in.Float(positive, channels), in.Float(signed, channels), in.Float(signed, channels))}
			}})
	}
	return cases
}

// statistics returns mean and variance of every channel.
func statistics(x *graph.Node) (mean, variance *graph.Node) {
	others := x.AllAxes()[:x.Rank()-1]
	mean = x.ReduceMean(others...)
	return mean, x.Sub(mean).Square().ReduceMean(others...)
}

func softmaxCases() []Case {
	var cases []Case
	for _, shape := range [][]int{{5}, {1}, {batch, 10}, {batch, 1}, {batch, 3, 4, 7}, {batch, 131}, {3, 0}, {0, 3}} {
		for _, size := range []float64{3, 300} {
			data := Real(-size, size)
			suffix := fmt.Sprintf("/up to %v %v", size, tensor.Shape(shape))
			cases = append(cases,
				Case{Name: "softmax" + suffix, Tolerance: Tolerance{Noise: true}, Build: on(data, shape, (*graph.Node).Softmax)},
				Case{Name: "log_softmax" + suffix, Tolerance: Tolerance{Noise: true}, Build: on(data, shape, (*graph.Node).LogSoftmax)},
				Case{Name: "softmax_crossentropy" + suffix, Tolerance: Tolerance{Noise: true}, Build: func(in *Inputs) []*graph.Node {
					return []*graph.Node{in.Float(data, shape...).SoftmaxCrossentropy(in.Float(Real(0, 1), shape...))}
				}},
				Case{Name: "sigmoid_crossentropy" + suffix, Tolerance: Tolerance{Noise: true}, Build: func(in *Inputs) []*graph.Node {
					return []*graph.Node{in.Float(data, shape...).SigmoidCrossentropy(in.Float(Real(0, 1), shape...))}
				}})
		}
	}
	inf := math.Inf(1)
	return append(cases, Case{Name: "softmax/special", NoGradient: true, Tolerance: Tolerance{Ulps: 8, Scale: 1}, Build: func(in *Inputs) []*graph.Node {
		x := in.Float(These(-inf, 0, 1, -inf, -inf, -inf, math.NaN(), 0, 1, inf, 0, 1), batch, 4, 3)
		return []*graph.Node{x.Softmax(), x.LogSoftmax()}
	}}, Case{Name: "sigmoid_crossentropy/extreme", NoGradient: true, Tolerance: Tolerance{Ulps: 8, Scale: 1}, Build: func(in *Inputs) []*graph.Node {
		x, t := in.Float(These(500, -500, 0, 90, -90, 1e30), 6, 1), in.Float(These(0, 1, 0.5), 1, 3)
		return []*graph.Node{x.BroadcastTo(6, 3).SigmoidCrossentropy(t.BroadcastTo(6, 3))}
	}})
}
