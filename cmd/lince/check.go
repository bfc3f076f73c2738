package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince/images"
)

func newCheck() *cobra.Command {
	var options images.CheckOptions
	var augment augmentSettings
	var asJSON bool
	var imageSize string
	cmd := &cobra.Command{
		Use:   "check FOLDER",
		Short: "Find what is wrong with a folder of pictures before training on it",
		Long: `Read every picture of FOLDER, which holds one folder per class, and name what
is wrong: pictures that are broken, cut off, empty, enormous, of another type
than their name says, or there twice; folders that are no classes; classes
that are much larger than others. With --validation also pictures that are in
both folders, and with the options of lince train those that do nothing.

The exit status is 1 if a training would stop, and 0 with mere warnings.`,
		Example: `  lince check photos/train
  lince check photos/train --validation photos/test --augment default
  lince check photos/train --strict --json`,
		Args: arguments("FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if options.TargetSize, err = parseSize(imageSize); err != nil {
				return usageError{err}
			}
			if err := augment.resolve(cmd.Flags()); err != nil {
				return usageError{err}
			}
			if options.Generator, err = augment.generator(); err != nil {
				return usageError{err}
			}
			report, err := images.Check(cmd.Context(), args[0], options)
			if err != nil {
				return err
			}
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), checkResult{report, !report.Blocked()})
			} else {
				writeReport(cmd.OutOrStdout(), report)
			}
			if err == nil && report.Blocked() {
				err = silentError{errors.New("a training would stop")}
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&options.Validation, "validation", "", "`FOLDER` to validate on, whose pictures must not be among the others")
	flags.StringVar(&imageSize, "image-size", "150", "`PIXELS` that training will bring pictures to, one number or HEIGHTxWIDTH; far smaller ones are named")
	flags.BoolVar(&options.Strict, "strict", false, "take every bad picture for what would stop a training, as lince train --strict does")
	flags.BoolVar(&options.FollowLinks, "follow-links", false, "look into linked folders inside the class folders")
	flags.BoolVar(&asJSON, "json", false, `print the report as JSON: {"directory", "classes", "findings", "trainable"}`)
	section(flags, "Augmentation that training will use", augment.bind)
	offer(cmd, map[string][]string{"augment": {"default", "none"}, "fill-mode": {"nearest", "constant", "reflect", "wrap"}})
	return cmd
}

// checkResult is what check --json prints.
type checkResult struct {
	*images.Report
	Trainable bool `json:"trainable"`
}

func writeReport(out io.Writer, report *images.Report) {
	writeCounts(out, report.Directory, report.Classes)
	if report.Validation != "" {
		writeCounts(out, report.Validation, report.ValidationClasses)
	}
	for _, finding := range report.Findings {
		fmt.Fprintf(out, "%v: %s\n", finding.Severity, finding.Message)
		for _, file := range finding.Files {
			fmt.Fprintf(out, "    %s\n", file)
		}
	}
	if len(report.Findings) == 0 {
		fmt.Fprintln(out, "nothing to complain about")
	}
}

func writeCounts(out io.Writer, folder string, classes []images.ClassCount) {
	fmt.Fprintln(out, folder)
	for _, class := range classes {
		fmt.Fprintf(out, "%8d pictures  %s", class.Pictures, class.Name)
		if class.Bad > 0 {
			fmt.Fprintf(out, " (%d bad)", class.Bad)
		}
		fmt.Fprintln(out)
	}
}
