package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/lince-ml/lince/internal/shapes"
)

func TestRun(t *testing.T) {
	folder := t.TempDir()
	if err := shapes.WriteFolder(folder, 5, 20, 1, 0); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), settings{train: folder, test: folder, side: 20, epochs: 2}, &out); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"triangle: precision", "accuracy"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("it says nothing of %q:\n%s", line, &out)
		}
	}
}
