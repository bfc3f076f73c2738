package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince/images"
)

// cacheResult is what cache --json prints.
type cacheResult struct {
	Folder string `json:"folder"`
	Bytes  int64  `json:"bytes"`
}

func newCache() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Say where decoded pictures are kept on disk, and how much there is",
		Long: `Say where decoded pictures are kept on disk, and how much there is. What does
not fit in memory is kept there, so that no picture is decoded twice; lince
train --cache-limit bounds it.`,
		Example: `  lince cache
  lince cache clean`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			bytes, err := (&images.Cache{}).Size()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), cacheResult{images.DefaultCacheDir(), bytes})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", formatBytes(bytes), images.DefaultCacheDir())
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, `print {"folder", "bytes"}`)
	cmd.AddCommand(&cobra.Command{
		Use:     "clean",
		Short:   "Delete the decoded pictures kept on disk; no other file is touched",
		Example: "  lince cache clean",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			bytes, err := (&images.Cache{}).Clean()
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s freed\n", formatBytes(bytes))
			return nil
		},
	})
	return cmd
}
