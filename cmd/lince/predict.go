package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
)

func newPredict() *cobra.Command {
	var settings modelSettings
	var network networkSettings
	var asJSON bool
	var top int
	cmd := &cobra.Command{
		Use:   "predict MODEL PICTURE...",
		Short: "Say what is on pictures",
		Long: `Say what is on pictures, or on all pictures in and below folders. Size, scale
and class names come from the model file; the file of another program gets them
from flags. MODEL may also be the name of a known network, with the weights
that were published for ImageNet.

A picture that cannot be read is named on standard error, the others are
answered all the same, and the exit status is 1.`,
		Example: `  lince predict pets.keras cat.jpg dog.jpg photos/new/
  lince predict pets.keras photos/new/ --top 1 --json
  lince predict resnet.h5 cat.jpg --preprocess caffe --labels imagenet_class_index.json
  lince predict inception_v3 elephant.jpg
  lince predict squeezenet --weights FILE.h5 --labels imagenet_class_index.json photos/`,
		Args: arguments("MODEL", "PICTURE..."),
		RunE: func(cmd *cobra.Command, args []string) error {
			if top < 0 {
				return usageError{fmt.Errorf("--top %d, expected 0 for all classes or a number", top)}
			}
			model, err := network.open(cmd, &settings, args[0])
			if err != nil {
				return err
			}
			p := prediction{model: model, top: top, screen: cmd.ErrOrStderr()}
			if !asJSON {
				p.out = cmd.OutOrStdout()
			}
			err = p.answer(cmd, args[1:])
			if asJSON {
				err = errors.Join(err, printJSON(cmd.OutOrStdout(), p.answers))
			}
			return err
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().IntVar(&top, "top", 5, "`CLASSES` to list, the likeliest first; 0 for all")
	cmd.Flags().BoolVar(&asJSON, "json", false, `print [{"file", "predictions": [{"class", "index", "probability"}]}], with "error" where a picture failed`)
	settings.bind(cmd.Flags())
	network.bindWeights(cmd.Flags())
	return cmd
}

// prediction is a run of lince predict.
type prediction struct {
	model       *lince.Model
	top         int
	out, screen io.Writer // out is nil where only answers are wanted
	answers     []answer
}

// answer says of each picture what is on it. The error says that some failed,
// or why all the others did.
func (p *prediction) answer(cmd *cobra.Command, pictures []string) error {
	p.answers = []answer{}
	failures := 0
	for said, err := range p.model.Classify(cmd.Context(), pictures...) {
		if err != nil && said.File == "" {
			return err
		}
		a := answer{File: said.File}
		if err != nil {
			failures++
			a.Error = err.Error()
			fmt.Fprintln(p.screen, withProgramName(a.Error))
		} else {
			a.Predictions = p.ranked(said)
		}
		p.answers = append(p.answers, a)
		p.write(a)
	}
	switch {
	case len(p.answers) == 0:
		return fmt.Errorf("there are no pictures in %s", strings.Join(pictures, ", "))
	case failures > 0:
		return silentError{errors.New("some pictures failed")}
	}
	return nil
}

// answer is what predict says of one picture.
type answer struct {
	File        string        `json:"file"`
	Predictions []probability `json:"predictions,omitempty"`
	Error       string        `json:"error,omitempty"`
}

type probability struct {
	Class       string  `json:"class"`
	Index       int     `json:"index"`
	Probability float64 `json:"probability"`
}

// ranked returns the likeliest classes.
func (p *prediction) ranked(said lince.Prediction) []probability {
	list := make([]probability, len(said.Probabilities))
	for index, value := range said.Probabilities {
		list[index] = probability{p.model.ClassName(index), index, value}
	}
	slices.SortStableFunc(list, func(a, b probability) int { return cmp.Compare(b.Probability, a.Probability) })
	if p.top > 0 && len(list) > p.top {
		list = list[:p.top]
	}
	return list
}

func (p *prediction) write(a answer) {
	if p.out == nil || a.Error != "" {
		return
	}
	parts := make([]string, len(a.Predictions))
	for i, said := range a.Predictions {
		parts[i] = fmt.Sprintf("%s %.1f %%", said.Class, 100*said.Probability)
	}
	fmt.Fprintf(p.out, "%s  %s\n", a.File, strings.Join(parts, ", "))
}
