package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
)

func newTrain() *cobra.Command {
	var s trainSettings
	cmd := &cobra.Command{
		Use:   "train FOLDER",
		Short: "Train a network on a folder of pictures, one folder per class",
		Long: `Train a network on the pictures of FOLDER, which holds one folder per class
(or MNIST's four idx files). Two classes give one sigmoid unit, more give as
many softmax units; nothing needs to be said.

Without --validation, a seeded fifth of each class is held back. Augmentation
(--augment default, or its options one by one) touches training pictures only;
use it when the validation loss rises while the training loss falls.

A run leaves beside --out NAME.keras:
    NAME.history.json   loss and accuracy of every epoch (lince plot draws it)
    NAME.settings.json  everything needed to repeat the run
    NAME.log            what was printed
    NAME.backup.keras   the checkpoint that --resume continues from, until the end

Ctrl-C ends after the batch at hand with everything saved; --resume goes on
where it stopped, with the same numbers as if it never had.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.Folder = args[0]
			if err := s.validate(); err != nil {
				return usageError{err}
			}
			return s.run(cmd)
		},
	}
	s.bind(cmd.Flags())
	return cmd
}

// run trains and leaves everything that a run leaves.
func (s *trainSettings) run(cmd *cobra.Command) (err error) {
	console, closeLog, err := s.openLog(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	data, err := s.open(cmd.Context())
	if err != nil {
		return err
	}
	say := func(format string, values ...any) { fmt.Fprintf(console, format+"\n", values...) }
	data.describe(say)
	model, err := s.compile(data)
	if err != nil {
		return err
	}
	s.describe(say, model)
	if err := s.write(); err != nil {
		return err
	}
	history, err := model.Fit(cmd.Context(), data.train, lince.Fit{
		Epochs: s.Epochs, Validation: data.validation, BalancedClasses: s.ClassWeights == "balanced",
		Callbacks: s.callbacks(console, cmd.ErrOrStderr()),
	})
	interrupted := errors.Is(err, context.Canceled)
	if err != nil && !interrupted {
		return err
	}
	if err := s.save(model, history, interrupted); err != nil {
		return err
	}
	for _, bad := range data.train.Skipped() {
		say("skipped %s: %v", bad.File, bad.Err)
	}
	return s.conclude(cmd.OutOrStdout(), say, history, interrupted)
}

// compile builds the network and says how it learns.
func (s *trainSettings) compile(data *trainData) (*lince.Model, error) {
	shape := data.train.Spec().Inputs[0]
	classes := data.train.Classes()
	model, err := lince.Sequential(applications.ExampleCNN(shape[0], shape[1], shape[2], classes)...)
	if err != nil {
		return nil, err
	}
	optimizer, err := s.optimizer()
	if err != nil {
		return nil, err
	}
	engine, err := newEngine(s.Threads)
	if err != nil {
		return nil, err
	}
	training := lince.Training{
		Optimizer: optimizer, Loss: losses.CategoricalCrossentropy{}, Metrics: []metrics.Metric{metrics.Accuracy{}},
		Seed: s.Seed, Backend: engine,
	}
	if classes == 2 {
		training.Loss = losses.BinaryCrossentropy{}
	}
	return model, model.Compile(training)
}

func (s *trainSettings) callbacks(console, screen io.Writer) []lince.Callback {
	list := []lince.Callback{
		callbacks.Progress{Writer: console, Live: isTerminal(screen)},
		callbacks.TerminateOnNaN{},
		callbacks.BackupAndRestore{Path: s.beside("backup.keras"), Anew: !s.Resume, Every: s.BackupEvery},
	}
	if s.Patience > 0 {
		list = append(list, callbacks.EarlyStopping{Monitor: "val_loss", Patience: s.Patience, RestoreBestWeights: true})
	}
	if s.TensorBoard != "" {
		list = append(list, callbacks.TensorBoard{LogDir: s.TensorBoard})
	}
	return list
}

// save writes model and history; an interrupted run keeps its backup.
func (s *trainSettings) save(model *lince.Model, history *lince.History, interrupted bool) error {
	if err := model.Save(s.Out); err != nil {
		return err
	}
	return writeJSON(s.beside("history.json"), history)
}

// conclude tells what came out.
func (s *trainSettings) conclude(out io.Writer, say func(string, ...any), history *lince.History, interrupted bool) error {
	if interrupted {
		say("stopped by the user; everything is saved, --resume goes on")
	}
	if s.JSON {
		return json.NewEncoder(out).Encode(map[string]any{
			"model": s.Out, "history": history, "interrupted": interrupted,
		})
	}
	if epoch, loss := history.Best("val_loss", true); epoch >= 0 {
		say("lowest validation loss %.4f in epoch %d", loss, epoch+1)
	}
	say("model    %s", s.Out)
	say("history  %s (lince plot draws it)", s.beside("history.json"))
	return nil
}

// beside returns the path of a file that goes with the model.
func (s *trainSettings) beside(extension string) string {
	return strings.TrimSuffix(s.Out, filepath.Ext(s.Out)) + "." + extension
}

// openLog returns a writer to the screen and to the run's log.
func (s *trainSettings) openLog(screen io.Writer) (io.Writer, func() error, error) {
	mode := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	if s.Resume {
		mode = os.O_CREATE | os.O_WRONLY | os.O_APPEND
	}
	file, err := os.OpenFile(s.beside("log"), mode, 0o644)
	if err != nil {
		return nil, nil, err
	}
	return io.MultiWriter(screen, file), file.Close, nil
}

// trainData is the pictures of a run.
type trainData struct {
	train, validation *images.Pictures
	held              bool // whether validation was held back from train
}

func (d *trainData) describe(say func(string, ...any)) {
	spec := d.train.Spec()
	say("training on %d pictures of %d classes: %s", spec.Samples, len(spec.Classes), strings.Join(spec.Classes, ", "))
	if d.validation != nil {
		from := "from its own folder"
		if d.held {
			from = "held back by the seed"
		}
		say("validation on %d pictures %s", d.validation.Spec().Samples, from)
	}
}
