package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// newRoot returns the command with all its verbs.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "lince",
		Short: "Image recognition: train on folders of pictures, and use what was learnt",
		Long: `Lince tells pictures apart. It learns from folders, one folder per class:

    photos/train/cats/...    photos/train/dogs/...

    lince demo                                     see it all at work, nothing else needed
    lince check   photos/train                     what is wrong with the pictures
    lince train   photos/train --out pets.keras    train
    lince predict pets.keras cat.jpg photos/new/   use`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see lince help %s", err, cmd.Name())}
	})
	root.AddCommand(newDemo(), newCheck(), newTrain(), newEvaluate(), newPredict(), newSummary(), newPlot(), newBench(), newVersion(), newCache())
	for _, verb := range root.Commands() {
		checkArguments(verb)
	}
	return root
}

// checkArguments makes wrong arguments usage errors.
func checkArguments(verb *cobra.Command) {
	check := verb.Args
	if check == nil {
		return
	}
	verb.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%w; see lince help %s", err, cmd.Name())}
		}
		return nil
	}
}
