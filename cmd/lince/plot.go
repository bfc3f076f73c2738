package main

import (
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/plot"
)

func newPlot() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "plot HISTORY.json",
		Short: "Draw accuracy and loss of a training, and where overfitting begins",
		Long: `Draw the history of a training: loss and metrics, in training and validation,
with the epoch marked where overfitting begins. The file's extension says the
format: .svg or .png.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			history, err := readHistory(args[0])
			if err != nil {
				return err
			}
			if out == "" {
				out = strings.TrimSuffix(strings.TrimSuffix(args[0], ".json"), ".history") + ".svg"
			}
			curves := plot.Curves{Epochs: history.Epochs, Series: history.Values}
			if err := plot.History(curves).Save(out); err != nil {
				return err
			}
			if epoch, ok := plot.Overfitting(curves); ok {
				fmt.Fprintf(cmd.OutOrStdout(), "overfitting begins after epoch %d: try --augment default, dropout or fewer epochs\n", epoch+1)
			}
			fmt.Fprintln(cmd.OutOrStdout(), out)
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file to draw to, .svg or .png; beside the history when empty")
	cmd.AddCommand(newPlotActivation())
	return cmd
}

func readHistory(path string) (*lince.History, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	history, err := lince.ReadHistory(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return history, nil
}

func newPlotActivation() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:       "activation NAME",
		Short:     "Draw an activation function and its derivative",
		Args:      cobra.ExactArgs(1),
		ValidArgs: activationNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			activation, err := activations.Decode(config.Object{Class: args[0]})
			if err != nil {
				return usageError{fmt.Errorf("%w; there are %s", err, strings.Join(activationNames(), ", "))}
			}
			if out == "" {
				out = args[0] + ".svg"
			}
			value := func(x float64) float64 {
				values, _, err := activations.Curve(activation, []float64{x})
				if err != nil {
					return math.NaN()
				}
				return values[0]
			}
			if err := plot.Activation(activation.Name(), value, -5, 5).Save(out); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), out)
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file to draw to, .svg or .png; NAME.svg when empty")
	return cmd
}

func activationNames() []string {
	var names []string
	for _, activation := range activations.All() {
		names = append(names, activation.Name())
	}
	return names
}
