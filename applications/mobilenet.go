package applications

import (
	"fmt"
	"strings"

	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// MobileNet is Google's first network for small devices, in four widths
// (Howard et al., 2017).
const MobileNet Application = "mobilenet"

func mobileNet() []definition {
	d := definition{
		Manifest: Manifest{
			Application: MobileNet, Title: "MobileNet",
			Source: "Howard et al., MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, 2017",
			Size:   224, Minimum: 32, Mode: images.TF, LastSpatial: "conv_pw_13_relu", Parameters: 4253864, Top1: 70.4, Top5: 89.5,
			Alphas: []float64{0.25, 0.5, 0.75, 1}, Licence: unstated,
		},
		features: mobileNetFeatures, top: mobileNetTop,
		takes: options{alpha: true, dropout: true},
	}
	sizes := []int{128, 160, 192, 224}
	variant := func(alpha float64, size int) string {
		width := strings.Replace(fmt.Sprintf("%.1f", 10*alpha), ".", "_", 1) // 0.75 is 7_5
		if alpha == 1 {
			width = "1_0"
		}
		return fmt.Sprintf("%s_%d", width, size)
	}
	for _, alpha := range d.Alphas {
		for _, size := range sizes {
			stem := "mobilenet_" + variant(alpha, size) + "_tf"
			for _, ending := range []string{".h5", "_no_top.h5"} {
				d.Weights = append(d.Weights, WeightFile{
					Name: stem + ending, URL: storage + "mobilenet/" + stem + ending, Variant: variant(alpha, size), NoTop: ending != ".h5",
				})
			}
		}
	}
	d.variant = func(o Options) string { return variant(o.Alpha, trainedSize(o, sizes)) }
	d.called = func(o Options) string { return "mobilenet_" + widthAndRows(o) }
	return []definition{d}
}

func mobileNetFeatures(x layers.Value, o Options) layers.Value {
	width := func(filters float64) int { return int(filters * o.Alpha) }
	x = layers.Apply(layers.Conv2D{
		Filters: width(32), Kernel: layers.Square(3), Strides: layers.Square(2), Padding: layers.Same, NoBias: true, Name: "conv1",
	}, x)
	x = layers.Apply(layers.BatchNormalization{Name: "conv1_bn"}, x)
	x = layers.Apply(layers.ReLU{Max: new(6.0), Name: "conv1_relu"}, x)
	previous := 64.0
	for i, filters := range []float64{64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024} {
		b := blocks.DepthwiseSeparable{Filters: width(filters), Number: i + 1}
		if filters > previous {
			b.Stride = 2
		}
		x, previous = b.Apply(x), filters
	}
	return x
}

// mobileNetTop classifies by a convolution of 1×1.
func mobileNetTop(x layers.Value, o Options) layers.Value {
	x = layers.Apply(layers.GlobalAveragePooling2D{KeepDims: true}, x)
	x = layers.Apply(layers.Dropout{Rate: dropout(o, 0.001), Name: "dropout"}, x)
	x = layers.Apply(layers.Conv2D{Filters: o.Classes, Kernel: layers.Square(1), Padding: layers.Same, Name: "conv_preds"}, x)
	x = layers.Apply(layers.Reshape{TargetShape: []int{o.Classes}, Name: "reshape_2"}, x)
	return layers.Apply(layers.Activation{Of: o.ClassifierActivation, Name: "predictions"}, x)
}

// dropout is what the options say, or what the application has without.
func dropout(o Options, missing float64) float64 {
	if o.Dropout == nil {
		return missing
	}
	return *o.Dropout
}
