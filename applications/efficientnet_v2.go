package applications

import (
	"math"
	"strings"

	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/layers"
)

// The second EfficientNets (Tan and Le, 2021): B0 to B3 scale one network, S,
// M and L are networks of their own.
const (
	EfficientNetV2B0 Application = "efficientnetv2-b0"
	EfficientNetV2B1 Application = "efficientnetv2-b1"
	EfficientNetV2B2 Application = "efficientnetv2-b2"
	EfficientNetV2B3 Application = "efficientnetv2-b3"
	EfficientNetV2S  Application = "efficientnetv2-s"
	EfficientNetV2M  Application = "efficientnetv2-m"
	EfficientNetV2L  Application = "efficientnetv2-l"
)

// efficientNetV2 is the scale of one of them, and what is known of it.
type efficientNetV2 struct {
	application              Application
	size                     int
	width, depth             float64
	stem                     float64
	stages                   []efficientStage
	parameters               int
	top1, top5               float64
	checksum, checksumOfBase string
}

// efficientStage is a row of blocks; without an excitation they are fused.
type efficientStage struct {
	filters, repeats  float64
	expansion, stride int
	squeeze           float64
}

func efficientNetV2s() []definition {
	b := []efficientStage{{16, 1, 1, 1, 0}, {32, 2, 4, 2, 0}, {48, 2, 4, 2, 0}, {96, 3, 4, 2, 0.25}, {112, 5, 6, 1, 0.25}, {192, 8, 6, 2, 0.25}}
	s := []efficientStage{{24, 2, 1, 1, 0}, {48, 4, 4, 2, 0}, {64, 4, 4, 2, 0}, {128, 6, 4, 2, 0.25}, {160, 9, 6, 1, 0.25}, {256, 15, 6, 2, 0.25}}
	m := []efficientStage{
		{24, 3, 1, 1, 0}, {48, 5, 4, 2, 0}, {80, 5, 4, 2, 0}, {160, 7, 4, 2, 0.25}, {176, 14, 6, 1, 0.25}, {304, 18, 6, 2, 0.25}, {512, 5, 6, 1, 0.25},
	}
	l := []efficientStage{
		{32, 4, 1, 1, 0}, {64, 7, 4, 2, 0}, {96, 7, 4, 2, 0}, {192, 10, 4, 2, 0.25}, {224, 19, 6, 1, 0.25}, {384, 25, 6, 2, 0.25}, {640, 7, 6, 1, 0.25},
	}
	var all []definition
	for _, e := range []efficientNetV2{
		{EfficientNetV2B0, 224, 1.0, 1.0, 32, b, 7200312, 78.7, 94.3, "21ecbf6da12460d5c40bb2f29ceb2188", "893217f2bb855e2983157299931e43ff"},
		{EfficientNetV2B1, 240, 1.0, 1.1, 32, b, 8212124, 79.8, 95.0, "069f0534ff22adf035c89e2d9547a9dc", "0e80663031ca32d657f9caa404b6ec37"},
		{EfficientNetV2B2, 260, 1.1, 1.2, 32, b, 10178374, 80.5, 95.1, "424e49f28180edbde1e94797771950a7", "1dfe2e7a5d45b6632553a8961ea609eb"},
		{EfficientNetV2B3, 300, 1.2, 1.4, 32, b, 14467622, 82.0, 95.8, "1f1fc43bd98a6e4fd8fdfd551e02c7a0", "f6abf7b5849ac99a89b50dd3fd532856"},
		{EfficientNetV2S, 384, 1.0, 1.0, 24, s, 21612360, 83.9, 96.7, "e1d88a8495beba45748fedd0cecbe016", "af0682fb74e8c54910f2d4393339c070"},
		{EfficientNetV2M, 480, 1.0, 1.0, 24, m, 54431388, 85.3, 97.4, "a3bf6aa3276309f4fc6a34aa114c95cd", "1b8dc055df72dde80d614482840fe342"},
		{EfficientNetV2L, 480, 1.0, 1.0, 32, l, 119027848, 85.7, 97.5, "27e6d408b53c7ebc868fefa357689935", "b0b66b5c863aef5b46e8608fe1711615"},
	} {
		all = append(all, e.definition())
	}
	return all
}

// variant is B0 or S.
func (e efficientNetV2) variant() string {
	return strings.ToUpper(strings.TrimPrefix(string(e.application), "efficientnetv2-"))
}

func (e efficientNetV2) definition() definition {
	stem, folder := string(e.application), storage+"efficientnet_v2/"
	return definition{
		Manifest: Manifest{
			Application: e.application, Title: "EfficientNetV2" + e.variant(),
			Source: "Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021",
			Size:   e.size, Minimum: 32, LastSpatial: "top_activation", Parameters: e.parameters, Top1: e.top1, Top5: e.top5,
			Weights: []WeightFile{
				{Name: stem + ".h5", URL: folder + stem + ".h5", MD5: e.checksum},
				{Name: stem + "_notop.h5", URL: folder + stem + "_notop.h5", MD5: e.checksumOfBase, NoTop: true},
			},
			Licence: unstated,
		},
		features: e.features, top: efficientTop(0.2), pooling: [2]string{"avg_pool", "max_pool"},
		takes: options{preprocessing: true},
	}
}

// filters scales a number of channels by the width, to a multiple of 8.
func (e efficientNetV2) filters(channels float64) int { return max(8, int(channels*e.width+4)/8*8) }

// repeats scales a number of blocks by the depth.
func (e efficientNetV2) repeats(count float64) int { return int(math.Ceil(count * e.depth)) }

func (e efficientNetV2) features(x layers.Value, o Options) layers.Value {
	momentum := new(0.9)
	if !o.NoPreprocessing {
		x = e.normalized(x)
	}
	x = efficientConv(x, layers.Conv2D{
		Filters: e.filters(e.stem), Kernel: layers.Square(3), Strides: layers.Square(2), Padding: layers.Same,
	}, "stem", momentum)
	total, done := 0.0, 0.0
	for _, s := range e.stages {
		total += s.repeats // unscaled, so that the last rates exceed 0.2
	}
	for i, s := range e.stages {
		for j := range e.repeats(s.repeats) {
			stride := 1
			if j == 0 {
				stride = s.stride
			}
			filters, rate, name := e.filters(s.filters), 0.2*done/total, blockName(i, j)
			if s.squeeze > 0 {
				x = blocks.MBConv{
					Filters: filters, Expansion: s.expansion, Stride: stride, Squeeze: s.squeeze,
					DropRate: rate, Momentum: momentum, V2: true, Name: name,
				}.Apply(x)
			} else {
				x = blocks.FusedMBConv{
					Filters: filters, Expansion: s.expansion, Stride: stride, DropRate: rate, Momentum: momentum, Name: name,
				}.Apply(x)
			}
			done++
		}
	}
	return efficientConv(x, layers.Conv2D{Filters: e.filters(1280), Kernel: layers.Square(1), Padding: layers.Same}, "top", momentum)
}

// normalized brings pixels to the range that the network takes: the mean 0
// and deviation 1 of ImageNet's channels for B0 to B3, -1 to 1 for the others.
func (e efficientNetV2) normalized(x layers.Value) layers.Value {
	if !strings.HasPrefix(e.variant(), "B") || blocks.Channels(x) != 3 {
		return layers.Apply(layers.Rescaling{Scale: 1.0 / 128, Offset: -1}, x)
	}
	x = layers.Apply(layers.Rescaling{Scale: 1.0 / 255}, x)
	return layers.Apply(layers.Normalization{
		Mean: []float64{0.485, 0.456, 0.406}, Variance: []float64{0.229 * 0.229, 0.224 * 0.224, 0.225 * 0.225},
	}, x)
}
