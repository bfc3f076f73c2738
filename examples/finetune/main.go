// Command finetune goes one step further than examples/transfer: once the new
// classifier has learnt, the upper layers of the base learn with it, in steps a
// hundred times smaller, so that the filters keep what they know.
//
//	go run ./examples/finetune -train photos/train -validation photos/test -from block_13_expand
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/applications/fetch"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
)

// settings are the flags.
type settings struct {
	train, validation, out, weights, from string
	side, headEpochs, epochs              int
}

func main() {
	var s settings
	flag.StringVar(&s.train, "train", "photos/train", "folder of class folders")
	flag.StringVar(&s.validation, "validation", "photos/test", "another one, never trained on")
	flag.StringVar(&s.out, "out", "pets.keras", "file to save the model to")
	flag.StringVar(&s.weights, "weights", applications.ImageNet, "weights of MobileNetV2: imagenet fetches the published ones; or a file")
	flag.StringVar(&s.from, "from", "block_13_expand", "layer of the base from which on it learns, too")
	flag.IntVar(&s.side, "side", 160, "pixels of a picture's side")
	flag.IntVar(&s.headEpochs, "head-epochs", 5, "epochs for the classifier alone")
	flag.IntVar(&s.epochs, "epochs", 10, "epochs for both")
	flag.Parse()
	if err := run(context.Background(), s, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, s settings, out io.Writer) error {
	base, err := applications.MobileNetV2.Model(ctx, applications.Options{
		InputShape: []int{s.side, s.side, 3}, NoTop: true, Weights: s.weights, Fetch: fetch.Client{}.Weights,
	})
	if err != nil {
		return err
	}
	flow := images.Flow{Preprocessing: base.Preprocessing, ClassMode: images.Categorical}
	train, err := images.Generator{HorizontalFlip: true}.FlowFromDirectoryContext(ctx, s.train, flow)
	if err != nil {
		return err
	}
	validation, err := images.Generator{}.FlowFromDirectoryContext(ctx, s.validation, flow)
	if err != nil {
		return err
	}
	x := layers.Apply(layers.GlobalAveragePooling2D{}, base.Outputs()[0])
	x = layers.Apply(layers.Dense{Units: train.Classes(), Activation: activations.Softmax}, x)
	model, err := lince.NewModel(base.Inputs(), lince.Outputs(x))
	if err != nil {
		return err
	}
	// FineTune freezes the base, trains, unfreezes it from a layer on (but for
	// batch normalisation), and trains again.
	history, err := model.FineTune(ctx, train, lince.FineTune{
		Base: base, From: s.from, HeadEpochs: s.headEpochs, Epochs: s.epochs,
		Training: lince.Training{
			Optimizer: optimizers.Adam{}, Loss: losses.CategoricalCrossentropy{}, Metrics: []metrics.Metric{metrics.Accuracy{}},
		},
		Fit:  lince.Fit{Validation: validation, Callbacks: []lince.Callback{callbacks.Progress{Writer: out}}},
		Tell: func(message string) { fmt.Fprintln(out, message) },
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%.1f %% of the validation pictures are right\n", 100*history.Last("val_accuracy"))
	return model.Save(s.out)
}
