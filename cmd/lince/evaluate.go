package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
)

func newEvaluate() *cobra.Command {
	var settings modelSettings
	var asJSON bool
	var batch int
	cmd := &cobra.Command{
		Use:   "evaluate MODEL FOLDER",
		Short: "Measure a model on a folder of pictures, one folder per class",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			model, err := settings.load(args[0])
			if err != nil {
				return err
			}
			if err := compileFor(model); err != nil {
				return err
			}
			pictures, err := evaluationPictures(cmd, model, args[1], batch)
			if err != nil {
				return err
			}
			logs, err := model.Evaluate(cmd.Context(), pictures)
			if err != nil {
				return err
			}
			for _, bad := range pictures.Skipped() {
				fmt.Fprintf(cmd.ErrOrStderr(), "lince: left out %s: %v\n", bad.File, bad.Err)
			}
			return writeLogs(cmd, logs, asJSON)
		},
	}
	settings.bind(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, `print {"loss", "accuracy", ...}`)
	cmd.Flags().IntVar(&batch, "batch", 32, "pictures per step")
	return cmd
}

// evaluationPictures opens a folder with the model's own preprocessing and
// class order.
func evaluationPictures(cmd *cobra.Command, model *lince.Model, folder string, batch int) (*images.Pictures, error) {
	if batch < 1 {
		return nil, usageError{fmt.Errorf("--batch %d, expected at least 1", batch)}
	}
	flow := images.Flow{BatchSize: batch, NoShuffle: true, Classes: model.Classes, Preprocessing: model.Preprocessing}
	if images.HasIDX(folder) {
		_, test, err := images.FromIDX(folder)
		if err != nil {
			return nil, err
		}
		flow.Classes = nil
		return images.Generator{}.Flow(test, flow)
	}
	return images.Generator{}.FlowFromDirectoryContext(cmd.Context(), folder, flow)
}

func writeLogs(cmd *cobra.Command, logs lince.Logs, asJSON bool) error {
	if asJSON {
		values := map[string]float64{}
		for _, log := range logs {
			values[log.Name] = log.Value
		}
		return printJSON(cmd.OutOrStdout(), values)
	}
	for _, log := range logs {
		fmt.Fprintf(cmd.OutOrStdout(), "%s %.4f\n", log.Name, log.Value)
	}
	return nil
}
