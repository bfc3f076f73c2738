package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince/images"
)

func newCheck() *cobra.Command {
	var options images.CheckOptions
	var asJSON bool
	var imageSize string
	cmd := &cobra.Command{
		Use:   "check FOLDER",
		Short: "Find what is wrong with a folder of pictures before training on it",
		Long: `Read every picture of FOLDER, which holds one folder per class, and name what
is wrong: pictures that are broken, cut off, empty, enormous, of another type
than their name says, or there twice; folders that are no classes; classes
that are much larger than others. With --validation also pictures that are in
both folders.

The exit status is 1 if a training would stop, and 0 with mere warnings.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			size, err := parseSize(imageSize)
			if err != nil {
				return usageError{err}
			}
			options.TargetSize = size
			report, err := images.Check(cmd.Context(), args[0], options)
			if err != nil {
				return err
			}
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), report)
			} else {
				err = writeReport(cmd, report)
			}
			if err == nil && report.Blocked() {
				err = silentError{errors.New("a training would stop")}
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&options.Validation, "validation", "", "folder to validate on, whose pictures must not be among the others")
	flags.StringVar(&imageSize, "image-size", "150", "size that pictures will be brought to; far smaller ones are named")
	flags.BoolVar(&options.Strict, "strict", false, "take every bad picture for what would stop a training")
	flags.BoolVar(&options.FollowLinks, "follow-links", false, "look into linked folders")
	flags.BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}

func writeReport(cmd *cobra.Command, report *images.Report) error {
	out := cmd.OutOrStdout()
	for _, class := range report.Classes {
		fmt.Fprintf(out, "%6d pictures  %s\n", class.Pictures, class.Name)
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
	return nil
}
