package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lince-ml/lince/images"
)

// underneath lets set change settings below the flags of the command line:
// what was given there counts more and is set again afterwards.
func underneath(flags *pflag.FlagSet, set func() error) error {
	given := map[*pflag.Flag]string{}
	flags.Visit(func(f *pflag.Flag) { given[f] = f.Value.String() })
	if err := set(); err != nil {
		return err
	}
	for flag, value := range given {
		if err := flag.Value.Set(value); err != nil {
			return fmt.Errorf("--%s: %w", flag.Name, err)
		}
	}
	return nil
}

// offer tells the shell's completion what flags may be; others complete files.
func offer(cmd *cobra.Command, values map[string][]string) {
	for flag, choices := range values {
		// Fails for flags that are not there, which a test would find.
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp))
	}
}

// bounds is a flag of two numbers; both 0 means off.
type bounds [2]float64

func (b *bounds) Type() string { return "LOW,HIGH" }

func (b *bounds) String() string {
	if *b == (bounds{}) {
		return ""
	}
	return fmt.Sprintf("%g,%g", b[0], b[1])
}

func (b *bounds) Set(text string) error {
	low, high, found := strings.Cut(text, ",")
	l, errLow := strconv.ParseFloat(strings.TrimSpace(low), 64)
	h, errHigh := strconv.ParseFloat(strings.TrimSpace(high), 64)
	if !found || errLow != nil || errHigh != nil {
		return fmt.Errorf("expected two numbers, such as 0.8,1.2")
	}
	*b = bounds{l, h}
	return nil
}

// parseSize reads 150 or HEIGHTxWIDTH.
func parseSize(text string) (images.Size, error) {
	height, width, found := strings.Cut(text, "x")
	if !found {
		width = height
	}
	h, errHeight := strconv.Atoi(height)
	w, errWidth := strconv.Atoi(width)
	if errHeight != nil || errWidth != nil || h < 1 || w < 1 {
		return images.Size{}, fmt.Errorf("--image-size %q, expected a number of pixels or HEIGHTxWIDTH, such as 150 or 120x160", text)
	}
	return images.Size{Height: h, Width: w}, nil
}

// parseBytes reads 500MB, 2GB or a number of bytes.
func parseBytes(text string) (int64, error) {
	factor := int64(1)
	number := strings.ToUpper(strings.TrimSpace(text))
	for i, unit := range []string{"KB", "MB", "GB", "TB"} {
		if trimmed, found := strings.CutSuffix(number, unit); found {
			number, factor = strings.TrimSpace(trimmed), int64(1)<<(10*(i+1))
		}
	}
	value, err := strconv.ParseInt(number, 10, 64)
	if err != nil || value < 0 || value > (1<<62)/factor {
		return 0, fmt.Errorf("%q is no size, expected such as 500MB or 2GB", text)
	}
	return value * factor, nil
}

// formatBytes writes a size as parseBytes reads it.
func formatBytes(bytes int64) string {
	if bytes < 1024 {
		return fmt.Sprintf("%d bytes", bytes)
	}
	value := float64(bytes)
	for _, unit := range []string{"KB", "MB", "GB"} {
		if value /= 1024; value < 1024 {
			return fmt.Sprintf("%.1f %s", value, unit)
		}
	}
	return fmt.Sprintf("%.1f TB", value/1024)
}
