package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/google/renameio/v2/maybe"
	"golang.org/x/term"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/cpu"
)

// isTerminal reports whether a writer is a screen that can be rewritten.
func isTerminal(w io.Writer) bool {
	if p, ok := w.(printable); ok {
		w = p.to
	}
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// countingProgress returns what shows on a terminal how many of something are
// done; nil where the writer is none.
func countingProgress(screen io.Writer, what string) func(done, total int) {
	if !isTerminal(screen) {
		return nil
	}
	const interval = 100 * time.Millisecond
	shown := time.Now()
	width := 0
	return func(done, total int) {
		switch {
		case done == total && width > 0:
			fmt.Fprintf(screen, "\r%*s\r", width, "")
		case done < total && time.Since(shown) >= interval:
			shown = time.Now()
			line := fmt.Sprintf("%s: %d of %d", what, done, total)
			width = max(width, len(line))
			fmt.Fprintf(screen, "\r%s", line)
		}
	}
}

// withProgramName puts lince: before a message, unless the library did.
func withProgramName(message string) string {
	const name = "lince: "
	return name + strings.TrimPrefix(message, name)
}

// newEngine returns the CPU engine with a number of threads, 0 for all.
func newEngine(threads int, p precision) (backend.Backend, error) {
	if threads < 0 {
		return nil, usageError{fmt.Errorf("--threads %d, expected 0 for all or a number of threads", threads)}
	}
	return cpu.New(cpu.Options{Threads: threads, BFloat16: p == mixedBFloat16})
}

// printJSON writes a value as indented JSON.
func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
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
