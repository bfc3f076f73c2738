package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
)

func newEvaluate() *cobra.Command {
	var settings modelSettings
	var network networkSettings
	var asJSON bool
	var batch int
	cmd := &cobra.Command{
		Use:   "evaluate MODEL FOLDER",
		Short: "Measure a model on a folder of pictures, one folder per class",
		Long: `Measure the loss and the metrics of a model on the pictures of FOLDER, which
holds one folder per class (or MNIST's idx files, whose test part is taken).
The classes are those of the model's file, in its order; where it names none,
the folders in the order of their names. MODEL may also be the name of a known
network; those for ImageNet take a folder for each of its 1000 classes, called
by its number in WordNet, n01440764.

Pictures that cannot be read are named on standard error and left out.`,
		Example: `  lince evaluate pets.keras photos/test
  lince evaluate pets.keras photos/test --json
  lince evaluate keras-model.h5 photos/test --rescale 1/255
  lince evaluate resnet50 imagenet/val`,
		Args: arguments("MODEL", "FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if batch < 1 {
				return usageError{fmt.Errorf("--batch %d, expected at least 1", batch)}
			}
			network.numbered = true
			model, err := network.openWith(cmd, &settings, args[0], lince.LoadOptions{})
			if err != nil {
				return err
			}
			pictures, err := openEvaluation(cmd.Context(), model, args[0], args[1], images.Flow{
				BatchSize: batch, Progress: countingProgress(cmd.ErrOrStderr(), "reading pictures"),
			})
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
			if asJSON {
				return printJSON(cmd.OutOrStdout(), measured(logs))
			}
			writeLogs(cmd.OutOrStdout(), logs)
			return nil
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&asJSON, "json", false, `print {"loss", "accuracy", ...}`)
	cmd.Flags().IntVar(&batch, "batch", 32, "`PICTURES` per step, from 1; fewer need less memory, the result is the same")
	settings.bind(cmd.Flags())
	network.bindWeights(cmd.Flags())
	return cmd
}

// openEvaluation opens a folder as the model's pictures, with targets of the
// form that its loss takes.
func openEvaluation(ctx context.Context, model *lince.Model, file, folder string, flow images.Flow) (*images.Pictures, error) {
	outputs, err := classOutputs(model, file)
	if err != nil {
		return nil, err
	}
	if flow.ClassMode, err = prepareLoss(model, file, outputs); err != nil {
		return nil, err
	}
	flow.NoShuffle, flow.Preprocessing = true, model.Preprocessing
	var pictures *images.Pictures
	if images.HasIDX(folder) {
		pictures, err = openTestIDX(folder, flow)
	} else {
		flow.Classes = model.Classes
		pictures, err = images.Generator{}.FlowFromDirectoryContext(ctx, folder, flow)
	}
	if err != nil {
		return nil, err
	}
	if found, classes := pictures.Classes(), max(outputs, 2); found != classes {
		return nil, fmt.Errorf("%s tells %d classes apart, but %s has %d: %s", file, classes, folder, found, strings.Join(pictures.ClassNames(), ", "))
	}
	return pictures, nil
}

// openTestIDX opens the test part of a folder of idx files.
func openTestIDX(folder string, flow images.Flow) (*images.Pictures, error) {
	_, test, err := images.FromIDX(folder)
	if err != nil {
		return nil, err
	}
	if test.X == nil {
		return nil, fmt.Errorf("%s has no test files (t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte)", folder)
	}
	return images.Generator{}.Flow(test, flow)
}

// measured are logs that become a JSON object in their own order.
type measured lince.Logs

// MarshalJSON writes NaN and infinities as null, since JSON has neither.
func (m measured) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	separator := "{"
	for _, log := range m {
		var value any = log.Value
		if math.IsNaN(log.Value) || math.IsInf(log.Value, 0) {
			value = nil
		}
		pair, err := json.Marshal(map[string]any{log.Name: value})
		if err != nil {
			return nil, err
		}
		b.WriteString(separator)
		b.Write(bytes.Trim(pair, "{}"))
		separator = ","
	}
	b.WriteString("}")
	return b.Bytes(), nil
}

func writeLogs(out io.Writer, logs lince.Logs) {
	width := 0
	for _, log := range logs {
		width = max(width, len(log.Name))
	}
	for _, log := range logs {
		fmt.Fprintf(out, "%-*s  %.4f\n", width, log.Name, log.Value)
	}
}
