package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince/images"
)

func newCache() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Say where decoded pictures are kept on disk, and how much there is",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			bytes, err := (&images.Cache{}).Size()
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", formatBytes(bytes), images.DefaultCacheDir())
			return nil
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "clean",
		Short: "Delete the decoded pictures kept on disk; no other file is touched",
		Args:  cobra.NoArgs,
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
