package applications

import (
	"strconv"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
)

// The networks of which a search found the cells (Zoph et al., 2017).
const (
	NASNetMobile Application = "nasnet_mobile"
	NASNetLarge  Application = "nasnet_large"
)

func nasNets() []definition {
	common := definition{
		Manifest: Manifest{
			Source:  "Zoph et al., Learning Transferable Architectures for Scalable Image Recognition, 2017",
			Minimum: 32, Mode: images.TF, Licence: unstated,
		},
		top: func(x layers.Value, o Options) layers.Value {
			x = layers.Apply(layers.GlobalAveragePooling2D{}, x)
			return layers.Apply(layers.Dense{Units: o.Classes, Activation: o.ClassifierActivation, Name: "predictions"}, x)
		},
		fixed: true,
	}
	weights := func(size, md5, md5NoTop string) []WeightFile {
		return []WeightFile{
			{Name: "nasnet_" + size + ".h5", URL: storage + "nasnet/NASNet-" + size + ".h5", MD5: md5},
			{Name: "nasnet_" + size + "_no_top.h5", URL: storage + "nasnet/NASNet-" + size + "-no-top.h5", MD5: md5NoTop, NoTop: true},
		}
	}
	mobile, large := common, common
	mobile.Application, mobile.Title, mobile.Size, mobile.Parameters, mobile.Top1, mobile.Top5 = NASNetMobile, "NASNetMobile", 224, 5326716, 74.4, 91.9
	mobile.Weights = weights("mobile", "020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63")
	mobile.LastSpatial, mobile.features = "activation_187", nasNet{stem: 32, filters: 44, repeats: 4}.features
	large.Application, large.Title, large.Size, large.Parameters, large.Top1, large.Top5 = NASNetLarge, "NASNetLarge", 331, 88949818, 82.5, 96.0
	large.Weights = weights("large", "11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5")
	large.LastSpatial, large.features = "activation_259", nasNet{stem: 96, filters: 168, repeats: 6, skip: true}.features
	return []definition{mobile, large}
}

// nasNet is the shape of one of them.
type nasNet struct {
	// stem and filters are numbers of channels: of the first convolution and
	// within the cells of the first stage, doubled in each later one.
	stem, filters int
	// repeats is the number of normal cells of a stage.
	repeats int
	// skip sends to the cell behind a reduction what went into the one before
	// the reduction, in place of what went into the reduction.
	skip bool
}

func (n nasNet) features(x layers.Value, _ Options) layers.Value {
	c := cells{counts: map[string]int{}}
	x = layers.Apply(layers.Conv2D{
		Filters: n.stem, Kernel: layers.Square(3), Strides: layers.Square(2), NoBias: true, KernelInitializer: initializers.HeNormal{}, Name: "stem_conv1",
	}, x)
	x = cellNorm(x, "stem_bn1")
	stem := x
	x = c.reduction(x, x, n.filters/4, "stem_1")
	x, previous := c.reduction(x, stem, n.filters/2, "stem_2"), x
	for stage := range 3 {
		if stage > 0 {
			reduced := c.reduction(x, previous, n.filters<<stage, "reduce_"+strconv.Itoa(stage*n.repeats))
			if !n.skip {
				previous = x
			}
			x = reduced
		}
		for i := range n.repeats {
			number := stage*n.repeats + i
			if stage > 0 {
				number++ // Keras leaves one out, once
			}
			x, previous = c.normal(x, previous, n.filters<<stage, strconv.Itoa(number)), x
		}
	}
	return layers.Apply(layers.Activation{Of: activations.ReLU, Name: c.numbered("activation")}, x)
}
