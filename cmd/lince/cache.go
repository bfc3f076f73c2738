package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/transfer"
)

// cacheResult is what cache --json prints: a folder each.
type cacheResult struct {
	Pictures cacheFolder `json:"pictures"`
	Features cacheFolder `json:"features"`
}

type cacheFolder struct {
	Folder string `json:"folder"`
	Bytes  int64  `json:"bytes"`
}

func measureCache() (r cacheResult, err error) {
	r.Pictures.Folder, r.Features.Folder = images.DefaultCacheDir(), transfer.DefaultDir()
	if r.Pictures.Bytes, err = (&images.Cache{}).Size(); err != nil {
		return r, err
	}
	r.Features.Bytes, err = transfer.Size(r.Features.Folder)
	return r, err
}

func newCache() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Say what is kept on disk so as not to be computed again",
		Long: `Say what is kept on disk so as not to be computed again: decoded pictures that
do not fit in memory (lince train --cache-limit bounds them), and what pretrained
networks made of pictures (lince train --no-feature-cache keeps nothing).`,
		Example: `  lince cache
  lince cache clean`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := measureCache()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), r)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "pictures  %s  %s\n", formatBytes(r.Pictures.Bytes), r.Pictures.Folder)
			fmt.Fprintf(cmd.OutOrStdout(), "features  %s  %s\n", formatBytes(r.Features.Bytes), r.Features.Folder)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, `print {"pictures", "features"}, each {"folder", "bytes"}`)
	cmd.AddCommand(&cobra.Command{
		Use:     "clean",
		Short:   "Delete the pictures and features kept on disk; no other file is touched",
		Example: "  lince cache clean",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			pictures, err := (&images.Cache{}).Clean()
			features, failure := transfer.Clean(transfer.DefaultDir())
			if err := errors.Join(err, failure); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s freed\n", formatBytes(pictures+features))
			return nil
		},
	})
	return cmd
}
