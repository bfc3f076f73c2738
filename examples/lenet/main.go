// Command lenet trains LeNet-5 on digits: the four files of MNIST, or of
// another set in its format, in one folder:
//
//	go run ./examples/lenet -data mnist
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
)

// settings are the flags.
type settings struct {
	data   string
	epochs int
}

func main() {
	var s settings
	flag.StringVar(&s.data, "data", "", "folder of train-images-idx3-ubyte and its three kin, plain or gzipped")
	flag.IntVar(&s.epochs, "epochs", 10, "how often every digit is seen")
	flag.Parse()
	if err := run(context.Background(), s, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, s settings, out io.Writer) error {
	if s.data == "" {
		return errors.New("say by -data where the digits are")
	}
	digits, unseen, err := images.FromIDX(s.data)
	if err != nil {
		return err
	}
	if unseen.X == nil {
		return fmt.Errorf("%s has no test digits (t10k-images-idx3-ubyte)", s.data)
	}
	scaled := images.Generator{Rescale: 1.0 / 255}
	flow := images.Flow{BatchSize: 128, ClassMode: images.Sparse, ColorMode: images.Grayscale}
	train, err := scaled.Flow(digits, flow)
	if err != nil {
		return err
	}
	test, err := scaled.Flow(unseen, flow)
	if err != nil {
		return err
	}
	model, err := lince.Sequential(applications.LeNet5(28, 28, 1, train.Classes())...)
	if err != nil {
		return err
	}
	err = model.Compile(lince.Training{
		Optimizer: optimizers.Adam{},
		Loss:      losses.SparseCategoricalCrossentropy{},
		Metrics:   []metrics.Metric{metrics.Accuracy{}},
	})
	if err != nil {
		return err
	}
	history, err := model.Fit(ctx, train, lince.Fit{
		Epochs: s.epochs, Validation: test,
		Callbacks: []lince.Callback{callbacks.Progress{Writer: out}},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%.2f %% of the digits that it has not seen are right\n", 100*history.Last("val_accuracy"))
	return nil
}
