package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSummaryDraws(t *testing.T) {
	model := filepath.Join("..", "..", "testdata", "branches.keras")
	for _, name := range []string{"a.svg", "a.png", "a.dot"} {
		path := filepath.Join(t.TempDir(), name)
		if text := succeed(t, "summary", model, "--drawing", path, "--expand-nested"); !strings.Contains(text, "└ conv (Conv2D)") {
			t.Errorf("the table does not show the layers within:\n%s", text)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		begin := map[string]string{"a.svg": "<?xml", "a.png": "\x89PNG", "a.dot": "digraph"}[name]
		if !strings.HasPrefix(string(content), begin) {
			t.Errorf("%s begins with %q", name, content[:20])
		}
	}
	text := succeed(t, "summary", model, "--dot", "--left-to-right", "--show-trainable")
	if !strings.HasPrefix(text, "digraph") || !strings.Contains(text, "rankdir=LR") || !strings.Contains(text, "Trainable") || strings.Contains(text, "conv") {
		t.Errorf("it says\n%s", text)
	}
	for says, args := range map[string][]string{
		"must end in .svg, .png or .dot": {"--drawing", "a.pdf"},
		"needs --drawing FILE or --dot":  {"--left-to-right"},
	} {
		if o := call(t, append([]string{"summary", model}, args...)...); o.status != misused || !strings.Contains(o.screen, says) {
			t.Errorf("%v: status %d, %s", args, o.status, o.screen)
		}
	}
}
