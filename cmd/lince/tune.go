package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lince-ml/lince/tune"
)

// searchSettings say what is searched and how long.
type searchSettings struct {
	trainSettings
	trials, leastEpochs int
	file                string
	anew, json          bool
}

// searchResult is what tune --json prints.
type searchResult struct {
	File     string       `json:"file"`
	Rungs    []int        `json:"rungs"`
	Trials   []tune.Trial `json:"trials"`
	Commands []string     `json:"commands"`
}

func newTune() *cobra.Command {
	var s searchSettings
	cmd := &cobra.Command{
		Use:   "tune FOLDER",
		Short: "Search for the settings that train best on a pretrained base",
		Long: `Search for the settings that train best on a pretrained base: where to cut it, how
much of it to unfreeze, the size of a hidden layer, dropout, the learning rate and
the strength of augmentation. What is best depends on how far your pictures are
from the photos that the base has learnt from, so it is tried.

Every trial trains on the same part of FOLDER and is scored by its accuracy on the
rest, which --validation-split holds back; judge the winner by pictures that no
trial saw. All train for --least-epochs, the best third of them for three times as
many, and so on up to --epochs (successive halving). The default recipe is the
first trial.

Ctrl-C stops the search; the same command goes on with it. Afterwards the table of
trials is printed, and the commands that repeat the best one.`,
		Example: `  lince tune photos/train --base mobilenet_v2 --alpha 0.35
  lince tune photos/train --base inception_v3 --trials 20 --epochs 27 --file pets.tune.json`,
		Args: arguments("FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.complete(cmd.Flags(), args[0]); err != nil {
				return usageError{err}
			}
			return s.run(cmd)
		},
	}
	s.bind(cmd.Flags())
	offer(cmd, map[string][]string{"optimizer": optimizerNames(), "interpolation": {"nearest", "bilinear", "bicubic", "box", "hamming", "lanczos"}})
	return cmd
}

func (s *searchSettings) bind(flags *pflag.FlagSet) {
	s.Augment = augmentSettings{FillMode: "nearest", InterpolationOrder: 1}
	s.ColorMode, s.Out, s.Rescale, s.Dropout, s.LearningRate = "rgb", "best.keras", unscaled, 0.2, 1e-3
	section(flags, "Search", func(flags *pflag.FlagSet) {
		flags.IntVar(&s.trials, "trials", 12, "settings to try, `N` from 1; the first is the default recipe")
		flags.IntVar(&s.Epochs, "epochs", 18, "how long the best trials train, `N` epochs from 1")
		flags.IntVar(&s.leastEpochs, "least-epochs", 2, "how long every trial trains at least, `N` epochs from 1")
		flags.Uint64Var(&s.Seed, "seed", 0, "`NUMBER` that everything random comes from: the split, what is tried, and every training")
		flags.Float64Var(&s.ValidationSplit, "validation-split", 0.2, "`FRACTION` of each class held back to score by, above 0 and below 1")
		flags.StringVar(&s.file, "file", "", "`FILE` that keeps the trials; FOLDER's name with .tune.json when empty")
		flags.BoolVar(&s.anew, "anew", false, "give up what FILE holds and begin at the start")
		flags.BoolVar(&s.json, "json", false, "print trials and commands as JSON on standard output, and the progress on standard error")
	})
	section(flags, "Base", func(flags *pflag.FlagSet) {
		flags.StringVar(&s.Base, "base", "", "`NETWORK` that has learnt from other pictures, such as mobilenet_v2 (lince models lists them); required")
		flags.StringVar(&s.Weights, "weights", "imagenet", "weights of --base: imagenet fetches the published ones, `FILE` is read")
		flags.Float64Var(&s.Alpha, "alpha", 0, "`FACTOR` of the width of --base, for those that have several; 0 for 1")
	})
	section(flags, "Training", func(flags *pflag.FlagSet) {
		flags.StringVar(&s.Optimizer, "optimizer", "adam", "`NAME` of the optimiser: "+strings.Join(optimizerNames(), ", "))
		flags.IntVar(&s.Batch, "batch", 20, "`PICTURES` per step, from 1")
		flags.IntVar(&s.Threads, "threads", 0, "threads to compute with, `N`; 0 takes all that the machine or its container grants")
		flags.StringVar(&s.ImageSize, "image-size", "150", "`PIXELS` that pictures are brought to; the base's own when not given")
		flags.StringVar(&s.Interpolation, "interpolation", "bilinear", "how pictures are resized, as `NAME`: nearest, bilinear, bicubic, box, hamming or lanczos")
		s.bindReading(flags)
	})
}

func (s *searchSettings) complete(flags *pflag.FlagSet, folder string) error {
	s.Folder, s.Rescale, s.LearningRate = folder, unscaled, 1e-3
	switch {
	case s.Base == "":
		return errors.New("tune searches for settings of a pretrained base: give one by --base")
	case s.Weights == noWeights:
		return errors.New("--weights none: a base that has not learnt leaves nothing to tune; lince train trains it")
	case s.trials < 1 || s.leastEpochs < 1 || s.Epochs < s.leastEpochs:
		return fmt.Errorf("--trials %d, --least-epochs %d and --epochs %d, expected at least 1 each and no fewer epochs at the end", s.trials, s.leastEpochs, s.Epochs)
	case !(s.ValidationSplit > 0 && s.ValidationSplit < 1):
		return fmt.Errorf("--validation-split %v, expected above 0 and below 1: trials are scored by what is held back", s.ValidationSplit)
	}
	if s.file == "" {
		s.file = filepath.Base(filepath.Clean(folder)) + ".tune.json"
	}
	if err := s.baseSettings.validate(flags); err != nil {
		return err
	}
	if err := s.adopt(flags); err != nil {
		return err
	}
	return s.validate()
}

func (s *searchSettings) run(cmd *cobra.Command) (err error) {
	out, screen := cmd.OutOrStdout(), cmd.OutOrStdout()
	if s.json {
		screen = cmd.ErrOrStderr()
	}
	if s.anew {
		if err := removeIfThere(s.file); err != nil {
			return err
		}
	}
	trainer := &trialTrainer{settings: s.trainSettings, switching: max(1, s.leastEpochs/2), screen: cmd.ErrOrStderr(), trainings: map[int]*training{}}
	defer func() { err = errors.Join(err, trainer.close()) }()
	space, of, err := trainer.space(cmd.Context())
	if err != nil {
		return err
	}
	search := tune.Search{
		Space: space, First: []tune.Settings{defaultRecipe()}, Trials: s.trials, LeastEpochs: s.leastEpochs, MostEpochs: s.Epochs,
		Seed: s.Seed, Of: of, File: s.file, Report: func(t tune.Trial) { reportTrial(screen, t) },
	}
	fmt.Fprintf(screen, "%d trials, compared after %v epochs; %s keeps them\n", s.trials, search.Rungs(), s.file)
	trials, err := search.Run(cmd.Context(), trainer.train)
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(screen, "stopped; %s keeps what is done, and the same command goes on\n", s.file)
		return silentError{err}
	}
	if err != nil {
		return err
	}
	if trials[0].Failure != "" {
		return fmt.Errorf("no trial could be trained, the first because: %s; mend that and search --anew", trials[0].Failure)
	}
	best := trainer.commands(trials[0], s.Epochs)
	if s.json {
		return printJSON(out, searchResult{s.file, search.Rungs(), trials, best})
	}
	return writeTrials(out, trials, best)
}

// reportTrial tells how a trial came out.
func reportTrial(out io.Writer, t tune.Trial) {
	if t.Failure != "" {
		fmt.Fprintf(out, "trial %d: failed: %s\n", t.Number+1, t.Failure)
		return
	}
	fmt.Fprintf(out, "trial %d, rung %d: %.2f %%  %s\n", t.Number+1, len(t.Scores), 100*accuracyOf(t.Score()), describeRecipe(t.Settings))
}

// writeTrials writes the table of trials, the best first, and its commands.
func writeTrials(out io.Writer, trials []tune.Trial, commands []string) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "\ntrial\trungs\taccuracy\tlearning rate\thead\tdropout\tcut\tunfrozen from\taugmentation")
	for _, t := range trials {
		accuracy := "failed"
		if t.Failure == "" {
			accuracy = fmt.Sprintf("%.2f %%", 100*accuracyOf(t.Score()))
		}
		s := t.Settings
		fmt.Fprintf(w, "%d\t%d\t%s\t%.2g\t%g\t%g\t%s\t%s\t%g\n", t.Number+1, len(t.Scores), accuracy,
			s.Number(rateDimension), s.Number(headDimension), s.Number(dropoutDimension), orDash(s.Text(cutDimension)), orDash(s.Text(unfreezeDimension)), s.Number(augmentDimension))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nthe best one:\n")
	for _, command := range commands {
		fmt.Fprintf(out, "  %s\n", command)
	}
	return nil
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
