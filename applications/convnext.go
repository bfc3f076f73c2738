package applications

import (
	"fmt"
	"strconv"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/layers"
)

// The convolutional networks that were brought up to the age of transformers
// (Liu et al., 2022).
const (
	ConvNeXtTiny   Application = "convnext_tiny"
	ConvNeXtSmall  Application = "convnext_small"
	ConvNeXtBase   Application = "convnext_base"
	ConvNeXtLarge  Application = "convnext_large"
	ConvNeXtXLarge Application = "convnext_xlarge"
)

// convNeXt is the scale of one of them, and what is known of it.
type convNeXt struct {
	application              Application
	size                     string
	third                    int // blocks of the third stage; the others have 3
	channels                 int // of the first stage, doubled in each later one
	parameters               int
	top1                     float64
	checksum, checksumOfBase string
}

func convNeXts() []definition {
	var all []definition
	for _, c := range []convNeXt{
		{
			ConvNeXtTiny, "Tiny", 9, 96, 28589128, 81.3,
			"8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff", "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
		},
		{
			ConvNeXtSmall, "Small", 27, 96, 50223688, 82.3,
			"ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c", "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab",
		},
		{
			ConvNeXtBase, "Base", 27, 128, 88591464, 85.3,
			"52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6", "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45",
		},
		{
			ConvNeXtLarge, "Large", 27, 192, 197767336, 86.3,
			"070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6", "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd",
		},
		{
			ConvNeXtXLarge, "XLarge", 27, 256, 350196968, 86.7,
			"c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee", "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05",
		},
	} {
		all = append(all, c.definition())
	}
	return all
}

func (c convNeXt) definition() definition {
	stem, folder := string(c.application), storage+"convnext/"
	return definition{
		Manifest: Manifest{
			Application: c.application, Title: "ConvNeXt" + c.size,
			Source: "Liu et al., A ConvNet for the 2020s, 2022",
			Size:   224, Minimum: 32, LastSpatial: fmt.Sprintf("add_%d", 9+c.third-1), Parameters: c.parameters, Top1: c.top1,
			Weights: []WeightFile{
				{Name: stem + ".h5", URL: folder + stem + ".h5", SHA256: c.checksum},
				{Name: stem + "_notop.h5", URL: folder + stem + "_notop.h5", SHA256: c.checksumOfBase, NoTop: true},
			},
			Licence: unstated,
		},
		features: c.features, top: c.top,
		ending: func(x layers.Value) layers.Value { return layers.Apply(layers.LayerNormalization{Epsilon: 1e-6}, x) },
		takes:  options{preprocessing: true},
	}
}

func (c convNeXt) name(part string) string { return string(c.application) + "_" + part }

func (c convNeXt) features(x layers.Value, o Options) layers.Value {
	if !o.NoPreprocessing && blocks.Channels(x) == 3 {
		x = layers.Apply(layers.Normalization{
			Mean:     []float64{0.485 * 255, 0.456 * 255, 0.406 * 255},
			Variance: []float64{58.395 * 58.395, 57.12 * 57.12, 57.375 * 57.375}, // of deviations 0.229, 0.224 and 0.225 of 255
			Name:     c.name("prestem_normalization"),
		}, x)
	}
	for stage, count := range []int{3, 3, c.third, 3} {
		x = c.narrowed(x, stage)
		for i := range count {
			x = blocks.ConvNeXt{Name: c.name(fmt.Sprintf("stage_%d_block_%d", stage, i))}.Apply(x)
		}
	}
	return x
}

// narrowed brings pictures to the size and the channels of a stage, by a
// model of two layers as in Keras.
func (c convNeXt) narrowed(x layers.Value, stage int) layers.Value {
	channels := c.channels << stage
	if stage == 0 {
		return c.within(x, "stem",
			layers.Conv2D{Filters: channels, Kernel: layers.Square(4), Strides: layers.Square(4), Name: c.name("stem_conv")},
			layers.LayerNormalization{Epsilon: 1e-6, Name: c.name("stem_layernorm")})
	}
	number := strconv.Itoa(stage - 1)
	return c.within(x, "downsampling_block_"+number,
		layers.LayerNormalization{Epsilon: 1e-6, Name: c.name("downsampling_layernorm_" + number)},
		layers.Conv2D{Filters: channels, Kernel: layers.Square(2), Strides: layers.Square(2), Name: c.name("downsampling_conv_" + number)})
}

// within applies layers as a model of their own. A mistake in x is one of
// theirs too: it leaves no value, which the model around will report.
func (c convNeXt) within(x layers.Value, name string, stack ...layers.Layer) layers.Value {
	shape := x.Shape()
	if shape == nil {
		return layers.Value{}
	}
	m, err := lince.Sequential(append([]layers.Layer{layers.Input{Shape: shape[1:]}}, stack...)...)
	if err != nil || m.Rename(c.name(name)) != nil {
		return layers.Value{}
	}
	return m.Instance().Apply(x)
}

func (c convNeXt) top(x layers.Value, o Options) layers.Value {
	x = layers.Apply(layers.GlobalAveragePooling2D{Name: c.name("head_gap")}, x)
	x = layers.Apply(layers.LayerNormalization{Epsilon: 1e-6, Name: c.name("head_layernorm")}, x)
	return layers.Apply(layers.Dense{Units: o.Classes, Activation: o.ClassifierActivation, Name: c.name("head_dense")}, x)
}
