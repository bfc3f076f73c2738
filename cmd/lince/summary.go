package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
)

func newSummary() *cobra.Command {
	var options lince.SummaryOptions
	var network networkSettings
	var drawing drawingSettings
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "summary MODEL",
		Short: "List the layers of a model as Keras does, and what it knows of its pictures",
		Example: `  lince summary pets.keras
  lince summary pets.keras --json
  lince summary pets.keras --drawing pets.svg --expand-nested
  lince summary inception_v3 --input 150x150x3 --no-top`,
		Args: arguments("MODEL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if options.LineLength < 0 {
				return usageError{fmt.Errorf("--line-length %d, expected 0 or a number of characters", options.LineLength)}
			}
			if err := drawing.check(); err != nil {
				return err
			}
			model, err := network.look(cmd, args[0])
			if err != nil {
				return err
			}
			if done, err := drawing.draw(cmd, model, options); done || err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), newSummaryResult(model))
			}
			fmt.Fprint(cmd.OutOrStdout(), model.SummaryWith(options))
			writeKnowledge(cmd.OutOrStdout(), model)
			return nil
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().IntVar(&options.LineLength, "line-length", 0, "width of the table in `CHARACTERS`; 0 for Keras' own, 80 or 98")
	cmd.Flags().BoolVar(&options.ShowTrainable, "show-trainable", false, "mark the layers that training changes")
	cmd.Flags().BoolVar(&options.ExpandNested, "expand-nested", false, "show the layers of models within")
	drawing.bind(cmd.Flags())
	network.bindShape(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print layers, numbers of weights, classes and preprocessing as JSON")
	return cmd
}

// writeKnowledge says what Lince keeps in the file beside what Keras does.
func writeKnowledge(out io.Writer, model *lince.Model) {
	if len(model.Classes) > 0 {
		fmt.Fprintf(out, " Classes: %s\n", strings.Join(model.Classes, ", "))
	}
	if model.Preprocessing != nil {
		fmt.Fprintf(out, " Pictures: %s\n", describePreprocessing(*model.Preprocessing))
	}
}

// summaryResult is what summary --json prints.
type summaryResult struct {
	Name          string                `json:"name"`
	Parameters    int                   `json:"parameters"`
	Trainable     int                   `json:"trainable_parameters"`
	OutputShape   []int                 `json:"output_shape"` // without the batch
	Layers        []summaryLayer        `json:"layers"`
	Classes       []string              `json:"classes,omitempty"`
	Preprocessing *images.Preprocessing `json:"preprocessing,omitempty"`
}

type summaryLayer struct {
	Name       string `json:"name"`
	Class      string `json:"class"`
	Parameters int    `json:"parameters"`
	Trainable  bool   `json:"trainable"`
}

func newSummaryResult(model *lince.Model) summaryResult {
	result := summaryResult{
		Name: model.Name(), Parameters: model.Parameters(), OutputShape: model.OutputShape()[1:],
		Classes: model.Classes, Preprocessing: model.Preprocessing,
	}
	for _, instance := range model.Layers() {
		layer := summaryLayer{Name: instance.Name(), Class: instance.Class(), Trainable: instance.Trainable()}
		for _, w := range instance.Weights() {
			count, _ := w.Variable.Type.Shape.Elements()
			layer.Parameters += count
			if w.Trainable() {
				result.Trainable += count
			}
		}
		result.Layers = append(result.Layers, layer)
	}
	return result
}
