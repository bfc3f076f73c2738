package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
)

func newSummary() *cobra.Command {
	var options lince.SummaryOptions
	cmd := &cobra.Command{
		Use:   "summary MODEL",
		Short: "List the layers of a model as Keras does",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			model, err := lince.LoadWith(args[0], lince.LoadOptions{NoCompile: true})
			if err != nil {
				return err
			}
			fmt.Fprint(cmd.OutOrStdout(), model.SummaryWith(options))
			return nil
		},
	}
	cmd.Flags().IntVar(&options.LineLength, "line-length", 0, "width of the table in characters; 0 for Keras' own")
	cmd.Flags().BoolVar(&options.ShowTrainable, "show-trainable", false, "mark the layers that training changes")
	return cmd
}
