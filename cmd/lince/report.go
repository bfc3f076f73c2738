package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/report"
)

// reportSettings are the flags of lince report.
type reportSettings struct {
	modelSettings
	out, history, settings string
	batch, bins, worst     int
	noCheck, json          bool
}

func newReport() *cobra.Command {
	var s reportSettings
	cmd := &cobra.Command{
		Use:   "report MODEL FOLDER",
		Short: "Write a page on how good a model is, where it errs and how it learnt",
		Long: `Predict the pictures of FOLDER, which holds one folder per class, and write a
page on what came out: accuracy, precision, recall and F1 of every class, the
confusion matrix, ROC and precision-recall curves, calibration, the worst predicted
pictures, what is wrong with the data, the curves of the training with the
epoch where overfitting begins and what helps against it, the network, and all
settings to repeat the run.

The page is one file without scripts that needs neither network nor server. The
folder of --out gets report.html, report.json, predictions.csv, and the charts as
SVG and PNG. History and settings are those that lince train left beside MODEL.`,
		Example: `  lince report pets.keras photos/test
  lince report pets.keras photos/test --out pets-report --json
  lince report keras-model.h5 photos/test --rescale 1/255 --labels names.txt`,
		Args: arguments("MODEL", "FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd, args[0], args[1]) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&s.out, "out", "report", "`FOLDER` to write to; made if it is not there, files of the same names are replaced")
	flags.StringVar(&s.history, "history", "", "`FILE` with the history of the training; else NAME.history.json beside MODEL, if there is one")
	flags.StringVar(&s.settings, "settings", "", "`FILE` with the settings of the training; else NAME.settings.json beside MODEL, if there is one")
	flags.IntVar(&s.worst, "worst", 24, "mistakes to show, `PICTURES` from 0")
	flags.IntVar(&s.bins, "bins", 15, "`BINS` of the calibration, 1 to 100")
	flags.IntVar(&s.batch, "batch", 32, "`PICTURES` per step, from 1; fewer need less memory, the result is the same")
	flags.BoolVar(&s.noCheck, "no-check", false, "do not look for duplicates and other faults in the pictures, those that were trained on included")
	flags.BoolVar(&s.json, "json", false, `print {"files", "pictures", "accuracy", ...}: what report.json holds, and the files' paths`)
	s.bind(flags)
	return cmd
}

func (s *reportSettings) validate() error {
	switch {
	case s.batch < 1:
		return fmt.Errorf("--batch %d, expected at least 1", s.batch)
	case s.bins < 1 || s.bins > 100:
		return fmt.Errorf("--bins %d, expected 1 to 100", s.bins)
	case s.worst < 0:
		return fmt.Errorf("--worst %d, expected 0 or more", s.worst)
	}
	if info, err := os.Stat(s.out); err == nil && !info.IsDir() {
		return fmt.Errorf("--out %s is a file; name a folder", s.out)
	}
	return nil
}

func (s *reportSettings) run(cmd *cobra.Command, file, folder string) error {
	if err := s.validate(); err != nil {
		return usageError{err}
	}
	model, err := s.load(file, cmd.Flags(), lince.LoadOptions{})
	if err != nil {
		return err
	}
	r := report.Report{
		Model: model, File: file, Folder: folder, Bins: s.bins, Worst: s.worst, Version: version(),
		Command: shellLine(append([]string{"lince", "report", file, folder}, givenFlags(cmd.Flags())...)...),
	}
	if s.worst == 0 {
		r.Worst = -1
	}
	trained, err := s.training(&r)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	if r.Evaluation, err = s.evaluate(ctx, cmd.ErrOrStderr(), model, folder); err != nil {
		return err
	}
	if r.Check, err = s.check(ctx, model, trained, folder); err != nil {
		return err
	}
	if r.Check != nil && r.Check.Directory == trained {
		r.Circumstances.Pictures, _ = r.Check.Count()
	}
	outcome, err := r.Write(ctx, s.out)
	if err != nil {
		return err
	}
	return s.tell(cmd.OutOrStdout(), outcome)
}

// evaluate predicts the pictures, and names those that cannot be read.
func (s *reportSettings) evaluate(ctx context.Context, screen io.Writer, model *lince.Model, folder string) (*report.Evaluation, error) {
	flow := images.Flow{BatchSize: s.batch, Progress: countingProgress(screen, "reading pictures")}
	var pictures *images.Pictures
	var err error
	if images.HasIDX(folder) {
		flow.NoShuffle, flow.ClassMode, flow.Preprocessing = true, images.Sparse, model.Preprocessing
		pictures, err = openTestIDX(folder, flow)
	} else {
		pictures, err = report.Open(ctx, model, folder, flow)
	}
	if err != nil {
		return nil, err
	}
	evaluation, err := report.Evaluate(ctx, model, pictures)
	if err != nil {
		return nil, err
	}
	for _, bad := range evaluation.Skipped {
		fmt.Fprintf(screen, "lince: left out %s: %v\n", bad.File, bad.Err)
	}
	return evaluation, nil
}

// training adds what the training left beside the model, and returns the
// folder that it learnt from, "" where that is not known.
func (s *reportSettings) training(r *report.Report) (folder string, err error) {
	stem := strings.TrimSuffix(r.File, filepath.Ext(r.File))
	path, there, err := leftBeside(s.history, stem+".history.json")
	if err != nil {
		return "", err
	}
	if there {
		if r.History, err = readHistory(path); err != nil {
			return "", err
		}
	}
	path, there, err = leftBeside(s.settings, stem+".settings.json")
	if err != nil || !there {
		return "", err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var run trainSettings
	if err := json.Unmarshal(content, &run); err != nil {
		return "", fmt.Errorf("%s: expected the file NAME.settings.json that a training left: %w", path, err)
	}
	r.Settings, r.Repeat = content, shellLine("lince", "train", "--settings", path)
	if run.Model != "" {
		r.Repeat = run.repeatFinetune()
	}
	r.Circumstances = report.Circumstances{
		Augmented: run.Augment.describe() != (&augmentSettings{}).describe(), StopsEarly: run.Patience > 0,
	}
	return run.Folder, nil
}

// repeatFinetune returns the command that finetune was called by, with what
// it has no default for; the settings tell the rest.
func (s *trainSettings) repeatFinetune() string {
	return shellLine("lince", "finetune", s.Model, s.Folder, "--from", s.From, "--out", s.Out)
}

// leftBeside returns the file that was asked for, which must be there, or the one
// beside the model, which need not.
func leftBeside(asked, usual string) (path string, there bool, err error) {
	if asked != "" {
		return asked, true, nil
	}
	switch _, err := os.Stat(usual); {
	case err == nil:
		return usual, true, nil
	case errors.Is(err, fs.ErrNotExist):
		return "", false, nil
	default:
		return "", false, err
	}
}

// check looks for faults in the pictures, and for those that are among the
// pictures the model learnt from, where their folder is still there.
func (s *reportSettings) check(ctx context.Context, model *lince.Model, trained, folder string) (*images.Report, error) {
	if s.noCheck || images.HasIDX(folder) {
		return nil, nil
	}
	options := images.CheckOptions{TargetSize: model.Preprocessing.TargetSize}
	if info, err := os.Stat(trained); err == nil && info.IsDir() && !images.HasIDX(trained) {
		options.Validation = folder
		return images.Check(ctx, trained, options)
	}
	return images.Check(ctx, folder, options)
}

// tell prints what came out in short and where it is.
func (s *reportSettings) tell(out io.Writer, outcome *report.Outcome) error {
	if !s.json {
		fmt.Fprintln(out, outcome.Says)
		if outcome.Learning != nil {
			fmt.Fprintln(out, outcome.Learning.Says)
		}
		fmt.Fprintln(out, outcome.Files[0])
		return nil
	}
	content, err := os.ReadFile(filepath.Join(s.out, "report.json"))
	if err != nil {
		return err
	}
	var all map[string]any
	if err := json.Unmarshal(content, &all); err != nil {
		return err
	}
	all["files"] = outcome.Files
	return printJSON(out, all)
}

// givenFlags returns the flags of a call, without that which only says how to
// print the result.
func givenFlags(flags *pflag.FlagSet) []string {
	var words []string
	flags.Visit(func(f *pflag.Flag) {
		switch {
		case f.Name == "json":
		case f.NoOptDefVal == "":
			words = append(words, "--"+f.Name, f.Value.String())
		case f.Value.String() == f.NoOptDefVal:
			words = append(words, "--"+f.Name)
		default:
			words = append(words, "--"+f.Name+"="+f.Value.String())
		}
	})
	return words
}

// shellLine returns a command as a shell takes it.
func shellLine(parts ...string) string { return strings.Join(quoted(parts), " ") }
