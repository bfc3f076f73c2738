package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/lince-ml/lince/internal/shapes"
)

func TestRun(t *testing.T) {
	folder := t.TempDir()
	if err := shapes.WriteFolder(folder, 5, 16, 1, 0); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), settings{train: folder, side: 16, filters: 2, epochs: 1}, &out); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Count(text, "(Add)") != 6 || !strings.Contains(text, "val_accuracy") {
		t.Errorf("it says\n%s", text)
	}
}
