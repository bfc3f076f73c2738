package layers

import (
	"math"
	"strings"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/regularizers"
	"github.com/lince-ml/lince/tensor"
)

func TestMisuse(t *testing.T) {
	picture, row := tensor.Shape{graph.Batch, 5, 6, 4}, tensor.Shape{graph.Batch, 4}
	unsized := tensor.Shape{graph.Batch, graph.Batch, graph.Batch, 3}
	for _, test := range []struct {
		layer  Layer
		inputs []tensor.Shape
		want   string
	}{
		{Conv2D{Kernel: Square(3)}, []tensor.Shape{picture}, "Filters is 0, expected at least 1"},
		{Conv2D{Filters: 1}, []tensor.Shape{picture}, "Kernel is [0 0], expected a height and a width of at least 1, such as layers.Square(3)"},
		{Conv2D{Filters: 1, Kernel: Square(7)}, []tensor.Shape{picture}, "Kernel 7x7 with dilation [1 1] does not fit into the 5x6 pixels that arrive"},
		{Conv2D{Filters: 1, Kernel: Square(3), Dilation: Square(3)}, []tensor.Shape{picture}, "with dilation [3 3] does not fit"},
		{Conv2D{Filters: 1, Kernel: Square(3), Strides: [2]int{2, 0}}, []tensor.Shape{picture}, "Strides is [2 0]"},
		{Conv2D{Filters: 1, Kernel: Square(3), Padding: 9}, []tensor.Shape{picture}, "Padding is padding(9)"},
		{Conv2D{Filters: 6, Kernel: Square(3), Groups: 4}, []tensor.Shape{picture}, "Groups is 4, expected a number that divides the 4 channels and the 6 filters"},
		{Conv2D{Filters: 6, Kernel: Square(3), Groups: -1}, []tensor.Shape{picture}, "Groups is -1"},
		{Conv2D{Filters: 1, Kernel: Square(3)}, []tensor.Shape{row}, "expected 4 dimensions (batch, height, width, channels)"},
		{Conv2D{Filters: 1, Kernel: Square(3)}, []tensor.Shape{unsized}, "give the model an InputShape"},
		{Conv2D{Filters: 1, Kernel: Square(3)}, nil, "0 inputs given, expected 1"},
		{DepthwiseConv2D{Kernel: Square(3), DepthMultiplier: -2}, []tensor.Shape{picture}, "DepthMultiplier is -2"},
		{SeparableConv2D{Kernel: Square(3)}, []tensor.Shape{picture}, "Filters is 0"},
		{Conv2DTranspose{Kernel: Square(3)}, []tensor.Shape{picture}, "Filters is 0"},
		{Conv2DTranspose{Filters: 1, Kernel: Square(3), OutputPadding: &[2]int{1, 0}}, []tensor.Shape{picture}, "OutputPadding is [1 0]"},
		{Conv2DTranspose{Filters: 1, Kernel: Square(3)}, []tensor.Shape{unsized}, "give the model an InputShape"},
		{MaxPooling2D{Pool: Square(6)}, []tensor.Shape{picture}, "use larger pictures, fewer poolings or Padding: layers.Same"},
		{AveragePooling2D{Pool: [2]int{-1, 2}}, []tensor.Shape{picture}, "Pool is [-1 2]"},
		{GlobalAveragePooling2D{}, []tensor.Shape{row}, "expected 4 dimensions"},
		{GlobalMaxPooling2D{}, []tensor.Shape{row}, "expected 4 dimensions"},
		{Flatten{}, []tensor.Shape{unsized}, "samples of a known size"},
		{Dense{}, []tensor.Shape{row}, "Units is 0"},
		{Dense{Units: 1}, []tensor.Shape{{graph.Batch}}, "expected (batch, ..., features)"},
		{Dropout{Rate: 1}, []tensor.Shape{row}, "Rate is 1, expected a share from 0 up to, not including, 1"},
		{Dropout{Rate: math.NaN()}, []tensor.Shape{row}, "Rate is NaN"},
		{Dropout{Rate: 0.5, NoiseShape: []int{1, 1}}, []tensor.Shape{row}, "NoiseShape [1 1] given for samples of shape (4,)"},
		{SpatialDropout2D{Rate: -0.1}, []tensor.Shape{picture}, "Rate is -0.1"},
		{StochasticDepth{Rate: 1}, []tensor.Shape{picture}, "Rate is 1"},
		{LayerScale{InitialValue: 1, Channels: 3}, []tensor.Shape{picture}, "Channels is 3, expected the 4 channels of an input"},
		{Operation{}, []tensor.Shape{row}, "1 inputs given, expected 2"},
		{Operation{Number: new(1.0)}, []tensor.Shape{row, row}, "2 inputs given, expected 1"},
		{Operation{Of: 9}, []tensor.Shape{row, row}, "Of is arithmetic(9), expected layers.Plus, Minus, Times or Over"},
		{BatchNormalization{Axis: 4}, []tensor.Shape{picture}, "axis 4 does not exist in an input of shape (None, 5, 6, 4), expected 1 to 3, or -1 for the last"},
		{BatchNormalization{Momentum: new(1.5)}, []tensor.Shape{picture}, "Momentum is 1.5"},
		{LayerNormalization{Axes: []int{1, -3}}, []tensor.Shape{picture}, "axes [1 -3] name a dimension twice"},
		{ReLU{Max: new(-1.0)}, []tensor.Shape{row}, "Max is -1"},
		{LeakyReLU{NegativeSlope: new(-1.0)}, []tensor.Shape{row}, "NegativeSlope is -1"},
		{PReLU{SharedAxes: []int{0}}, []tensor.Shape{row}, "SharedAxes: axis 0"},
		{PReLU{}, []tensor.Shape{{graph.Batch}}, "at least one dimension"},
		{Softmax{Axes: []int{0}}, []tensor.Shape{row}, "axis 0 does not exist"},
		{Activation{Of: activations.Named("rleu")}, []tensor.Shape{row}, `unknown activation "rleu"`},
		{ZeroPadding2D{Padding: &Border{Top: -1}}, []tensor.Shape{picture}, "layers.Cropping2D cuts off"},
		{Cropping2D{Cropping: Around(3)}, []tensor.Shape{picture}, "expected numbers not below 0 that leave something"},
		{UpSampling2D{Size: [2]int{2, 0}}, []tensor.Shape{picture}, "Size is [2 0]"},
		{UpSampling2D{Interpolation: 77}, []tensor.Shape{picture}, "Interpolation is interpolation(77)"},
		{Conv2D{Filters: 1, Kernel: Square(1 << 30)}, []tensor.Shape{picture}, "expected at most 65536"},
		{MaxPooling2D{Strides: Square(math.MaxInt)}, []tensor.Shape{picture}, "expected at most 65536"},
		{UpSampling2D{Size: Square(math.MaxInt)}, []tensor.Shape{picture}, "expected factors from 1 to 65536"},
		{Resizing{Height: 1 << 40, Width: 1}, []tensor.Shape{picture}, "takes more than 67108864 weights"},
		{Reshape{TargetShape: []int{7, -1}}, []tensor.Shape{row}, "expected extents whose product is 4"},
		{Reshape{TargetShape: []int{-1, -1}}, []tensor.Shape{row}, "of which one may be -1"},
		{Reshape{TargetShape: []int{2, 0}}, []tensor.Shape{row}, "expected extents whose product is 4"},
		{Permute{Dims: []int{1, 3}}, []tensor.Shape{picture}, "expected each of 1 to 3 once"},
		{Permute{Dims: []int{1, 2, 2}}, []tensor.Shape{picture}, "expected each of 1 to 3 once"},
		{Rescaling{}, []tensor.Shape{picture}, "Scale is 0, expected a factor such as 1.0/255"},
		{Rescaling{Scales: []float64{1, 2}}, []tensor.Shape{picture}, "Scales are 2 numbers"},
		{Rescaling{Scale: 1, Offsets: []float64{1, 2}}, []tensor.Shape{picture}, "Offsets are 2 numbers"},
		{Resizing{Height: 3}, []tensor.Shape{picture}, "Width is 0"},
		{Resizing{Height: 3, Width: 3}, []tensor.Shape{unsized}, "give the model an InputShape"},
		{Resizing{Height: 3, Width: 3, CropToAspectRatio: true, PadToAspectRatio: true}, []tensor.Shape{picture}, "exclude one another"},
		{Normalization{Mean: []float64{1}}, []tensor.Shape{row}, "1 numbers for Mean and 0 for Variance"},
		{Normalization{Mean: []float64{1, 2, 3}, Variance: []float64{1, 2, 3}}, []tensor.Shape{row}, "expected 1 or 4"},
		{Normalization{Axes: []int{1, 2}, Mean: make([]float64, 30), Variance: make([]float64, 30)}, []tensor.Shape{picture}, "several axes need Adapt"},
		{RandomFlip{Mode: 5}, []tensor.Shape{picture}, "Mode is flip(5)"},
		{RandomRotation{Factor: PlusMinus(2)}, []tensor.Shape{picture}, "Factor is from -2 to 2, expected a range within -1 to 1"},
		{RandomRotation{Interpolation: Bicubic}, []tensor.Shape{picture}, "Interpolation is bicubic"},
		{RandomTranslation{HeightFactor: PlusMinus(2)}, []tensor.Shape{picture}, "HeightFactor is"},
		{RandomTranslation{WidthFactor: PlusMinus(2)}, []tensor.Shape{picture}, "WidthFactor is"},
		{RandomTranslation{FillMode: 9}, []tensor.Shape{picture}, "FillMode is fill(9)"},
		{RandomZoom{HeightFactor: PlusMinus(1)}, []tensor.Shape{picture}, "HeightFactor is"},
		{RandomZoom{WidthFactor: &Range{1, 0}}, []tensor.Shape{picture}, "WidthFactor is"},
		{RandomContrast{Upper: 2}, []tensor.Shape{picture}, "Upper is 2"},
		{RandomBrightness{Factor: PlusMinus(2)}, []tensor.Shape{picture}, "Factor is"},
		{RandomBrightness{}, []tensor.Shape{unsized}, "give the model an InputShape"},
		{Add{}, []tensor.Shape{row}, "1 inputs given, expected at least 2"},
		{Add{}, []tensor.Shape{row, {graph.Batch, 3}}, "do not go together"},
		{Subtract{}, []tensor.Shape{row, row, row}, "3 inputs given, expected 2"},
		{Concatenate{}, nil, "no inputs given"},
		{Concatenate{}, []tensor.Shape{picture, {graph.Batch, 5, 7, 4}}, "input 1 of shape (None, 5, 7, 4) does not join (None, 5, 6, 4) along axis 3"},
		{Dot{}, []tensor.Shape{row, {graph.Batch, 3}}, "expected equal extents: set Axes"},
		{Dot{Axes: [2]int{3, 1}}, []tensor.Shape{row, row}, "axis 3 does not exist"},
	} {
		for _, training := range []bool{true, false} {
			g := graph.New()
			build := &Build{Graph: g, Training: training}
			if training {
				build.Key = g.Parameter("key", tensor.Uint32, 4)
			}
			var inputs []*graph.Node
			for _, shape := range test.inputs {
				inputs = append(inputs, g.Parameter("x", tensor.Float32, shape...))
			}
			_, err := build.Call(Share(test.layer), inputs...)
			if _, random := test.layer.(RandomBrightness); random && !training && strings.Contains(test.want, "InputShape") {
				continue // in inference it does nothing
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%+v (training %v): %v, want %s", test.layer, training, err, test.want)
			}
			if err != nil && !strings.Contains(err.Error(), config.SnakeCase(describe(test.layer).Class)) {
				t.Errorf("%v does not name the layer", err)
			}
		}
	}
}

func TestWeightsKeepTheirShape(t *testing.T) {
	g := graph.New()
	dense := Share(Dense{Units: 2, Name: "head"})
	build := &Build{Graph: g}
	if _, err := build.Call(dense, g.Parameter("x", tensor.Float32, graph.Batch, 3)); err != nil {
		t.Fatal(err)
	}
	_, err := build.Call(dense, g.Parameter("y", tensor.Float32, graph.Batch, 4))
	if err == nil || !strings.Contains(err.Error(), "weight kernel has the shape (3, 2), this input would need (4, 2)") {
		t.Errorf("another input: %v", err)
	}
}

// greedy asks for what a context does not give.
type greedy struct{ update bool }

func (l greedy) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if l.update {
		c.Update("average", inputs[0])
	}
	return c.Uniform(graph.Batch, 2), nil
}

func TestContextMisuse(t *testing.T) {
	for want, layer := range map[string]Layer{
		"random numbers are for training only": greedy{},
		`update of "average"`:                  greedy{update: true},
	} {
		g := graph.New()
		_, err := (&Build{Graph: g}).Call(Share(layer), g.Parameter("x", tensor.Float32, graph.Batch, 2))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestLossesBesideTheLoss(t *testing.T) {
	layer := Dense{
		Units: 1, NoBias: true, KernelInitializer: initializers.Ones{},
		KernelRegularizer: regularizers.L2{Factor: 0.5}, ActivityRegularizer: regularizers.L1{Factor: 0.1},
	}
	x := graph.Array{Shape: tensor.Shape{2, 2}, Values: []float64{1, 2, 3, -8}}
	c, err := call(layer, true, x)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.again(); err != nil { // the same weight costs once, each activity by itself
		t.Fatal(err)
	}
	c.feed(graph.Array{Shape: tensor.Shape{2, 1}, Values: []float64{1, 3}})
	losses, err := c.evaluate(c.build.Losses()...)
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{0.5 * (1 + 9), 0.1 * (7 + 21) / 2, 0.1 * (7 + 21) / 2}
	if len(losses) != len(want) {
		t.Fatalf("%d losses, want %d", len(losses), len(want))
	}
	for i, loss := range losses {
		if math.Abs(loss.Values[0]-want[i]) > 1e-6 {
			t.Errorf("loss %d is %v, want %v", i, loss.Values[0], want[i])
		}
	}
	if c, err = call(layer, false, x); err != nil || len(c.build.Losses()) != 2 { // as Keras' evaluate and val_loss
		t.Errorf("evaluation has %d losses, want 2: %v", len(c.build.Losses()), err)
	}
}
