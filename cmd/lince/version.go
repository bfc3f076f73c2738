package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince/backend/cpu"
)

func newVersion() *cobra.Command {
	var showCPU bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and with --cpu what it computes with",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintf(cmd.OutOrStdout(), "lince %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			if !showCPU {
				return nil
			}
			engine, err := cpu.New(cpu.Options{})
			if err != nil {
				return err
			}
			defer engine.Close()
			fmt.Fprintf(cmd.OutOrStdout(), "%s, %d threads\n", engine.Name(), engine.Threads())
			return nil
		},
	}
	cmd.Flags().BoolVar(&showCPU, "cpu", false, "also print the instruction set in use and the number of threads")
	return cmd
}

// version returns the version that the binary was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
