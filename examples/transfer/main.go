// Command transfer trains a classifier on what a network that has learnt from a
// million photos makes of one's own: the base is frozen, only the new layers
// learn, and few pictures do.
//
//	go run ./examples/transfer -train photos/train -validation photos/test
//
// The published weights are fetched once and kept.
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
	train, validation, out, weights string
	side, epochs                    int
}

func main() {
	var s settings
	flag.StringVar(&s.train, "train", "photos/train", "folder of class folders")
	flag.StringVar(&s.validation, "validation", "photos/test", "another one, never trained on")
	flag.StringVar(&s.out, "out", "pets.keras", "file to save the model to")
	flag.StringVar(&s.weights, "weights", applications.ImageNet, "weights of MobileNetV2: imagenet fetches the published ones; or a file")
	flag.IntVar(&s.side, "side", 160, "pixels of a picture's side")
	flag.IntVar(&s.epochs, "epochs", 10, "how often every picture is seen")
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
	base.Freeze()

	// Pictures are prepared as they were for the base.
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
	x = layers.Apply(layers.Dropout{Rate: 0.2}, x)
	x = layers.Apply(layers.Dense{Units: train.Classes(), Activation: activations.Softmax}, x)
	model, err := lince.NewModel(base.Inputs(), lince.Outputs(x))
	if err != nil {
		return err
	}
	err = model.Compile(lince.Training{
		Optimizer: optimizers.Adam{}, Loss: losses.CategoricalCrossentropy{}, Metrics: []metrics.Metric{metrics.Accuracy{}},
	})
	if err != nil {
		return err
	}
	history, err := model.Fit(ctx, train, lince.Fit{
		Epochs: s.epochs, Validation: validation, Callbacks: []lince.Callback{callbacks.Progress{Writer: out}},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%.1f %% of the validation pictures are right\n", 100*history.Last("val_accuracy"))
	return model.Save(s.out)
}
