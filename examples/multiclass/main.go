// Command multiclass tells any number of classes apart: softmax in place of the
// sigmoid, crossentropy over all classes, early stopping; and says afterwards
// which class is taken for which:
//
//	go run ./examples/multiclass -train flowers/train -test flowers/test
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
	"github.com/lince-ml/lince/report"
)

// settings are the flags.
type settings struct {
	train, test  string
	side, epochs int
}

func main() {
	var s settings
	flag.StringVar(&s.train, "train", "flowers/train", "folder of class folders; a fifth of each class is held back for validation")
	flag.StringVar(&s.test, "test", "flowers/test", "another one, to be measured on")
	flag.IntVar(&s.side, "side", 96, "pixels of a picture's side")
	flag.IntVar(&s.epochs, "epochs", 40, "how often every picture is seen, at most")
	flag.Parse()
	if err := run(context.Background(), s, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, s settings, out io.Writer) error {
	generator := images.Generator{Rescale: 1.0 / 255, RotationRange: 20, ZoomRange: 0.2, HorizontalFlip: true, ValidationSplit: 0.2}
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
	model, err := network(s.side, train.Classes())
	if err != nil {
		return err
	}
	_, err = model.Fit(ctx, train, lince.Fit{
		Epochs: s.epochs, Validation: validation,
		Callbacks: []lince.Callback{
			callbacks.EarlyStopping{Patience: 5, RestoreBestWeights: true},
			callbacks.Progress{Writer: out},
		},
	})
	if err != nil {
		return err
	}
	return judge(ctx, model, s.test, out)
}

// network returns a compiled model with one softmax unit per class.
func network(side, classes int) (*lince.Model, error) {
	relu := activations.ReLU
	model, err := lince.Sequential(
		layers.Input{Shape: []int{side, side, 3}},
		layers.Conv2D{Filters: 32, Kernel: layers.Square(3), Activation: relu},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Conv2D{Filters: 64, Kernel: layers.Square(3), Activation: relu},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Conv2D{Filters: 64, Kernel: layers.Square(3), Activation: relu},
		layers.Flatten{},
		layers.Dropout{Rate: 0.5},
		layers.Dense{Units: classes, Activation: activations.Softmax},
	)
	if err != nil {
		return nil, err
	}
	return model, model.Compile(lince.Training{
		Optimizer: optimizers.Adam{},
		Loss:      losses.CategoricalCrossentropy{},
		Metrics:   []metrics.Metric{metrics.Accuracy{}},
	})
}

// judge predicts pictures that the model has not seen.
func judge(ctx context.Context, model *lince.Model, folder string, out io.Writer) error {
	pictures, err := report.Open(ctx, model, folder, images.Flow{})
	if err != nil {
		return err
	}
	evaluation, err := report.Evaluate(ctx, model, pictures)
	if err != nil {
		return err
	}
	counts, err := evaluation.Confusion()
	if err != nil {
		return err
	}
	scores := counts.Scores()
	for i, class := range evaluation.Classes {
		fmt.Fprintf(out, "%s: precision %.2f, recall %.2f\n", class, scores.Classes[i].Precision, scores.Classes[i].Recall)
	}
	for _, pair := range counts.Pairs() {
		fmt.Fprintf(out, "%d times %s was taken for %s\n", pair.Count, evaluation.Classes[pair.True], evaluation.Classes[pair.Predicted])
	}
	fmt.Fprintf(out, "accuracy %.2f\n", scores.Accuracy)
	return nil
}
