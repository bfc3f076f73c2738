package main

import (
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
)

func newPredict() *cobra.Command {
	var settings modelSettings
	var asJSON bool
	var top int
	cmd := &cobra.Command{
		Use:   "predict MODEL PICTURE...",
		Short: "Say what is on pictures",
		Long: `Say what is on pictures, or on all pictures in and below folders. Size, scale
and class names come from the model file; a file of another program gets them
from flags.

A picture that cannot be read is told on standard error, the others are
answered all the same, and the exit status is 1.`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if top < 0 {
				return usageError{fmt.Errorf("--top %d, expected 0 for all classes or a number", top)}
			}
			model, err := settings.load(args[0])
			if err != nil {
				return err
			}
			var answers []answer
			failed := 0
			for p, err := range model.Classify(cmd.Context(), args[1:]...) {
				if err != nil && p.File == "" {
					return err
				}
				a := newAnswer(model, p, err, top)
				if err != nil {
					failed++
					fmt.Fprintf(cmd.ErrOrStderr(), "lince: %v\n", err)
				}
				answers = append(answers, a)
			}
			if err := writeAnswers(cmd, answers, asJSON); err != nil {
				return err
			}
			switch {
			case len(answers) == 0:
				return fmt.Errorf("no pictures among %v", args[1:])
			case failed > 0:
				return silentError{errors.New("some pictures failed")}
			}
			return nil
		},
	}
	settings.bind(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON list of files and their classes")
	cmd.Flags().IntVar(&top, "top", 5, "how many classes to list, the likeliest first; 0 for all")
	return cmd
}

// answer is what predict says of one picture.
type answer struct {
	File        string            `json:"file"`
	Predictions []classPrediction `json:"predictions,omitempty"`
	Error       string            `json:"error,omitempty"`
}

type classPrediction struct {
	Class       string  `json:"class"`
	Index       int     `json:"index"`
	Probability float64 `json:"probability"`
}

func newAnswer(model *lince.Model, p lince.Prediction, err error, top int) answer {
	a := answer{File: p.File}
	if err != nil {
		a.Error = err.Error()
		return a
	}
	for index, probability := range p.Probabilities {
		a.Predictions = append(a.Predictions, classPrediction{model.ClassName(index), index, probability})
	}
	slices.SortStableFunc(a.Predictions, func(x, y classPrediction) int {
		switch {
		case x.Probability > y.Probability:
			return -1
		case x.Probability < y.Probability:
			return 1
		}
		return 0
	})
	if top > 0 && len(a.Predictions) > top {
		a.Predictions = a.Predictions[:top]
	}
	return a
}

func writeAnswers(cmd *cobra.Command, answers []answer, asJSON bool) error {
	if asJSON {
		if answers == nil {
			answers = []answer{}
		}
		return printJSON(cmd.OutOrStdout(), answers)
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	for _, a := range answers {
		if a.Error != "" {
			continue
		}
		fmt.Fprintf(w, "%s", a.File)
		for _, p := range a.Predictions {
			fmt.Fprintf(w, "\t%s %.1f %%", p.Class, 100*p.Probability)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
