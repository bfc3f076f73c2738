package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/internal/shapes"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/plot"
)

// demo is a run of the demonstration.
type demo struct {
	folder  string
	epochs  int
	seed    uint64
	threads int
	out     io.Writer
	live    bool
	drawing bool // and nothing else
}

// The demonstration's pictures: so few that a network learns them by heart.
const (
	demoSize       = 48
	demoTraining   = 100
	demoValidation = 50
	demoTest       = 50
	demoBatch      = 20
)

func newDemo() *cobra.Command {
	var d demo
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it all at work: make pictures, train, overfit, cure it, predict",
		Long: `Draw folders of pictures (circles, squares, stars and triangles), train the
example CNN on too few of them, watch it overfit, train it again with
augmentation, compare the two, save, evaluate and predict. About a minute;
needs no file and no network.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d.out, d.live = cmd.OutOrStdout(), isTerminal(cmd.OutOrStdout())
			return d.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&d.folder, "out", "", "folder to leave everything in; a new one for temporary files when empty")
	cmd.Flags().BoolVar(&d.drawing, "draw", false, "draw the pictures and do nothing else: something to train on")
	cmd.Flags().IntVar(&d.epochs, "epochs", 40, "epochs of each of the two trainings")
	cmd.Flags().Uint64Var(&d.seed, "seed", 1, "number that pictures, weights and augmentation come from")
	cmd.Flags().IntVar(&d.threads, "threads", 0, "threads to compute with; 0 takes all")
	return cmd
}

func (d *demo) say(format string, values ...any) { fmt.Fprintf(d.out, format+"\n", values...) }

func (d *demo) run(ctx context.Context) error {
	begun := time.Now()
	if d.epochs < 1 {
		return usageError{fmt.Errorf("--epochs %d, expected at least 1", d.epochs)}
	}
	if err := d.draw(); err != nil || d.drawing {
		return err
	}
	d.say("\n1. Training on %d pictures of each class, as they are.", demoTraining)
	plain, _, err := d.train(ctx, "plain", images.Generator{})
	if err != nil {
		return err
	}
	d.judge(plain)
	d.say("\n2. The same network and pictures, but turned, shifted, zoomed and mirrored anew in every epoch.")
	cured, model, err := d.train(ctx, "augmented", images.Generator{
		RotationRange: 40, WidthShiftRange: 0.1, HeightShiftRange: 0.1, ZoomRange: 0.2,
		HorizontalFlip: true, FillMode: images.Nearest,
	})
	if err != nil {
		return err
	}
	d.judge(cured)
	d.say("\n3. Both on %d pictures of each class that neither has seen:", demoTest)
	if err := d.use(ctx, model); err != nil {
		return err
	}
	d.say("\nEverything lies in %s:", d.folder)
	d.say("  train, validation, test             the pictures, a folder per class")
	d.say("  plain.keras, augmented.keras        the trained models (Keras loads them too)")
	d.say("  plain.svg, augmented.svg            loss and accuracy; where overfitting begins")
	d.say("  plain.history.json, ...             the same as numbers")
	d.say("\nNext, with pictures of your own:  lince train FOLDER --augment default")
	d.say("%.0f seconds.", time.Since(begun).Seconds())
	return nil
}

// draw makes the folders of pictures.
func (d *demo) draw() (err error) {
	if d.folder == "" {
		d.folder, err = os.MkdirTemp("", "lince-demo-")
	} else {
		err = os.MkdirAll(d.folder, 0o755)
	}
	if err != nil {
		return err
	}
	first := 0
	for _, part := range []struct {
		name  string
		count int
	}{{"train", demoTraining}, {"validation", demoValidation}, {"test", demoTest}} {
		if err := shapes.WriteFolder(d.path(part.name), part.count, demoSize, d.seed, first); err != nil {
			return err
		}
		first += part.count
	}
	d.say("Drew circles, squares, stars and triangles of any colour, size and angle into %s.", d.folder)
	return nil
}

func (d *demo) path(name string) string { return filepath.Join(d.folder, name) }

// train trains the example CNN and leaves model, history and curves.
func (d *demo) train(ctx context.Context, name string, generator images.Generator) (*lince.History, *lince.Model, error) {
	generator.Rescale = 1.0 / 255
	flow := images.Flow{TargetSize: images.Size{Height: demoSize, Width: demoSize}, BatchSize: demoBatch, Seed: d.seed}
	train, err := generator.FlowFromDirectoryContext(ctx, d.path("train"), flow)
	if err != nil {
		return nil, nil, err
	}
	flow.NoShuffle = true
	validation, err := generator.Plain().FlowFromDirectoryContext(ctx, d.path("validation"), flow)
	if err != nil {
		return nil, nil, err
	}
	model, err := d.compile(train.Classes())
	if err != nil {
		return nil, nil, err
	}
	history, err := model.Fit(ctx, train, lince.Fit{
		Epochs: d.epochs, Validation: validation,
		Callbacks: []lince.Callback{callbacks.Progress{Writer: d.out, Live: d.live}},
	})
	if err != nil {
		return nil, nil, err
	}
	if err := model.Save(d.path(name + ".keras")); err != nil {
		return nil, nil, err
	}
	if err := writeJSON(d.path(name+".history.json"), history); err != nil {
		return nil, nil, err
	}
	return history, model, plot.History(curvesOf(history)).Save(d.path(name + ".svg"))
}

func (d *demo) compile(classes int) (*lince.Model, error) {
	model, err := lince.Sequential(applications.ExampleCNN(demoSize, demoSize, 3, classes)...)
	if err != nil {
		return nil, err
	}
	engine, err := newEngine(d.threads, singlePrecision)
	if err != nil {
		return nil, err
	}
	return model, model.Compile(lince.Training{
		Optimizer: optimizers.Adam{LearningRate: 1e-3}, Loss: losses.CategoricalCrossentropy{},
		Metrics: []metrics.Metric{metrics.Accuracy{}}, Seed: d.seed, Backend: engine,
	})
}

func curvesOf(history *lince.History) plot.Curves {
	return plot.Curves{Epochs: history.Epochs, Series: history.Values}
}

// judge says what the curves show.
func (d *demo) judge(history *lince.History) {
	d.say("Training accuracy %.0f %%, validation accuracy %.0f %%.", 100*history.Last("accuracy"), 100*history.Last("val_accuracy"))
	if epoch, ok := plot.Overfitting(curvesOf(history)); ok {
		d.say("Overfitting begins after epoch %d: from there on it learns the pictures by heart.", epoch+1)
		return
	}
	d.say("No overfitting: the validation loss follows the training loss.")
}

// use evaluates both saved models and predicts a few pictures.
func (d *demo) use(ctx context.Context, model *lince.Model) error {
	for _, name := range []string{"plain", "augmented"} {
		saved, err := lince.Load(d.path(name + ".keras"))
		if err != nil {
			return err
		}
		test, err := images.Generator{}.FlowFromDirectoryContext(ctx, d.path("test"),
			images.Flow{NoShuffle: true, Classes: saved.Classes, Preprocessing: saved.Preprocessing})
		if err != nil {
			return err
		}
		logs, err := saved.Evaluate(ctx, test)
		if err != nil {
			return err
		}
		accuracy, _ := logs.Get("accuracy")
		d.say("  %-10s %.1f %% right", name, 100*accuracy)
	}
	d.say("\n4. What the second one says of four of them:")
	for _, class := range shapes.Classes() {
		for p, err := range model.Classify(ctx, d.path(filepath.Join("test", class, "000.png"))) {
			if err != nil {
				return err
			}
			d.say("  %-24s %s, %.0f %%", filepath.Join("test", class, "000.png"), p.Class, 100*p.Probability)
		}
	}
	return nil
}
