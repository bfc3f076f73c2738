// Command residual builds a small residual network by hand, of blocks whose
// result is added to what they were given, so that gradients find a short way
// back, and trains it on a folder of class folders:
//
//	go run ./examples/residual -train photos/train
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
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
)

// settings are the flags.
type settings struct {
	train                 string
	side, filters, epochs int
}

func main() {
	var s settings
	flag.StringVar(&s.train, "train", "photos/train", "folder of class folders")
	flag.IntVar(&s.side, "side", 64, "pixels of a picture's side")
	flag.IntVar(&s.filters, "filters", 16, "filters of the first blocks")
	flag.IntVar(&s.epochs, "epochs", 20, "how often every picture is seen")
	flag.Parse()
	if err := run(context.Background(), s, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// normalized is a convolution with batch normalisation behind it, which makes
// a bias needless.
func normalized(x layers.Value, filters, kernel, stride int) layers.Value {
	x = layers.Apply(layers.Conv2D{
		Filters: filters, Kernel: layers.Square(kernel), Strides: layers.Square(stride), Padding: layers.Same, NoBias: true,
	}, x)
	return layers.Apply(layers.BatchNormalization{}, x)
}

// residual adds to x what two convolutions make of it. Where these change the
// shape, a convolution of 1×1 brings x to it.
func residual(x layers.Value, filters, stride int) layers.Value {
	y := normalized(x, filters, 3, stride)
	y = layers.Apply(layers.Activation{Of: activations.ReLU}, y)
	y = normalized(y, filters, 3, 1)
	if stride != 1 {
		x = normalized(x, filters, 1, stride)
	}
	return layers.Apply(layers.Activation{Of: activations.ReLU}, layers.Apply(layers.Add{}, x, y))
}

// network returns six residual blocks between a convolution and a softmax.
func network(side, filters, classes int) (*lince.Model, error) {
	input := layers.NewInput(layers.Input{Shape: []int{side, side, 3}})
	x := layers.Apply(layers.Activation{Of: activations.ReLU}, normalized(input, filters, 3, 1))
	for range 3 {
		x = residual(x, filters, 1)
		filters *= 2
		x = residual(x, filters, 2)
	}
	x = layers.Apply(layers.GlobalAveragePooling2D{}, x)
	x = layers.Apply(layers.Dense{Units: classes, Activation: activations.Softmax}, x)
	return lince.NewModel(lince.Inputs(input), lince.Outputs(x))
}

func run(ctx context.Context, s settings, out io.Writer) error {
	generator := images.Generator{Rescale: 1.0 / 255, HorizontalFlip: true, ValidationSplit: 0.2}
	flow := images.Flow{TargetSize: images.Square(s.side), ClassMode: images.Categorical, Subset: images.Training}
	train, err := generator.FlowFromDirectoryContext(ctx, s.train, flow)
	if err != nil {
		return err
	}
	flow.Subset = images.Validation
	validation, err := generator.FlowFromDirectoryContext(ctx, s.train, flow)
	if err != nil {
		return err
	}
	model, err := network(s.side, s.filters, train.Classes())
	if err != nil {
		return err
	}
	fmt.Fprintln(out, model.Summary())
	err = model.Compile(lince.Training{
		Optimizer: optimizers.Adam{}, Loss: losses.CategoricalCrossentropy{}, Metrics: []metrics.Metric{metrics.Accuracy{}},
	})
	if err != nil {
		return err
	}
	_, err = model.Fit(ctx, train, lince.Fit{
		Epochs: s.epochs, Validation: validation, Callbacks: []lince.Callback{callbacks.Progress{Writer: out}},
	})
	return err
}
