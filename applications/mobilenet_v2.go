package applications

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// MobileNetV2 is Google's second network for small devices, in six widths
// (Sandler et al., 2018).
const MobileNetV2 Application = "mobilenet_v2"

func mobileNetV2() []definition {
	d := definition{
		Manifest: Manifest{
			Application: MobileNetV2, Title: "MobileNetV2",
			Source: "Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018",
			Size:   224, Minimum: 32, Mode: images.TF, LastSpatial: "out_relu", Parameters: 3538984, Top1: 71.3, Top5: 90.1,
			Alphas: []float64{0.35, 0.5, 0.75, 1, 1.3, 1.4}, Licence: unstated,
		},
		features: mobileNetV2Features,
		top: func(x layers.Value, o Options) layers.Value {
			x = layers.Apply(layers.GlobalAveragePooling2D{}, x)
			return layers.Apply(layers.Dense{Units: o.Classes, Activation: o.ClassifierActivation, Name: "predictions"}, x)
		},
		takes: options{alpha: true},
	}
	sizes := []int{96, 128, 160, 192, 224}
	for _, alpha := range d.Alphas {
		for _, size := range sizes {
			variant := decimal(alpha) + "_" + strconv.Itoa(size)
			stem := "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_" + variant
			d.Weights = append(d.Weights,
				WeightFile{Name: stem + ".h5", URL: storage + "mobilenet_v2/" + stem + ".h5", Variant: variant},
				WeightFile{Name: stem + "_no_top.h5", URL: storage + "mobilenet_v2/" + stem + "_no_top.h5", Variant: variant, NoTop: true})
		}
	}
	d.variant = func(o Options) string { return decimal(o.Alpha) + "_" + strconv.Itoa(trainedSize(o, sizes)) }
	d.called = func(o Options) string { return "mobilenetv2_" + widthAndRows(o) }
	return []definition{d}
}

// widthAndRows are in the names of models that have widths: 0.35_224.
func widthAndRows(o Options) string {
	rows := "None"
	if o.InputShape[0] >= 0 {
		rows = strconv.Itoa(o.InputShape[0])
	}
	return strconv.FormatFloat(o.Alpha, 'f', 2, 64) + "_" + rows
}

// decimal writes a width as weight files are named: 1.0, 0.35.
func decimal(alpha float64) string {
	text := strconv.FormatFloat(alpha, 'g', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// trainedSize is the size that a network's weights were trained on. Without
// top, those of 224 go with sizes that none were published for.
func trainedSize(o Options, published []int) int {
	height, width := o.InputShape[0], o.InputShape[1]
	if o.NoTop && (height != width || !slices.Contains(published, height)) {
		return 224
	}
	return height
}

func mobileNetV2Features(x layers.Value, o Options) layers.Value {
	normalized := func(convolution layers.Conv2D, norm, rectifier string) {
		convolution.NoBias = true
		x = layers.Apply(layers.BatchNormalization{Momentum: new(0.999), Name: norm}, layers.Apply(convolution, x))
		x = layers.Apply(layers.ReLU{Max: new(6.0), Name: rectifier}, x)
	}
	first := blocks.Divisible(32*o.Alpha, 8)
	normalized(layers.Conv2D{Filters: first, Kernel: layers.Square(3), Strides: layers.Square(2), Padding: layers.Same, Name: "Conv1"}, "bn_Conv1", "Conv1_relu")

	width := func(filters float64) int { return blocks.Divisible(float64(int(filters*o.Alpha)), 8) }
	x = blocks.InvertedResidual{Filters: width(16), Name: "expanded_conv"}.Apply(x)
	block := 0
	for _, stage := range []struct {
		filters         float64
		repeats, stride int
	}{{24, 2, 2}, {32, 3, 2}, {64, 4, 2}, {96, 3, 1}, {160, 3, 2}, {320, 1, 1}} {
		for i := range stage.repeats {
			block++
			b := blocks.InvertedResidual{Filters: width(stage.filters), Expansion: 6, Name: fmt.Sprintf("block_%d", block)}
			if i == 0 {
				b.Stride = stage.stride
			}
			x = b.Apply(x)
		}
	}
	last := blocks.Divisible(1280*max(o.Alpha, 1), 8)
	normalized(layers.Conv2D{Filters: last, Kernel: layers.Square(1), Name: "Conv_1"}, "Conv_1_bn", "out_relu")
	return x
}
