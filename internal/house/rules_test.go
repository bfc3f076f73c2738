package house

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// longest is how many lines a file may have.
const longest = 600

func TestFilesAreShort(t *testing.T) {
	for _, s := range sources(t) {
		if lines := s.lines(); lines > longest && !ast.IsGenerated(s.file) {
			t.Errorf("%s has %d lines, at most %d may be; which of its matters deserves a file of its own?", s.path, lines, longest)
		}
	}
}

func TestFilesSayWhatTheyHold(t *testing.T) {
	vague := []string{"util", "utils", "utility", "common", "helper", "helpers", "misc", "shared"}
	for _, s := range sources(t) {
		stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.path), ".go"), "_test")
		if slices.Contains(vague, stem) || slices.Contains(vague, s.file.Name.Name) {
			t.Errorf("%s: the name does not say what it holds", s.path)
		}
	}
}

// TestMethodsCanBeLeftOut: templates look methods up by name, for which the
// linker keeps every exported method of the program, a quarter of its size.
func TestMethodsCanBeLeftOut(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		for _, spec := range s.file.Imports {
			if path := spec.Path.Value; path == `"html/template"` || path == `"text/template"` {
				t.Errorf("%s imports %s; internal/markup writes HTML", s.path, path)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if selector, ok := n.(*ast.SelectorExpr); ok && selector.Sel.Name == "MethodByName" {
				t.Errorf("%s looks a method up by its name", s.set.Position(n.Pos()))
			}
			return true
		})
	}
}

// TestLibrariesStaySilent: only commands, the examples among them, print and exit.
func TestLibrariesStaySilent(t *testing.T) {
	forbidden := map[string][]string{
		"fmt": {"Print", "Printf", "Println"},
		"os":  {"Exit", "Stdout", "Stderr", "Stdin"},
	}
	for _, s := range sources(t) {
		if s.test() || strings.HasPrefix(s.room, "cmd/") || strings.HasPrefix(s.room, "examples/") {
			continue
		}
		for _, spec := range s.file.Imports {
			if spec.Path.Value == `"log"` {
				t.Errorf("%s logs; return an error instead", s.path)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, ok := selector.X.(*ast.Ident)
			if ok && slices.Contains(forbidden[of.Name], selector.Sel.Name) {
				t.Errorf("%s uses %s.%s; only cmd/lince prints, asks or exits", s.set.Position(n.Pos()), of.Name, selector.Sel.Name)
			}
			return true
		})
	}
}
