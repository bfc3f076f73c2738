package backendtest

import (
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// testPatterns runs what networks consist of, where engines fuse: forward and,
// by the gradients, backward in one program.
func testPatterns(t *testing.T, b backend.Backend) {
	for _, c := range patterns() {
		t.Run(c.Name, func(t *testing.T) {
			instance, err := c.Instantiate(tensor.Float32)
			if err != nil {
				t.Fatal(err)
			}
			check(t, b, instance, Tolerance{Noise: true})

			gradients, err := instance.Gradients()
			if err != nil {
				t.Fatal(err)
			}
			instance.Outputs = append(instance.Outputs, gradients...)
			check(t, b, instance, Tolerance{Noise: true})
		})
	}
}

func patterns() []Case {
	unit := Real(-1, 1)
	convolve := func(in *Inputs, x *graph.Node, filters, groups int) *graph.Node {
		kernel := graph.Window{Size: [2]int{3, 3}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Padding: [2][2]int{{1, 1}, {1, 1}}}
		w := in.Float(unit, 3, 3, x.Extent(-1)/groups, filters)
		return graph.Convolve(graph.Convolution{Window: kernel, Groups: groups}, x, w)
	}
	pool := graph.Window{Size: [2]int{2, 2}, Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}}
	pictures := func(in *Inputs) *graph.Node { return in.Float(unit, batch, 6, 5, 3) }
	return []Case{
		{Name: "dense, bias, relu", Build: func(in *Inputs) []*graph.Node {
			return []*graph.Node{in.Float(unit, batch, 9).MatMul(in.Float(unit, 9, 17)).Add(in.Float(unit, 17)).ReLU()}
		}},
		{Name: "dense, bias, sigmoid, kept before", Build: func(in *Inputs) []*graph.Node {
			before := in.Float(unit, batch, 9).MatMul(in.Float(unit, 9, 5)).Add(in.Float(unit, 5))
			return []*graph.Node{before, before.Sigmoid()}
		}},
		{Name: "convolution, bias, relu, max pooling", Build: func(in *Inputs) []*graph.Node {
			y := convolve(in, pictures(in), 4, 1).Add(in.Float(unit, 4)).ReLU()
			return []*graph.Node{y.ReduceWindow(graph.Largest, pool)}
		}},
		{Name: "convolution, bias, tanh, mean pooling", Build: func(in *Inputs) []*graph.Node {
			y := convolve(in, pictures(in), 4, 1).Add(in.Float(unit, 4)).Tanh()
			return []*graph.Node{y.ReduceWindow(graph.Sum, pool).Scale(0.25), y.ReduceMean(1, 2)}
		}},
		{Name: "depthwise, pointwise, relu6", Build: func(in *Inputs) []*graph.Node {
			y := convolve(in, pictures(in), 3, 3)
			point := graph.Window{Size: [2]int{1, 1}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}}
			y = graph.Convolve(graph.Convolution{Window: point, Groups: 1}, y, in.Float(unit, 1, 1, 3, 7))
			return []*graph.Node{y.Add(in.Float(unit, 7)).Clip(0, 6)}
		}},
		{Name: "convolution, batch norm of the batch, relu, residual", Build: func(in *Inputs) []*graph.Node {
			x := pictures(in)
			y := convolve(in, x, 3, 1)
			mean, variance := statistics(y)
			y = y.Normalize(graph.BatchNormalization{Epsilon: 0.5, Batch: true}, in.Float(Real(0.5, 2), 3), in.Float(unit, 3), mean, variance)
			return []*graph.Node{y.Add(x).ReLU(), mean}
		}},
		{Name: "convolution, frozen batch norm, relu", Build: func(in *Inputs) []*graph.Node {
			y := convolve(in, pictures(in), 4, 1)
			y = y.Normalize(graph.BatchNormalization{Epsilon: 1e-3}, in.Float(Real(0.5, 2), 4), in.Float(unit, 4), in.Float(unit, 4), in.Float(Real(0.5, 2), 4))
			return []*graph.Node{y.ReLU()}
		}},
		{Name: "residual of one value used three times", Build: func(in *Inputs) []*graph.Node {
			x := in.Float(unit, batch, 11)
			y := x.Tanh()
			return []*graph.Node{y.Add(x).Mul(y).Sub(x.ReLU()), y}
		}},
		{Name: "layer normalisation", Build: func(in *Inputs) []*graph.Node {
			x := in.Float(unit, batch, 13)
			centred := x.Sub(x.ReduceMean(1).ExpandDims(1))
			variance := centred.Square().ReduceMean(1).ExpandDims(1)
			return []*graph.Node{centred.Mul(variance.Shift(0.1).Rsqrt()).Mul(in.Float(unit, 13)).Add(in.Float(unit, 13))}
		}},
		{Name: "dropout", Build: func(in *Inputs) []*graph.Node {
			x, key := in.Float(unit, batch, 4, 7), in.Of(tensor.Uint32, Whole(0, 1000), 4)
			kept := key.RandomUniform(99, batch, 4, 7).Compare(graph.GreaterEqual, in.Graph.Scalar(tensor.Float32, 0.5))
			return []*graph.Node{graph.Select(kept, x.Scale(2), x.Like(0))}
		}},
		{Name: "softmax crossentropy of labels", Build: func(in *Inputs) []*graph.Node {
			logits := in.Float(unit, batch, 9).MatMul(in.Float(unit, 9, 5))
			labels := in.Of(tensor.Int32, Whole(0, 4), batch, 1)
			targets := labels.Compare(graph.Equal, in.Graph.Iota(tensor.Int32, 0, 5)).Convert(logits.DType())
			hits := logits.ArgMax(1).Compare(graph.Equal, labels.Reshape(batch))
			return []*graph.Node{logits.SoftmaxCrossentropy(targets).ReduceSum(0), hits.Convert(tensor.Float32).ReduceSum(0)}
		}},
		{Name: "transposed convolution", Build: func(in *Inputs) []*graph.Node {
			move := graph.Convolution{Window: graph.Window{Size: [2]int{3, 3}, Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}}, Groups: 1}
			x, w := in.Float(unit, batch, 3, 4, 2), in.Float(unit, 3, 3, 5, 2)
			return []*graph.Node{graph.Apply(graph.ConvolutionInput{Convolution: move, Height: 7, Width: 9}, x, w).Add(in.Float(unit, 5)).ReLU()}
		}},
	}
}
