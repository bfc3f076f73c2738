package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf16"

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
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return err
	}
	_, err := io.WriteString(w, showing(text.String()))
	return err
}

// showing returns JSON with escapes of its own for what [printable] would
// escape in a way that JSON does not know; only strings hold such characters.
func showing(text string) string {
	var b strings.Builder
	for _, r := range text {
		if shows(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, "\\u%04x", unit)
		}
	}
	return b.String()
}

// writeJSON writes a value to a file, completely or not at all.
func writeJSON(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return maybe.WriteFile(path, append(content, '\n'), 0o644)
}
