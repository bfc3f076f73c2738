package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/data"
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

With few pictures, begin with --base: a network that has learnt from a million
photos stays as it is, and only a classifier learns on what it sees in yours.
Then lince finetune goes on with the upper layers of the base, with small steps.

Without --validation, a seeded fifth of each class is held back. Augmentation
touches training pictures only; use it when the validation loss rises while the
training loss falls.

A run leaves beside --out NAME.keras:
    NAME.history.json   loss and accuracy of every epoch (lince plot draws it)
    NAME.settings.json  all settings: lince train --settings repeats the run
    NAME.log            what was printed
    NAME.events.jsonl   what happened, batch by batch; --watch or lince watch shows it
    NAME.samples.png    some of the pictures as the network saw them last
    NAME.backup.keras   what --resume goes on from; gone when the run came to its end
An earlier model of that name stays until the training is over.

Ctrl-C ends after the batch at hand with everything saved and exit status 130;
the same command with --resume goes on there, and ends with the same weights as
if it had never stopped. A second Ctrl-C ends at once. Where the backup of an
unfinished run is found, a training begins only with --resume or --anew.`,
		Example: `  lince train photos/train --validation photos/test --augment default --out pets.keras
  lince train photos/train --watch
  lince train photos/train --base mobilenet_v2 --optimizer adam --epochs 20
  lince train photos/train --epochs 30 --patience 5 --class-weights balanced
  lince train --settings pets.settings.json --seed 2 --out pets-2.keras`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.complete(cmd.Flags(), args); err != nil {
				return err
			}
			return s.run(cmd)
		},
	}
	s.bind(cmd.Flags())
	offer(cmd, map[string][]string{
		"augment": {"default", "none"}, "optimizer": optimizerNames(), "class-weights": {balanced}, "precision": precisions(),
		"color-mode": {"rgb", "grayscale", "rgba"}, "fill-mode": {"nearest", "constant", "reflect", "wrap"},
		"interpolation": {"nearest", "bilinear", "bicubic", "box", "hamming", "lanczos"}, "interpolation-order": {"0", "1", "3"},
	})
	return cmd
}

// run trains and leaves everything that a run leaves.
func (s *trainSettings) run(cmd *cobra.Command) (err error) {
	if err := s.checkFiles(); err != nil {
		return err
	}
	t := training{settings: s, out: cmd.OutOrStdout(), screen: cmd.OutOrStdout()}
	if s.json {
		t.screen = cmd.ErrOrStderr()
	}
	unserve, err := t.serveLive(cmd.Context())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unserve()) }()
	if err := t.prepare(cmd.Context()); err != nil {
		return err
	}
	if t.data, err = s.open(cmd.Context(), countingProgress(cmd.ErrOrStderr(), "reading pictures")); err != nil {
		return err
	}
	if err := t.build(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	log, err := s.openLog()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	t.log = printable{log}
	err = t.fit(cmd.Context())
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(t.log, withProgramName(err.Error()))
	}
	return err
}

// training is a run of lince train.
type training struct {
	settings *trainSettings
	data     *trainData
	model    *lince.Model
	engine   backend.Backend
	run      *lince.Run
	// learner is what learns, from source: the model, or its head on what the
	// base makes of the pictures.
	learner, base      *lince.Model
	source, validation data.Source
	closers            []io.Closer
	compared           *comparison
	out, screen, log   io.Writer
}

// say writes a line to the screen and into the log.
func (t *training) say(format string, values ...any) {
	fmt.Fprintf(io.MultiWriter(t.screen, t.log), format+"\n", values...)
}

// prepare loads or builds what the run goes on with, which says how its
// pictures are prepared.
func (t *training) prepare(ctx context.Context) error {
	switch {
	case t.settings.Model != "":
		return t.load()
	case t.settings.Base != "":
		return t.buildBase(ctx)
	}
	return nil
}

// build makes the network.
func (t *training) build() (err error) {
	shape, classes := t.data.train.Spec().Inputs[0], t.data.train.Classes()
	if classes < 2 {
		return fmt.Errorf("%s holds one class, %s; there must be two or more to tell apart", t.settings.Folder, strings.Join(t.data.train.ClassNames(), ", "))
	}
	switch {
	case t.settings.Model != "":
		err = t.unfreeze()
	case t.settings.Base != "":
		t.model, err = t.onBase()
	default:
		t.model, err = lince.Sequential(applications.ExampleCNN(shape[0], shape[1], shape[2], classes)...)
	}
	if err != nil {
		return err
	}
	if t.engine, err = newEngine(t.settings.Threads, t.settings.Precision); err != nil {
		return err
	}
	t.learner, t.source = t.model, t.data.train
	if t.data.validation != nil {
		t.validation = t.data.validation
	}
	return t.compile(t.model)
}

// compile says how a model learns.
func (t *training) compile(model *lince.Model) error {
	optimizer, err := t.settings.optimizer()
	if err != nil {
		return err
	}
	return model.Compile(lince.Training{
		Optimizer: optimizer, Loss: t.loss(), Metrics: []metrics.Metric{metrics.Accuracy{}},
		Seed: t.settings.Seed, Backend: t.engine,
	})
}

func (t *training) close() error {
	var errs []error
	for _, c := range t.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(append(errs, t.model.Close())...)
}

func (t *training) loss() losses.Loss {
	if t.data.train.Classes() == 2 {
		return losses.BinaryCrossentropy{}
	}
	return losses.CategoricalCrossentropy{}
}

// fit trains, saves and says what came out.
func (t *training) fit(ctx context.Context) error {
	t.data.describe(t.say)
	t.describe()
	if err := t.identify(ctx); err != nil {
		return err
	}
	if err := t.prepareFeatures(ctx); err != nil {
		return err
	}
	if t.learner != t.model {
		if err := t.compile(t.learner); err != nil {
			return err
		}
	}
	history, err := t.learner.Fit(ctx, t.source, lince.Fit{
		Epochs: t.settings.Epochs, Validation: t.validation,
		BalancedClasses: t.settings.ClassWeights == balanced, Callbacks: t.callbacks(),
	})
	if err != nil && t.settings.resume && t.run == nil {
		return fmt.Errorf("%w; --anew begins at the start", err)
	}
	stopped := errors.Is(err, context.Canceled) && history != nil
	if err != nil && !stopped {
		return err
	}
	if !stopped {
		if err := t.keepBetter(ctx); err != nil {
			return err
		}
	}
	preprocessing := t.data.train.Preprocessing()
	t.model.Classes, t.model.Preprocessing = t.data.train.ClassNames(), &preprocessing
	if err := t.model.Save(t.settings.Out); err != nil {
		return err
	}
	if err := writeJSON(t.settings.beside("history.json"), history); err != nil {
		return err
	}
	t.data.describeLost(t.say)
	if err := t.conclude(history, stopped); err != nil || !stopped {
		return err
	}
	return silentError{context.Canceled}
}

func (t *training) callbacks() []lince.Callback {
	s := t.settings
	list := []lince.Callback{
		callbacks.BackupAndRestore{Path: s.backup(), Anew: !s.resume, Every: s.BackupEvery},
		callbacks.Func{Begin: t.begin},
		callbacks.Progress{Writer: t.screen, Live: isTerminal(t.screen)},
		callbacks.Progress{Writer: t.log},
		callbacks.TerminateOnNaN{RaiseError: true},
	}
	if s.Patience > 0 {
		list = append(list, callbacks.EarlyStopping{Patience: s.Patience, RestoreBestWeights: true})
	}
	if s.TensorBoard != "" {
		list = append(list, callbacks.TensorBoard{LogDir: s.TensorBoard})
	}
	return append(list, t.recorder())
}

// begin is called when nothing hinders the training any more.
func (t *training) begin(run *lince.Run) error {
	t.run = run
	switch {
	case t.settings.resume && run.Samples() > 0:
		t.say("going on in epoch %d after %d batches", run.Epoch()+1, run.Batch())
	case t.settings.resume:
		t.say("there is no %s to go on from: beginning at the start", t.settings.backup())
	case t.settings.anew:
		if err := os.RemoveAll(t.settings.backup()); err != nil {
			return err
		}
	}
	return t.settings.write()
}
