package applications

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
)

// The EfficientNets, one network scaled in width, depth and size (Tan and Le,
// 2019).
const (
	EfficientNetB0 Application = "efficientnetb0"
	EfficientNetB1 Application = "efficientnetb1"
	EfficientNetB2 Application = "efficientnetb2"
	EfficientNetB3 Application = "efficientnetb3"
	EfficientNetB4 Application = "efficientnetb4"
	EfficientNetB5 Application = "efficientnetb5"
	EfficientNetB6 Application = "efficientnetb6"
	EfficientNetB7 Application = "efficientnetb7"
)

// efficientNet is the scale of one of them, and what is known of it.
type efficientNet struct {
	application              Application
	size                     int
	width, depth, dropout    float64
	parameters               int
	top1, top5               float64
	checksum, checksumOfBase string
}

func efficientNets() []definition {
	var all []definition
	for i, e := range []efficientNet{
		{EfficientNetB0, 224, 1.0, 1.0, 0.2, 5330571, 77.1, 93.3, "902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"},
		{EfficientNetB1, 240, 1.0, 1.1, 0.2, 7856239, 79.1, 94.4, "1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"},
		{EfficientNetB2, 260, 1.1, 1.2, 0.3, 9177569, 80.1, 94.9, "b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"},
		{EfficientNetB3, 300, 1.2, 1.4, 0.3, 12320535, 81.6, 95.7, "ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"},
		{EfficientNetB4, 380, 1.4, 1.8, 0.4, 19466823, 82.9, 96.4, "18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba"},
		{EfficientNetB5, 456, 1.6, 2.2, 0.4, 30562527, 83.6, 96.7, "ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f"},
		{EfficientNetB6, 528, 1.8, 2.6, 0.5, 43265143, 84.0, 96.8, "165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743"},
		{EfficientNetB7, 600, 2.0, 3.1, 0.5, 66658687, 84.3, 97.0, "8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a"},
	} {
		all = append(all, e.definition(fmt.Sprintf("EfficientNetB%d", i)))
	}
	return all
}

func (e efficientNet) definition(title string) definition {
	stem, folder := string(e.application), "https://storage.googleapis.com/keras-applications/"
	return definition{
		Manifest: Manifest{
			Application: e.application, Title: title,
			Source: "Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019",
			Size:   e.size, Minimum: 32, LastSpatial: "top_activation", Parameters: e.parameters, Top1: e.top1, Top5: e.top5,
			Weights: []WeightFile{
				{Name: stem + ".h5", URL: folder + stem + ".h5", MD5: e.checksum},
				{Name: stem + "_notop.h5", URL: folder + stem + "_notop.h5", MD5: e.checksumOfBase, NoTop: true},
			},
			Licence: unstated,
		},
		features: e.features, top: efficientTop(e.dropout), pooling: [2]string{"avg_pool", "max_pool"},
		takes: options{scaling: true},
	}
}

// filters scales a number of channels by the width.
func (e efficientNet) filters(channels float64) int { return blocks.Divisible(channels*e.width, 8) }

// repeats scales a number of blocks by the depth.
func (e efficientNet) repeats(count float64) int { return int(math.Ceil(count * e.depth)) }

func (e efficientNet) features(x layers.Value, o Options) layers.Value {
	x = e.normalized(x, o.ImageNetScaling || o.Weights == ImageNet)
	x = layers.Apply(layers.ZeroPadding2D{Padding: blocks.CorrectPad(x, 3), Name: "stem_conv_pad"}, x)
	x = efficientConv(x, layers.Conv2D{Filters: e.filters(32), Kernel: layers.Square(3), Strides: layers.Square(2)}, "stem", nil)
	stages := []struct {
		filters, repeats          float64
		kernel, expansion, stride int
	}{{16, 1, 3, 1, 1}, {24, 2, 3, 6, 2}, {40, 2, 5, 6, 2}, {80, 3, 3, 6, 2}, {112, 3, 5, 6, 1}, {192, 4, 5, 6, 2}, {320, 1, 3, 6, 1}}
	total, done := 0, 0
	for _, s := range stages {
		total += e.repeats(s.repeats)
	}
	for i, s := range stages {
		for j := range e.repeats(s.repeats) {
			b := blocks.MBConv{
				Filters: e.filters(s.filters), Expansion: s.expansion, Kernel: s.kernel, Squeeze: 0.25,
				DropRate: 0.2 * float64(done) / float64(total), Name: blockName(i, j),
			}
			if j == 0 {
				b.Stride = s.stride
			}
			x = b.Apply(x)
			done++
		}
	}
	return efficientConv(x, layers.Conv2D{Filters: e.filters(1280), Kernel: layers.Square(1), Padding: layers.Same}, "top", nil)
}

// normalized brings pixels to the range that the network takes. The published
// weights were trained on pixels that had been divided by the channels'
// variance, not by its root; scaling makes up for it.
func (e efficientNet) normalized(x layers.Value, scaling bool) layers.Value {
	x = layers.Apply(layers.Rescaling{Scale: 1.0 / 255}, x)
	x = layers.Apply(layers.Normalization{}, x)
	if scaling {
		x = layers.Apply(layers.Rescaling{Scales: []float64{1 / math.Sqrt(0.229), 1 / math.Sqrt(0.224), 1 / math.Sqrt(0.225)}}, x)
	}
	return x
}

// blockName is block1a for the first block of the first stage.
func blockName(stage, block int) string { return fmt.Sprintf("block%d%c", stage+1, 'a'+block) }

// efficientConv is a convolution with its normalisation and SiLU.
func efficientConv(x layers.Value, convolution layers.Conv2D, name string, momentum *float64) layers.Value {
	convolution.NoBias, convolution.Name = true, name+"_conv"
	convolution.KernelInitializer = initializers.VarianceScaling{Scale: 2, Mode: initializers.FanOut}
	x = layers.Apply(convolution, x)
	x = layers.Apply(layers.BatchNormalization{Momentum: momentum, Name: name + "_bn"}, x)
	return layers.Apply(layers.Activation{Of: activations.SiLU, Name: name + "_activation"}, x)
}

// efficientTop averages, drops and classifies.
func efficientTop(rate float64) func(layers.Value, Options) layers.Value {
	return func(x layers.Value, o Options) layers.Value {
		x = layers.Apply(layers.GlobalAveragePooling2D{Name: "avg_pool"}, x)
		x = layers.Apply(layers.Dropout{Rate: rate, Name: "top_dropout"}, x)
		return layers.Apply(layers.Dense{
			Units: o.Classes, Activation: o.ClassifierActivation, Name: "predictions",
			KernelInitializer: initializers.VarianceScaling{Scale: 1.0 / 3, Mode: initializers.FanOut, Distribution: initializers.Uniform},
		}, x)
	}
}
