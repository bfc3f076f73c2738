package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
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
		Use:   "plot HISTORY",
		Short: "Draw accuracy and loss of a training, and where overfitting begins",
		Long: `Draw the history that a training left: loss and metrics, in training and
validation, with the epochs shaded where overfitting shows: the validation loss
rises while the training loss still falls.`,
		Example: `  lince plot pets.history.json
  lince plot pets.history.json --out pets.png
  lince plot activation relu`,
		Args: arguments("HISTORY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := chartPath(out, strings.TrimSuffix(strings.TrimSuffix(args[0], ".json"), ".history"))
			if err := checkChartPath(path); err != nil {
				return err
			}
			history, err := readHistory(args[0])
			if err != nil {
				return err
			}
			curves := plot.Curves{Epochs: history.Epochs, Series: history.Values}
			if err := plot.History(curves).Save(path); err != nil {
				return err
			}
			if epoch, ok := plot.Overfitting(curves); ok {
				fmt.Fprintf(cmd.OutOrStdout(), "overfitting begins after epoch %d: try --augment default, more pictures or --patience 5\n", epoch+1)
			}
			fmt.Fprintln(cmd.OutOrStdout(), path)
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "`FILE` to draw to, ending in .svg or .png; else the history's name with .svg, as in pets.svg")
	cmd.AddCommand(newPlotActivation())
	return cmd
}

// chartPath returns the file that was asked for, else name.svg.
func chartPath(asked, name string) string {
	if asked != "" {
		return asked
	}
	return name + ".svg"
}

func checkChartPath(path string) error {
	if extension := strings.ToLower(filepath.Ext(path)); extension != ".svg" && extension != ".png" {
		return usageError{fmt.Errorf("--out %s must end in .svg or .png", path)}
	}
	return nil
}

func readHistory(path string) (*lince.History, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	history, err := lince.ReadHistory(file)
	if err != nil {
		return nil, fmt.Errorf("%s is no history that a training left: %w", path, err)
	}
	if len(history.Epochs) == 0 {
		return nil, fmt.Errorf("%s holds no finished epoch, so there is nothing to draw", path)
	}
	return history, nil
}

func newPlotActivation() *cobra.Command {
	var out string
	names := activationNames()
	cmd := &cobra.Command{
		Use:   "activation NAME",
		Short: "Draw an activation function and its derivative",
		Long:  "Draw an activation function and its derivative from -5 to 5. NAME is Keras':\n\n" + wrap(strings.Join(names, ", "), 76, "    "),
		Example: `  lince plot activation relu
  lince plot activation gelu --out gelu.png`,
		Args:      arguments("NAME"),
		ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) error {
			path := chartPath(out, args[0])
			if err := checkChartPath(path); err != nil {
				return err
			}
			activation, err := activations.Decode(config.Object{Class: args[0]})
			if err != nil {
				return usageError{fmt.Errorf("there is no activation %q; there are %s", args[0], strings.Join(names, ", "))}
			}
			if err := plot.Activation(activation.Name(), curve(activation), -5, 5).Save(path); err != nil {
				return err
			}
			if ofRows(activation) {
				fmt.Fprintf(cmd.OutOrStdout(), "%s is a function of rows: drawn is the first value of the row (x, 0)\n", activation.Name())
			}
			fmt.Fprintln(cmd.OutOrStdout(), path)
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "`FILE` to draw to, ending in .svg or .png; else NAME.svg")
	return cmd
}

// curve returns the activation as a function of a number x: its first value
// for the row (x, 0), since some are functions of a whole row.
func curve(activation activations.Activation) func(x float64) float64 {
	return func(x float64) float64 {
		values, _, err := activations.Curve(activation, []float64{x, 0})
		if err != nil {
			return math.NaN()
		}
		return values[0]
	}
}

// ofRows reports whether a value depends on the others of its row.
func ofRows(activation activations.Activation) bool {
	row := func(other float64) []float64 {
		values, _, err := activations.Curve(activation, []float64{1, other})
		if err != nil {
			return nil
		}
		return values[:1]
	}
	return !slices.Equal(row(0), row(1))
}

func activationNames() []string {
	var names []string
	for _, activation := range activations.All() {
		names = append(names, activation.Name())
	}
	return names
}
