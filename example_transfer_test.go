package lince_test

import (
	"context"
	"fmt"
	"log"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/applications/fetch"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
)

// A network that has learnt from a million photos is frozen, gets a classifier
// of one's own, and is then fine-tuned. It is not run here: it fetches weights.
func Example_transferLearning() {
	ctx := context.Background()
	base, err := applications.MobileNetV2.Model(ctx, applications.Options{
		InputShape: []int{224, 224, 3}, NoTop: true, Weights: applications.ImageNet, Fetch: fetch.Client{}.Weights,
	})
	if err != nil {
		log.Fatal(err)
	}
	x := layers.Apply(layers.GlobalAveragePooling2D{}, base.Layer("out_relu").Output())
	x = layers.Apply(layers.Dropout{Rate: 0.2}, x)
	x = layers.Apply(layers.Dense{Units: 1, Activation: activations.Sigmoid}, x)
	model, err := lince.NewModel(base.Inputs(), lince.Outputs(x))
	if err != nil {
		log.Fatal(err)
	}

	train, err := images.Generator{HorizontalFlip: true}.FlowFromDirectory("photos/train", images.Flow{Preprocessing: base.Preprocessing})
	if err != nil {
		log.Fatal(err)
	}
	validation, err := images.Generator{}.FlowFromDirectory("photos/test", images.Flow{Preprocessing: base.Preprocessing})
	if err != nil {
		log.Fatal(err)
	}

	// First the classifier alone, then the top of the base with it, in steps a
	// hundred times smaller.
	history, err := model.FineTune(ctx, train, lince.FineTune{
		Base: base, From: "block_13_expand",
		Training: lince.Training{
			Optimizer: optimizers.Adam{}, Loss: losses.BinaryCrossentropy{}, Metrics: []metrics.Metric{metrics.Accuracy{}},
		},
		Fit: lince.Fit{Validation: validation},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(history.Last("val_accuracy"))
}
