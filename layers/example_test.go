package layers_test

import (
	"context"
	"fmt"
	"iter"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// shape returns the shape that a layer makes of inputs, and the number of its
// weights' elements.
func shape(layer layers.Layer, inputs ...tensor.Shape) string {
	g := graph.New()
	var nodes []*graph.Node
	for _, input := range inputs {
		nodes = append(nodes, g.Parameter("x", tensor.Float32, input...))
	}
	instance := layers.Share(layer)
	y, err := (&layers.Build{Graph: g}).Call(instance, nodes...)
	if err != nil {
		return err.Error()
	}
	count := 0
	for _, w := range instance.Weights() {
		elements, err := w.Variable.Type.Shape.Elements()
		if err != nil {
			return err.Error()
		}
		count += elements
	}
	return fmt.Sprintf("%v, %d parameters", y.Shape(), count)
}

// picture is the shape of a batch of small colour pictures.
var picture = tensor.Shape{graph.Batch, 32, 32, 3}

// show prints what a layer without weights makes of one sample: of a picture
// of one channel, row by row.
func show(training bool, layer layers.Layer, sample ...[]float64) {
	g := graph.New()
	build := &layers.Build{Graph: g, Training: training}
	feeds := reference.Feeds{}
	if training {
		build.Key = g.Parameter("key", tensor.Uint32, 4)
		feeds[build.Key] = graph.Array{Shape: tensor.Shape{4}, Values: []float64{1, 0, 0, 0}}
	}
	height, width := len(sample), len(sample[0])
	x := g.Parameter("x", tensor.Float32, graph.Batch, height, width, 1)
	values := graph.Array{Shape: tensor.Shape{1, height, width, 1}}
	for _, row := range sample {
		values.Values = append(values.Values, row...)
	}
	feeds[x] = values
	y, err := build.Call(layers.Share(layer), x)
	if err != nil {
		fmt.Println(err)
		return
	}
	results, err := reference.Evaluate(1, feeds, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	per := len(results[0].Values)
	if y.Rank() > 2 {
		per = results[0].Shape[2]
	}
	for from := 0; from < len(results[0].Values); from += per {
		fmt.Printf("%.4g\n", results[0].Values[from:from+per])
	}
}

// scale is a layer of one's own: every channel times a number that is learned.
type scale struct{ Start float64 }

func (l scale) Call(c *layers.Context, inputs ...*graph.Node) (*graph.Node, error) {
	if len(inputs) != 1 || inputs[0].Rank() < 2 {
		return nil, fmt.Errorf("expected one input with channels")
	}
	factors := c.Weight("factors", tensor.Shape{inputs[0].Extent(-1)}, initializers.Constant{Value: l.Start})
	return inputs[0].Mul(factors), nil
}

func ExampleLayer() {
	fmt.Println(shape(scale{Start: 1}, picture))
	// Output: (None, 32, 32, 3), 3 parameters
}

func ExampleContext() {
	// scale, above, asks its context for a weight.
	instance := layers.Share(scale{Start: 1})
	g := graph.New()
	if _, err := (&layers.Build{Graph: g}).Call(instance, g.Parameter("x", tensor.Float32, picture...)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(instance.Weights()[0].Variable.Name)
	// Output: scale/factors
}

func ExampleBuild() {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch, 8)
	build := &layers.Build{Graph: g}
	y, err := build.Call(layers.Share(layers.Dense{Units: 2}), x)
	fmt.Println(y.Type(), err)
	// Output: float32(None, 2) <nil>
}

func ExampleInstance() {
	frozen := layers.Share(layers.Dense{Units: 2, Name: "head"})
	frozen.SetTrainable(false)
	fmt.Println(frozen.Name(), frozen.Class(), frozen.BaseName(), frozen.Trainable())
	// Output: head Dense dense false
}

func ExampleWeight() {
	instance := layers.Share(layers.BatchNormalization{})
	g := graph.New()
	if _, err := (&layers.Build{Graph: g}).Call(instance, g.Parameter("x", tensor.Float32, picture...)); err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range instance.Weights() {
		fmt.Println(w.Name, w.Variable.Type, w.Statistic)
	}
	// Output:
	// gamma float32(3,) false
	// beta float32(3,) false
	// moving_mean float32(3,) true
	// moving_variance float32(3,) true
}

func ExampleValue() {
	// A residual block.
	x := layers.NewInput(layers.Input{Shape: []int{32, 32, 8}})
	y := layers.Apply(layers.Conv2D{Filters: 8, Kernel: layers.Square(3), Padding: layers.Same}, x)
	y = layers.Apply(layers.Add{}, x, y)
	fmt.Println(y.Instance().Class(), len(y.Inputs()), y.Inputs()[0] == x)
	// Output: Add 2 true
}

func ExampleInput() {
	input := layers.Input{Shape: []int{150, 150, 3}, Name: "photo"}
	fmt.Println(input.Describe().Config["batch_shape"], input.ElementType())
	// Output: [<nil> 150 150 3] float32
}

func ExampleDescription() {
	d := layers.MaxPooling2D{Name: "pool"}.Describe()
	fmt.Println(d.Class, d.Name, d.Config["pool_size"], d.Config["padding"])
	// Output: MaxPooling2D pool [2 2] valid
}

func ExampleDescriber() {
	var d layers.Describer = layers.Dense{Units: 3}
	fmt.Println(d.Describe().Config["units"])
	// Output: 3
}

func ExampleDecode() {
	layer, err := layers.Decode(config.Object{Class: "LeakyReLU", Config: config.Map{"alpha": 0.1}}, nil)
	fmt.Printf("%T %v\n", layer, err)
	// Output: layers.LeakyReLU <nil>
}

func ExampleDense() {
	fmt.Println(shape(layers.Dense{Units: 10, Activation: activations.Softmax}, tensor.Shape{graph.Batch, 128}))
	// Output: (None, 10), 1290 parameters
}

func ExampleFlatten() {
	fmt.Println(shape(layers.Flatten{}, picture))
	// Output: (None, 3072), 0 parameters
}

func ExampleDropout() {
	show(true, layers.Dropout{Rate: 0.5}, []float64{1, 2, 3, 4, 5, 6})
	show(false, layers.Dropout{Rate: 0.5}, []float64{1, 2, 3, 4, 5, 6})
	// Output:
	// [0 0 6 0 0 12]
	// [1 2 3 4 5 6]
}

func ExampleSpatialDropout2D() {
	show(false, layers.SpatialDropout2D{Rate: 0.5}, []float64{1, 2, 3})
	// Output: [1 2 3]
}

func ExampleBatchNormalization() {
	fmt.Println(shape(layers.BatchNormalization{Momentum: new(0.9)}, picture))
	// Output: (None, 32, 32, 3), 12 parameters
}

func ExampleLayerNormalization() {
	fmt.Println(shape(layers.LayerNormalization{}, picture))
	// Output: (None, 32, 32, 3), 6 parameters
}

func ExampleNormalization() {
	show(false, layers.Normalization{Mean: []float64{100}, Variance: []float64{400}}, []float64{80, 100, 140})
	// Output: [-1 0 2]
}

// two is a source of two batches of one sample each.
type two struct{}

func (two) Spec() data.Spec { return data.Spec{} }

func (two) Batches(context.Context, int, int) iter.Seq2[*data.Batch, error] {
	return func(yield func(*data.Batch, error) bool) {
		for _, value := range []float32{1, 5} {
			x, err := tensor.Of([]float32{value}, 1, 1)
			if !yield(&data.Batch{Inputs: []*tensor.Tensor{x}}, err) {
				return
			}
		}
	}
}

func ExampleNormalization_Adapt() {
	layer, err := layers.Normalization{}.Adapt(context.Background(), two{})
	fmt.Println(layer.Mean, layer.Variance, err)
	// Output: [3] [4] <nil>
}
