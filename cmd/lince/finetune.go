package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lince-ml/lince"
)

// finetuneSettings say what model is fine-tuned, and how much of it.
type finetuneSettings struct {
	Model          string `json:"model,omitempty"`
	From           string `json:"from,omitempty"`
	TrainBatchNorm bool   `json:"train_batch_norm,omitempty"`
	KeepLast       bool   `json:"keep_last,omitempty"`
}

func newFinetune() *cobra.Command {
	var s trainSettings
	cmd := &cobra.Command{
		Use:   "finetune MODEL FOLDER",
		Short: "Go on with a trained model: unfreeze its upper layers and train them with small steps",
		Long: `Go on with a model that lince train --base made, or any other classifier: the
layers from --from on learn from the pictures of FOLDER, too, those before stay.

First train the classifier alone, then fine-tune. A fresh classifier errs by far,
and its large gradients would wreck the filters that the base has learnt from a
million photos. For the same reason the learning rate is 10 to 100 times smaller
than that of the first training, and batch normalisation keeps its averages and
its scale unless --train-batch-norm is given: the few pictures of a batch say
little about the mean of all.

Pictures that the classifier tells apart already teach nothing more; those that
are changed in every epoch do: mirror photos with --horizontal-flip at least. With
few pictures expect little: where the validation loss is not lower at the end
than it was before, the model's weights are kept as they were.

The upper layers know the most special things; the fewer pictures there are and
the more they are like photos, the fewer layers should be unfrozen. lince summary
MODEL lists their names. The run leaves the files that lince train leaves, and is
stopped and resumed like it.`,
		Example: `  lince finetune pets.keras photos/train --from mixed6 --validation photos/test
  lince finetune pets.keras photos/train --from block_13_expand --horizontal-flip
  lince finetune pets.keras photos/train --from block_13_expand --learning-rate 1e-5 --augment default`,
		Args: arguments("MODEL", "FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.Model, s.Folder = args[0], args[1]
			if s.Out == "" {
				s.Out = strings.TrimSuffix(s.Model, filepath.Ext(s.Model)) + "-tuned.keras"
			}
			if err := s.Augment.resolve(cmd.Flags()); err != nil {
				return usageError{err}
			}
			if err := s.validate(); err != nil {
				return usageError{err}
			}
			return s.run(cmd)
		},
	}
	s.bindTuning(cmd.Flags())
	offer(cmd, map[string][]string{
		"augment": {"default", "none"}, "optimizer": optimizerNames(), "class-weights": {balanced},
		"fill-mode": {"nearest", "constant", "reflect", "wrap"}, "interpolation-order": {"0", "1", "3"},
	})
	return cmd
}

// bindTuning makes the settings of lince finetune flags; how pictures are
// prepared is the model's.
func (s *trainSettings) bindTuning(flags *pflag.FlagSet) {
	s.ImageSize, s.ColorMode, s.Interpolation, s.Rescale = "1", "rgb", "bilinear", unscaled // unused, but checked
	section(flags, "Run", func(flags *pflag.FlagSet) {
		s.bindRun(flags)
		out := flags.Lookup("out")
		out.DefValue, out.Usage = "", "`FILE` to save the model to, ending in .keras; MODEL-tuned.keras when empty"
		s.Out = ""
	})
	section(flags, "Learning", func(flags *pflag.FlagSet) {
		flags.StringVar(&s.From, "from", "", "`LAYER` from which on layers learn; those before it stay. All learn when empty")
		flags.BoolVar(&s.TrainBatchNorm, "train-batch-norm", false, "let batch normalisation learn, too; for large batches and many pictures")
		flags.BoolVar(&s.KeepLast, "keep-last", false, "take the last weights even where the validation loss has not fallen")
		s.bindLearning(flags, 5, 1e-5)
		s.Optimizer = "adam"
		optimizer := flags.Lookup("optimizer")
		optimizer.DefValue, optimizer.Usage = s.Optimizer, "`NAME` of the optimiser: "+strings.Join(optimizerNames(), ", ")+"; the first steps of adam are of the size of the learning rate, those of rmsprop three times as large"
		flags.IntVar(&s.Passes, "feature-passes", 0, "with augmentation: compute what the layers that stay make of so many augmented `EPOCHS` and take those in turns; 0 computes every epoch anew")
		flags.BoolVar(&s.NoCache, "no-feature-cache", false, "compute what the layers that stay make of the pictures in every epoch, and keep nothing")
	})
	section(flags, "Pictures", s.bindReading)
	section(flags, "Augmentation of training pictures", s.Augment.bind)
}

// load reads the model that is gone on with.
func (t *training) load() (err error) {
	s := t.settings
	if t.model, err = lince.LoadWith(s.Model, lince.LoadOptions{NoCompile: true}); err != nil {
		return err
	}
	if t.model.Preprocessing == nil || t.model.Classes == nil {
		return fmt.Errorf("%s does not say how its pictures were prepared and what its classes are, as the models of lince train do", s.Model)
	}
	p := *t.model.Preprocessing
	s.prepared = &p
	return nil
}

// unfreeze lets the upper layers learn.
func (t *training) unfreeze() error {
	s := t.settings
	if names := t.data.train.ClassNames(); !slices.Equal(names, t.model.Classes) {
		return fmt.Errorf("%s has the classes %s, %s tells %s apart; they must be the same", s.Folder, strings.Join(names, ", "), s.Model, strings.Join(t.model.Classes, ", "))
	}
	if s.From != "" && t.model.Layer(s.From) == nil {
		return usageError{fmt.Errorf("--from %s: %s has no such layer; lince summary %s lists them", s.From, s.Model, s.Model)}
	}
	if err := unfreezeFrom(t.model, s.From, s.TrainBatchNorm); err != nil {
		return usageError{fmt.Errorf("--from: %w", err)}
	}
	return nil
}

// unfreezeFrom lets a model's layers learn from the named one on, all if it is
// empty, and those before stay as they are.
func unfreezeFrom(model *lince.Model, name string, batchNorm bool) error {
	model.Unfreeze()
	if name != "" {
		if err := model.UnfreezeFrom(name); err != nil {
			return err
		}
	}
	if !batchNorm {
		model.FreezeBatchNormalization()
	}
	return nil
}
