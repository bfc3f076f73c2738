package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/plot"
	"github.com/lince-ml/lince/tune"
)

// ratesResult is what lr-find --json prints.
type ratesResult struct {
	Chart        string    `json:"chart"`
	Valley       float64   `json:"valley"`
	TenthOfLeast float64   `json:"tenth_of_least"`
	Rates        []float64 `json:"rates"`
	Losses       []float64 `json:"losses"`
}

func newLRFind() *cobra.Command {
	s, test, chart := trainSettings{}, tune.RateTest{}, ""
	cmd := &cobra.Command{
		Use:   "lr-find FOLDER",
		Short: "Find a good learning rate, as fastai's lr_find does, and draw the chart",
		Long: `Train for some steps with a learning rate that grows from --from to --to, and draw
the loss over it. Where it falls fastest the rate is good; where it rises, too large.
Nothing is saved but the chart. Network, optimiser, base and augmentation are given
as to lince train, whose --learning-rate takes what comes out.`,
		Example: `  lince lr-find photos/train
  lince lr-find photos/train --base mobilenet_v2 --optimizer adam --out rates.png`,
		Args: arguments("FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.Out, s.ValidationSplit = "model.keras", 0 // neither is used
			if chart == "" {
				chart = filepath.Base(filepath.Clean(args[0])) + ".rates.svg"
			}
			if err := checkChartPath(chart); err != nil {
				return err
			}
			if err := s.complete(cmd.Flags(), args); err != nil {
				return err
			}
			return s.findRate(cmd, test, chart)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.Float64Var(&test.From, "from", 1e-7, "least `RATE`, above 0")
	flags.Float64Var(&test.To, "to", 10, "largest `RATE`; the test ends before when the loss breaks away")
	flags.IntVar(&test.Steps, "steps", 100, "`BATCHES` to train on, from 2")
	flags.StringVar(&chart, "out", "", "`FILE` to draw to, ending in .svg or .png; FOLDER's name with .rates.svg when empty")
	flags.BoolVar(&s.json, "json", false, "print the suggestions, rates and losses as JSON")
	s.bindNetwork(flags)
	return cmd
}

// findRate tests rates and draws the chart.
func (s *trainSettings) findRate(cmd *cobra.Command, test tune.RateTest, chart string) (err error) {
	ctx := cmd.Context()
	t := training{settings: s, out: cmd.OutOrStdout(), screen: cmd.ErrOrStderr(), log: io.Discard}
	if err := t.prepare(ctx); err != nil {
		return err
	}
	if t.data, err = s.open(ctx, countingProgress(cmd.ErrOrStderr(), "reading pictures")); err != nil {
		return err
	}
	if err := t.build(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	if err := t.prepareFeatures(ctx); err != nil {
		return err
	}
	optimizer, err := s.optimizer()
	if err != nil {
		return err
	}
	curve, err := test.Run(ctx, t.learner, lince.Training{
		Optimizer: optimizer, Loss: t.loss(), Metrics: []metrics.Metric{metrics.Accuracy{}}, Seed: s.Seed, Backend: t.engine,
	}, t.source)
	if err != nil {
		return err
	}
	valley := curve.Valley()
	if err := plot.LearningRates(curve.Rates, curve.Losses, valley).Save(chart); err != nil {
		return err
	}
	if s.json {
		return printJSON(t.out, ratesResult{chart, valley, curve.TenthOfLeast(), curve.Rates, curve.Losses})
	}
	fmt.Fprintf(t.out, "suggested learning rate %.2g (the valley); a tenth of that with the least loss is %.2g\n%s\n", valley, curve.TenthOfLeast(), chart)
	return nil
}
