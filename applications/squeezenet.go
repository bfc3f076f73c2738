package applications

import (
	"fmt"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// The networks of 1.2 million weights (Iandola et al., 2016). Version 1.1
// computes less than half as much as 1.0.
const (
	SqueezeNet   Application = "squeezenet"
	SqueezeNet11 Application = "squeezenet1_1"
)

const squeezeNetSource = "Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters, 2016"

func squeezeNets() []definition {
	known := Manifest{
		Source: squeezeNetSource, Size: 227, Mode: images.Caffe, LastSpatial: "fire9_concat",
		Licence: "BSD 2-Clause, by the authors (github.com/forresti/SqueezeNet)",
	}
	first, second := known, known
	first.Application, first.Title, first.Minimum, first.Parameters, first.Top1, first.Top5 = SqueezeNet, "SqueezeNet", 35, 1248424, 57.5, 80.3
	second.Application, second.Title, second.Minimum, second.Parameters, second.Top1, second.Top5 = SqueezeNet11, "SqueezeNet1_1", 31, 1235496, 57.5, 80.3
	return []definition{
		{Manifest: first, features: squeezeNet(96, 7, 4, 8), top: squeezeNetTop(layers.Around(1)), prepare: squeezeNetPictures, takes: options{dropout: true}},
		{Manifest: second, features: squeezeNet(64, 3, 3, 5), top: squeezeNetTop(nil), prepare: squeezeNetPictures, takes: options{dropout: true}},
	}
}

// squeezeNetPictures takes off the mean (104, 117, 123) of blue, green and red,
// which is Caffe's with less digits, and cuts pictures of 227×227 out of the
// centre of ones whose shorter side is 256.
func squeezeNetPictures(p *images.Preprocessing) {
	p.Mean = []float32{104 - 103.939, 117 - 116.779, 123 - 123.68}
	if p.TargetSize == images.Square(227) {
		p.ShortSide = 256
	}
}

// squeezeNet returns the layers of a network that begins with filters of
// size×size and pools behind the first convolution and two of its blocks.
func squeezeNet(filters, size, pool1, pool2 int) func(layers.Value, Options) layers.Value {
	return func(x layers.Value, _ Options) layers.Value {
		x = layers.Apply(layers.Conv2D{
			Filters: filters, Kernel: layers.Square(size), Strides: layers.Square(2), Activation: activations.ReLU, Name: "conv1",
		}, x)
		x = squeezeNetPool(x, 1)
		for block := 2; block <= 9; block++ {
			squeeze := 16 * (block / 2)
			x = blocks.Fire{Squeeze: squeeze, Expand: 4 * squeeze, Name: fmt.Sprintf("fire%d", block)}.Apply(x)
			if block == pool1 || block == pool2 {
				x = squeezeNetPool(x, block)
			}
		}
		return x
	}
}

func squeezeNetPool(x layers.Value, block int) layers.Value {
	return layers.Apply(layers.MaxPooling2D{Pool: layers.Square(3), Strides: layers.Square(2), Name: fmt.Sprintf("pool%d", block)}, x)
}

// squeezeNetTop ends in a convolution with a channel per class, averaged. The
// border that version 1.0 puts around it is in the original, by its authors'
// words without a purpose.
func squeezeNetTop(border *layers.Border) func(layers.Value, Options) layers.Value {
	return func(x layers.Value, o Options) layers.Value {
		rate := 0.5
		if o.Dropout != nil {
			rate = *o.Dropout
		}
		x = layers.Apply(layers.Dropout{Rate: rate, Name: "drop9"}, x)
		if border != nil {
			x = layers.Apply(layers.ZeroPadding2D{Padding: border, Name: "pad_final"}, x)
		}
		x = layers.Apply(layers.Conv2D{Filters: o.Classes, Kernel: layers.Square(1), Activation: activations.ReLU, Name: "conv_final"}, x)
		x = layers.Apply(layers.GlobalAveragePooling2D{Name: "pool_final"}, x)
		return layers.Apply(layers.Activation{Of: o.ClassifierActivation, Name: "prob"}, x)
	}
}
