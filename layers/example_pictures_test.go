package layers_test

import (
	"fmt"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

func ExampleConv2D() {
	fmt.Println(shape(layers.Conv2D{Filters: 16, Kernel: layers.Square(3), Activation: activations.ReLU}, picture))
	// Output: (None, 30, 30, 16), 448 parameters
}

func ExampleDepthwiseConv2D() {
	fmt.Println(shape(layers.DepthwiseConv2D{Kernel: layers.Square(3), Padding: layers.Same}, picture))
	// Output: (None, 32, 32, 3), 30 parameters
}

func ExampleSeparableConv2D() {
	fmt.Println(shape(layers.SeparableConv2D{Filters: 16, Kernel: layers.Square(3)}, picture))
	// Output: (None, 30, 30, 16), 91 parameters
}

func ExampleConv2DTranspose() {
	fmt.Println(shape(layers.Conv2DTranspose{Filters: 8, Kernel: layers.Square(3), Strides: layers.Square(2), Padding: layers.Same}, picture))
	// Output: (None, 64, 64, 8), 224 parameters
}

func ExamplePadding() {
	for _, padding := range []layers.Padding{layers.Valid, layers.Same} {
		fmt.Println(padding, shape(layers.Conv2D{Filters: 1, Kernel: layers.Square(5), Padding: padding}, picture))
	}
	// Output:
	// valid (None, 28, 28, 1), 76 parameters
	// same (None, 32, 32, 1), 76 parameters
}

func ExampleSquare() {
	fmt.Println(layers.Square(3))
	// Output: [3 3]
}

func ExampleMaxPooling2D() {
	show(false, layers.MaxPooling2D{}, []float64{1, 2, 5, 6}, []float64{3, 4, 7, 8})
	// Output: [4 8]
}

func ExampleAveragePooling2D() {
	show(false, layers.AveragePooling2D{}, []float64{1, 2, 5, 6}, []float64{3, 4, 7, 8})
	// Output: [2.5 6.5]
}

func ExampleGlobalAveragePooling2D() {
	fmt.Println(shape(layers.GlobalAveragePooling2D{}, picture))
	// Output: (None, 3), 0 parameters
}

func ExampleGlobalMaxPooling2D() {
	fmt.Println(shape(layers.GlobalMaxPooling2D{KeepDims: true}, picture))
	// Output: (None, 1, 1, 3), 0 parameters
}

func ExampleActivation() {
	show(false, layers.Activation{Of: activations.ReLU}, []float64{-1, 0, 2})
	// Output: [0 0 2]
}

func ExampleReLU() {
	show(false, layers.ReLU{Max: new(6.0)}, []float64{-1, 3, 9})
	// Output: [0 3 6]
}

func ExampleLeakyReLU() {
	show(false, layers.LeakyReLU{NegativeSlope: new(0.1)}, []float64{-1, 3})
	// Output: [-0.1 3]
}

func ExamplePReLU() {
	fmt.Println(shape(layers.PReLU{SharedAxes: []int{1, 2}}, picture))
	// Output: (None, 32, 32, 3), 3 parameters
}

func ExampleELU() {
	show(false, layers.ELU{}, []float64{-1, 3})
	// Output: [-0.6321 3]
}

func ExampleSoftmax() {
	show(false, layers.Softmax{Axes: []int{2}}, []float64{0, 0})
	// Output: [0.5 0.5]
}

func ExampleZeroPadding2D() {
	show(false, layers.ZeroPadding2D{}, []float64{1, 2})
	// Output:
	// [0 0 0 0]
	// [0 1 2 0]
	// [0 0 0 0]
}

func ExampleCropping2D() {
	show(false, layers.Cropping2D{Cropping: &layers.Border{Left: 2}}, []float64{1, 2, 3, 4})
	// Output: [3 4]
}

func ExampleBorder() {
	fmt.Println(layers.Around(3), layers.Border{Bottom: 1, Right: 1})
	// Output: {Top: 3, Bottom: 3, Left: 3, Right: 3} {Top: 0, Bottom: 1, Left: 0, Right: 1}
}

func ExampleUpSampling2D() {
	show(false, layers.UpSampling2D{}, []float64{1, 2})
	// Output:
	// [1 1 2 2]
	// [1 1 2 2]
}

func ExampleReshape() {
	fmt.Println(shape(layers.Reshape{TargetShape: []int{-1, 3}}, picture))
	// Output: (None, 1024, 3), 0 parameters
}

func ExamplePermute() {
	fmt.Println(shape(layers.Permute{Dims: []int{3, 1, 2}}, picture))
	// Output: (None, 3, 32, 32), 0 parameters
}

func ExampleRescaling() {
	show(false, layers.Rescaling{Scale: 1.0 / 128, Offset: -1}, []float64{0, 64, 256})
	// Output: [-1 -0.5 1]
}

func ExampleResizing() {
	show(false, layers.Resizing{Height: 1, Width: 4}, []float64{0, 8})
	// Output: [0 2 6 8]
}

func ExampleInterpolation() {
	for _, i := range []layers.Interpolation{layers.Nearest, layers.Bilinear} {
		fmt.Println(i)
		show(false, layers.Resizing{Height: 1, Width: 4, Interpolation: i}, []float64{0, 8})
	}
	// Output:
	// nearest
	// [0 0 8 8]
	// bilinear
	// [0 2 6 8]
}

func ExampleRandomFlip() {
	show(true, layers.RandomFlip{Mode: layers.Horizontal}, []float64{1, 2, 3})
	show(false, layers.RandomFlip{Mode: layers.Horizontal}, []float64{1, 2, 3})
	// Output:
	// [3 2 1]
	// [1 2 3]
}

func ExampleFlip() {
	fmt.Println(layers.HorizontalAndVertical, layers.Horizontal, layers.Vertical)
	// Output: horizontal_and_vertical horizontal vertical
}

func ExampleRandomRotation() {
	quarter := layers.Range{Low: 0.25, High: 0.25}
	show(true, layers.RandomRotation{Factor: quarter, Interpolation: layers.Nearest}, []float64{1, 2}, []float64{3, 4})
	// Output:
	// [2 4]
	// [1 3]
}

func ExampleRandomTranslation() {
	right := layers.Range{Low: 0.25, High: 0.25}
	show(true, layers.RandomTranslation{WidthFactor: right, FillMode: layers.FillConstant}, []float64{1, 2, 3, 4})
	// Output: [0 1 2 3]
}

func ExampleFillMode() {
	right := layers.Range{Low: 0.5, High: 0.5}
	for _, fill := range []layers.FillMode{layers.FillReflect, layers.FillConstant, layers.FillNearest} {
		fmt.Println(fill)
		show(true, layers.RandomTranslation{WidthFactor: right, FillMode: fill}, []float64{1, 2, 3, 4})
	}
	// Output:
	// reflect
	// [2 1 1 2]
	// constant
	// [0 0 1 2]
	// nearest
	// [1 1 1 2]
}

func ExampleRandomZoom() {
	in := layers.Range{Low: -0.5, High: -0.5}
	show(true, layers.RandomZoom{WidthFactor: &in}, []float64{1, 2, 3, 4, 5})
	// Output: [2 2.5 3 3.5 4]
}

func ExampleRandomContrast() {
	show(true, layers.RandomContrast{Lower: 0.5}, []float64{100, 200})
	// Output: [116.8 183.2]
}

func ExampleRandomBrightness() {
	brighter := layers.Range{Low: 0.2, High: 0.2}
	show(true, layers.RandomBrightness{Factor: brighter}, []float64{100, 240})
	// Output: [151 255]
}

func ExampleRange() {
	fmt.Println(layers.PlusMinus(0.1))
	// Output: {-0.1 0.1}
}

// features is the shape of rows of three features.
var features = tensor.Shape{graph.Batch, 3}

func ExampleAdd() {
	fmt.Println(shape(layers.Add{}, picture, picture))
	// Output: (None, 32, 32, 3), 0 parameters
}

func ExampleSubtract() {
	fmt.Println(shape(layers.Subtract{}, features, features))
	// Output: (None, 3), 0 parameters
}

func ExampleMultiply() {
	// One weight per channel of a picture, as squeeze and excitation does.
	fmt.Println(shape(layers.Multiply{}, picture, features))
	// Output: (None, 32, 32, 3), 0 parameters
}

func ExampleAverage() {
	fmt.Println(shape(layers.Average{}, features, features, features))
	// Output: (None, 3), 0 parameters
}

func ExampleMaximum() {
	fmt.Println(shape(layers.Maximum{}, features, features))
	// Output: (None, 3), 0 parameters
}

func ExampleMinimum() {
	fmt.Println(shape(layers.Minimum{}, features, features))
	// Output: (None, 3), 0 parameters
}

func ExampleConcatenate() {
	fmt.Println(shape(layers.Concatenate{}, picture, picture))
	// Output: (None, 32, 32, 6), 0 parameters
}

func ExampleDot() {
	fmt.Println(shape(layers.Dot{Normalize: true}, features, features))
	// Output: (None, 1), 0 parameters
}

func ExampleScaledAdd() {
	fmt.Println(shape(layers.ScaledAdd{Scale: 0.1}, picture, picture))
	// Output: (None, 32, 32, 3), 0 parameters
}

func ExampleLayerScale() {
	fmt.Println(shape(layers.LayerScale{InitialValue: 1e-6, Channels: 3}, picture))
	// Output: (None, 32, 32, 3), 3 parameters
}

func ExampleStochasticDepth() {
	fmt.Println(shape(layers.StochasticDepth{Rate: 0.1}, picture))
	// Output: (None, 32, 32, 3), 0 parameters
}

func ExampleOperation() {
	show(false, layers.Operation{Of: layers.Minus, Number: new(1.0), NumberFirst: true}, []float64{0.25, 0.5})
	// Output: [0.75 0.5]
}

func ExampleArithmetic() {
	fmt.Println(layers.Plus, layers.Over)
	// Output: Add TrueDivide
}

func ExampleDecodeOperation() {
	half, err := layers.DecodeOperation(config.Object{Class: "Multiply"}, []any{"x", 0.5})
	fmt.Println(*half.(layers.Operation).Number, err)
	// Output: 0.5 <nil>
}
