// Command cnn trains the network that courses begin with, four convolutions and
// a sigmoid, to tell two classes apart, from folders of augmented pictures:
//
//	go run ./examples/cnn -train photos/train -validation photos/test -out pets.keras
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
	train, validation, out string
	side, epochs           int
}

func main() {
	var s settings
	flag.StringVar(&s.train, "train", "photos/train", "folder of two class folders")
	flag.StringVar(&s.validation, "validation", "photos/test", "another one, never trained on")
	flag.StringVar(&s.out, "out", "pets.keras", "file to save the model to")
	flag.IntVar(&s.side, "side", 150, "pixels of a picture's side")
	flag.IntVar(&s.epochs, "epochs", 15, "how often every picture is seen")
	flag.Parse()
	if err := run(context.Background(), s, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, s settings, out io.Writer) error {
	relu := activations.ReLU
	model, err := lince.Sequential(
		layers.Input{Shape: []int{s.side, s.side, 3}},
		layers.Conv2D{Filters: 32, Kernel: layers.Square(3), Activation: relu},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Conv2D{Filters: 64, Kernel: layers.Square(3), Activation: relu},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Conv2D{Filters: 128, Kernel: layers.Square(3), Activation: relu},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Conv2D{Filters: 128, Kernel: layers.Square(3), Activation: relu},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Flatten{},
		layers.Dense{Units: 512, Activation: relu},
		layers.Dense{Units: 1, Activation: activations.Sigmoid},
	)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, model.Summary())
	err = model.Compile(lince.Training{
		Optimizer: optimizers.RMSprop{LearningRate: 1e-4},
		Loss:      losses.BinaryCrossentropy{},
		Metrics:   []metrics.Metric{metrics.Accuracy{}},
	})
	if err != nil {
		return err
	}

	flow := images.Flow{TargetSize: images.Square(s.side), BatchSize: 20, ClassMode: images.Binary}
	augmented := images.Generator{
		Rescale: 1.0 / 255, RotationRange: 40, WidthShiftRange: 0.2, HeightShiftRange: 0.2,
		ShearRange: 0.2, ZoomRange: 0.2, HorizontalFlip: true, FillMode: images.Nearest,
	}
	train, err := augmented.FlowFromDirectoryContext(ctx, s.train, flow)
	if err != nil {
		return err
	}
	// What is measured is not augmented.
	validation, err := augmented.Plain().FlowFromDirectoryContext(ctx, s.validation, flow)
	if err != nil {
		return err
	}
	_, err = model.Fit(ctx, train, lince.Fit{
		Epochs: s.epochs, Validation: validation,
		Callbacks: []lince.Callback{callbacks.Progress{Writer: out}},
	})
	if err != nil {
		return err
	}
	return model.Save(s.out)
}
