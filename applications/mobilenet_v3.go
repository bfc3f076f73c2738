package applications

import (
	"fmt"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/layers"
)

// The two networks that Google's search found for small devices (Howard et
// al., 2019).
const (
	MobileNetV3Small Application = "mobilenet_v3_small"
	MobileNetV3Large Application = "mobilenet_v3_large"
)

// mobileV3 is a row of one of them: a block, with the kernel of 5×5 and the
// excitation that the minimalistic form leaves out.
type mobileV3 struct {
	expansion, filters float64
	wide               bool
	stride             int
	excited, swish     bool
}

func mobileNetV3() []definition {
	small := mobileNetV3Of([]mobileV3{
		{0, 16, false, 2, true, false}, {72.0 / 16, 24, false, 2, false, false}, {88.0 / 24, 24, false, 1, false, false},
		{4, 40, true, 2, true, true}, {6, 40, true, 1, true, true}, {6, 40, true, 1, true, true},
		{3, 48, true, 1, true, true}, {3, 48, true, 1, true, true},
		{6, 96, true, 2, true, true}, {6, 96, true, 1, true, true}, {6, 96, true, 1, true, true},
	}, 1024)
	small.Application, small.Title, small.Parameters, small.Top1 = MobileNetV3Small, "MobileNetV3Small", 2554968, 68.1
	small.LastSpatial = "activation_17"
	small.Weights = mobileNetV3Weights("small", [3][2]string{
		{"cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"},
		{"8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"},
		{"99cd97fb2fcdad2bf028eb838de69e37", "cde8136e733e811080d9fcd8a252f7e4"},
	})
	large := mobileNetV3Of([]mobileV3{
		{0, 16, false, 1, false, false}, {4, 24, false, 2, false, false}, {3, 24, false, 1, false, false},
		{3, 40, true, 2, true, false}, {3, 40, true, 1, true, false}, {3, 40, true, 1, true, false},
		{6, 80, false, 2, false, true}, {2.5, 80, false, 1, false, true}, {2.3, 80, false, 1, false, true}, {2.3, 80, false, 1, false, true},
		{6, 112, false, 1, true, true}, {6, 112, false, 1, true, true},
		{6, 160, true, 2, true, true}, {6, 160, true, 1, true, true}, {6, 160, true, 1, true, true},
	}, 1280)
	large.Application, large.Title, large.Parameters, large.Top1 = MobileNetV3Large, "MobileNetV3Large", 5507432, 75.6
	large.LastSpatial = "activation_19"
	large.Weights = mobileNetV3Weights("large", [3][2]string{
		{"765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"},
		{"59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"},
		{"675e7b876c45c57e9e63e6d90a36599c", "ec5221f64a2f6d1ef965a614bdae7973"},
	})
	small.called = func(Options) string { return small.Title }
	large.called = func(Options) string { return large.Title }
	return []definition{small, large}
}

// mobileNetV3Of is a network of so many channels before its classifier.
func mobileNetV3Of(rows []mobileV3, last float64) definition {
	return definition{
		Manifest: Manifest{
			Source: "Howard et al., Searching for MobileNetV3, 2019",
			Size:   224, Minimum: 32, Alphas: []float64{0.75, 1}, Licence: unstated,
		},
		features: func(x layers.Value, o Options) layers.Value { return mobileNetV3Features(x, o, rows) },
		top:      func(x layers.Value, o Options) layers.Value { return mobileNetV3Top(x, o, last) },
		pooling:  [2]string{"avg_pool", "max_pool"},
		takes:    options{alpha: true, dropout: true, minimalistic: true, preprocessing: true},
		variant: func(o Options) string {
			if o.Minimalistic {
				return "minimalistic_224_" + decimal(o.Alpha)
			}
			return "224_" + decimal(o.Alpha)
		},
	}
}

// mobileNetV3Weights lists the files of 0.75, 1.0 and minimalistic 1.0, whose
// checksums are given with top and without.
func mobileNetV3Weights(size string, checksums [3][2]string) []WeightFile {
	var files []WeightFile
	for i, variant := range []string{"224_0.75", "224_1.0", "minimalistic_224_1.0"} {
		stem := fmt.Sprintf("weights_mobilenet_v3_%s_%s_float", size, variant)
		for j, ending := range []string{".h5", "_no_top_v2.h5"} {
			files = append(files, WeightFile{
				Name: stem + ending, URL: storage + "mobilenet_v3/" + stem + ending, MD5: checksums[i][j], NoTop: j == 1, Variant: variant,
			})
		}
	}
	return files
}

func mobileNetV3Features(x layers.Value, o Options, rows []mobileV3) layers.Value {
	if !o.NoPreprocessing {
		x = layers.Apply(layers.Rescaling{Scale: 1.0 / 127.5, Offset: -1}, x)
	}
	x = mobileNetV3Conv(x, o, layers.Conv2D{Filters: 16, Kernel: layers.Square(3), Strides: layers.Square(2), Name: "conv"})
	for i, row := range rows {
		b := blocks.MobileV3{
			Filters: blocks.Divisible(row.filters*o.Alpha, 8), Expansion: row.expansion, Stride: row.stride,
			HardSwish: row.swish && !o.Minimalistic, Name: "expanded_conv",
		}
		if i > 0 {
			b.Name = fmt.Sprintf("expanded_conv_%d", i)
		}
		if row.wide && !o.Minimalistic {
			b.Kernel = 5
		}
		if row.excited && !o.Minimalistic {
			b.Squeeze = 0.25
		}
		x = b.Apply(x)
	}
	return mobileNetV3Conv(x, o, layers.Conv2D{Filters: blocks.Divisible(float64(6*blocks.Channels(x)), 8), Kernel: layers.Square(1), Name: "conv_1"})
}

// mobileNetV3Conv is a convolution with its normalisation and activation.
func mobileNetV3Conv(x layers.Value, o Options, convolution layers.Conv2D) layers.Value {
	convolution.Padding, convolution.NoBias = layers.Same, true
	x = layers.Apply(convolution, x)
	x = layers.Apply(layers.BatchNormalization{Momentum: new(0.999), Name: convolution.Name + "_bn"}, x)
	return layers.Apply(mobileNetV3Activation(o), x)
}

func mobileNetV3Activation(o Options) layers.Layer {
	if o.Minimalistic {
		return layers.ReLU{}
	}
	return layers.Activation{Of: activations.HardSwish}
}

// mobileNetV3Top classifies by convolutions of 1×1.
func mobileNetV3Top(x layers.Value, o Options, last float64) layers.Value {
	if o.Alpha > 1 {
		last = float64(blocks.Divisible(last*o.Alpha, 8))
	}
	x = layers.Apply(layers.GlobalAveragePooling2D{KeepDims: true}, x)
	x = layers.Apply(layers.Conv2D{Filters: int(last), Kernel: layers.Square(1), Padding: layers.Same, Name: "conv_2"}, x)
	x = layers.Apply(mobileNetV3Activation(o), x)
	if rate := dropout(o, 0.2); rate > 0 {
		x = layers.Apply(layers.Dropout{Rate: rate}, x)
	}
	x = layers.Apply(layers.Conv2D{Filters: o.Classes, Kernel: layers.Square(1), Padding: layers.Same, Name: "logits"}, x)
	x = layers.Apply(layers.Flatten{}, x)
	return layers.Apply(layers.Activation{Of: o.ClassifierActivation, Name: "predictions"}, x)
}
