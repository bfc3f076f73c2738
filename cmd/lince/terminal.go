package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/google/renameio/v2/maybe"
	"golang.org/x/term"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/images"
)

// isTerminal reports whether a writer is a screen that can be rewritten.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// newEngine returns the CPU engine with a number of threads, 0 for all.
func newEngine(threads int) (backend.Backend, error) {
	if threads < 0 {
		return nil, usageError{fmt.Errorf("--threads %d, expected 0 for all or a number of threads", threads)}
	}
	return cpu.New(cpu.Options{Threads: threads})
}

// printJSON writes a value as indented JSON.
func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// writeJSON writes a value to a file, completely or not at all.
func writeJSON(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return maybe.WriteFile(path, append(content, '\n'), 0o644)
}

// pictureCache returns the disk cache of decoded pictures with a limit such
// as 2GB, nil for 0.
func pictureCache(limit string) (*images.Cache, error) {
	bytes, err := parseBytes(limit)
	if err != nil || bytes == 0 {
		return nil, err
	}
	return &images.Cache{Limit: bytes}, nil
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
	units := []string{"bytes", "KB", "MB", "GB", "TB"}
	value := float64(bytes)
	for len(units) > 1 && value >= 1024 {
		value /= 1024
		units = units[1:]
	}
	if units[0] == "bytes" {
		return fmt.Sprintf("%d bytes", bytes)
	}
	return fmt.Sprintf("%.1f %s", value, units[0])
}
