package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/internal/shapes"
)

func TestRun(t *testing.T) {
	folder := t.TempDir()
	if err := shapes.WriteFolder(folder, 4, 46, 1, 0); err != nil {
		t.Fatal(err)
	}
	for _, class := range shapes.Classes()[2:] {
		if err := os.RemoveAll(filepath.Join(folder, class)); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "model.keras")
	if err := run(t.Context(), settings{train: folder, validation: folder, out: file, side: 46, epochs: 1}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if model, err := lince.Load(file); err != nil || len(model.Classes) != 2 {
		t.Errorf("the saved model: %v, %v", model, err)
	}
}
