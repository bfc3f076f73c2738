package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// overfitted is the history of a training that learns its pictures by heart.
const overfitted = `{"epochs": [0, 1, 2, 3, 4, 5, 6, 7], "names": ["loss", "val_loss"], "history": {
	"loss":     [1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1],
	"val_loss": [1.0, 0.9, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3]}}`

func TestPlotHistory(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "pets.history.json")
	if err := os.WriteFile(path, []byte(overfitted), 0o644); err != nil {
		t.Fatal(err)
	}
	text := succeed(t, "plot", path)
	if !strings.Contains(text, "overfitting begins after epoch 3") {
		t.Errorf("it says %q", text)
	}
	if content, err := os.ReadFile(filepath.Join(folder, "pets.svg")); err != nil || !bytes.Contains(content, []byte("<svg")) {
		t.Errorf("pets.svg: %v", err)
	}
	other := filepath.Join(folder, "curves.png")
	succeed(t, "plot", path, "--out", other)
	if content, err := os.ReadFile(other); err != nil || !bytes.HasPrefix(content, []byte("\x89PNG")) {
		t.Errorf("curves.png: %v", err)
	}
	for content, says := range map[string]string{
		"# no history": "is no history",
		`{"epochs": [], "names": [], "history": {}}`: "no finished epoch",
	} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if o := call(t, "plot", path); o.status != failed || !strings.Contains(o.screen, says) || !strings.Contains(o.screen, path) {
			t.Errorf("%q: exit status %d saying %s", content, o.status, o.screen)
		}
	}
}

func TestPlotEveryActivation(t *testing.T) {
	t.Chdir(t.TempDir())
	rows := map[string]bool{"softmax": true, "log_softmax": true, "sparsemax": true, "glu": true}
	for _, name := range activationNames() {
		text := succeed(t, "plot", "activation", name)
		if content, err := os.ReadFile(name + ".svg"); err != nil || !bytes.Contains(content, []byte("<svg")) {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(text, "function of rows") != rows[name] {
			t.Errorf("%s says %q", name, text)
		}
	}
}
