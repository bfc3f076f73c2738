package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// newRoot returns the command with all its verbs, which print results to out
// and errors to screen.
func newRoot(out, screen io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "lince",
		Short: "Image recognition: train on folders of pictures, and use what was learnt",
		Long: `Lince tells pictures apart. It learns from folders, one folder per class:

    photos/train/cats/...    photos/train/dogs/...

Exit status: 0 for success, 1 for an error, 2 for a wrong command line,
130 for a stop by Ctrl-C. Errors go to standard error.`,
		Example: `  lince demo                                       see it all at work, nothing else needed
  lince check    photos/train                      what is wrong with the pictures
  lince train    photos/train --out pets.keras     train
  lince finetune pets.keras photos/train           go on with a pretrained base
  lince watch    pets                              how it goes, in a browser
  lince plot     pets.history.json                 how it went
  lince evaluate pets.keras photos/test            how good it is
  lince report   pets.keras photos/test            a page on where it errs, and why
  lince predict  pets.keras cat.jpg photos/new/    use
  lince explain  pets.keras cat.jpg --out why.png  why
  lince serve    pets.keras                        answer browsers and programs`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownVerb,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(out)
	root.SetErr(screen)
	root.SetUsageFunc(usage)
	root.SetFlagErrorFunc(misuse)
	root.AddCommand(newDemo(), newCheck(), newTrain(), newFinetune(), newTune(), newLRFind(), newEvaluate(), newReport(), newPredict(), newExplain(), newServe(), newSummary(), newPlot(), newWatch(), newBench(), newProfile(), newModels(), newVersion(), newCache())
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	root.SuggestionsMinimumDistance = 2
	checkArguments(root)
	return root
}

// checkArguments makes wrong arguments usage errors, below cmd too.
func checkArguments(cmd *cobra.Command) {
	for _, verb := range cmd.Commands() {
		checkArguments(verb)
	}
	check := cmd.Args
	if cmd.Name() == "help" {
		check = knownTopic
	}
	if check == nil {
		return
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return misuse(cmd, err)
		}
		return nil
	}
}

// misuse returns a usage error that says where help is.
func misuse(cmd *cobra.Command, err error) error {
	if _, usage := errors.AsType[usageError](err); usage {
		return err
	}
	return usageError{fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
}

// knownVerb refuses arguments of the bare command: they name no verb.
func knownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	guess := ""
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		guess = "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return usageError{fmt.Errorf("there is no verb %q%s; see lince --help", args[0], guess)}
}

// knownTopic refuses help about what is no verb.
func knownTopic(cmd *cobra.Command, args []string) error {
	if found, rest, err := cmd.Root().Find(args); err != nil || len(rest) > 0 && found == cmd.Root() {
		return knownVerb(cmd.Root(), args)
	}
	return nil
}

// arguments checks for one argument per name; the last may repeat if it ends
// in "...".
func arguments(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		many := strings.HasSuffix(names[len(names)-1], "...")
		if len(args) == len(names) || many && len(args) > len(names) {
			return nil
		}
		given := fmt.Sprintf("%d arguments are given", len(args))
		switch len(args) {
		case 0:
			given = "nothing is given"
		case 1:
			given = fmt.Sprintf("only %s is given", args[0])
		}
		return fmt.Errorf("%s takes %s, but %s", cmd.Name(), strings.Join(names, " "), given)
	}
}
