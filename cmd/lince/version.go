package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince/backend/cpu"
)

// versionResult is what version --json prints.
type versionResult struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Engine  string `json:"engine"`
	Threads int    `json:"threads"`
}

func newVersion() *cobra.Command {
	var showCPU, asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and with --cpu what it computes with",
		Example: `  lince version --cpu
  lince version --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			engine, err := cpu.New(cpu.Options{})
			if err != nil {
				return err
			}
			defer engine.Close()
			v := versionResult{version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, engine.Name(), engine.Threads()}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), v)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "lince %s %s %s/%s\n", v.Version, v.Go, v.OS, v.Arch)
			if showCPU {
				fmt.Fprintf(cmd.OutOrStdout(), "%s, %d threads\n", v.Engine, v.Threads)
			}
			return nil
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&showCPU, "cpu", false, "also print the instruction set in use and the number of threads")
	cmd.Flags().BoolVar(&asJSON, "json", false, `print {"version", "go", "os", "arch", "engine", "threads"}`)
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
