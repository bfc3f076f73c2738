package house

import (
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDocumentedCodeCompiles: what the pages show in Go is taken from the root
// package's examples, which the tests compile and, where they need no files,
// run.
func TestDocumentedCodeCompiles(t *testing.T) {
	root := moduleFolder(t)
	files, err := filepath.Glob(filepath.Join(root, "example*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	examples := ""
	for _, file := range files {
		examples += unindented(text(t, file))
	}
	block := regexp.MustCompile("(?s)```go\n(.*?)```")
	for _, page := range []string{"README.md", "docs/keras.md", "docs/reports.md"} {
		blocks := block.FindAllStringSubmatch(text(t, filepath.Join(root, page)), -1)
		if len(blocks) == 0 {
			t.Errorf("%s shows no code in Go", page)
		}
		for _, found := range blocks {
			code, err := format.Source([]byte(found[1]))
			if err != nil {
				t.Errorf("%s: %v in\n%s", page, err, found[1])
				continue
			}
			if !strings.Contains(examples, unindented(string(code))) {
				t.Errorf("%s shows code that no example holds:\n%s", page, found[1])
			}
		}
	}
}

// TestLinksLead: links between the pages lead somewhere.
func TestLinksLead(t *testing.T) {
	root := moduleFolder(t)
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	chapters, err := filepath.Glob(filepath.Join(root, "docs", "*", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, page := range slices.Concat(pages, chapters, top) {
		for _, found := range link.FindAllStringSubmatch(text(t, page), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), found[1])); err != nil {
				t.Errorf("%s: %v", filepath.Base(page), err)
			}
		}
	}
}

func text(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(content), "\r\n", "\n")
}

// unindented takes away what a line begins with, so that code within a
// function equals the same code outside.
func unindented(code string) string {
	lines := strings.Split(code, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
