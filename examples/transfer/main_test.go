package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lince-ml/lince/internal/shapes"
)

// TestRun begins with random weights, which need no network.
func TestRun(t *testing.T) {
	folder := t.TempDir()
	if err := shapes.WriteFolder(folder, 2, 32, 1, 0); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	s := settings{train: folder, validation: folder, out: filepath.Join(t.TempDir(), "model.keras"), side: 32, epochs: 1}
	if err := run(t.Context(), s, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "of the validation pictures are right") {
		t.Errorf("it says\n%s", &out)
	}
}
