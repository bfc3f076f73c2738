package house

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestTypesHaveExamples: every type that another module can use is shown at
// work by an Example of its name or of one of its methods.
func TestTypesHaveExamples(t *testing.T) {
	types, shown := map[string]map[string]bool{}, map[string]map[string]bool{}
	for _, s := range sources(t) {
		if strings.Contains("/"+s.room+"/", "/internal/") || s.file.Name.Name == "main" {
			continue
		}
		if s.test() {
			add(shown, s.room, examples(s.file))
		} else {
			add(types, s.room, exportedTypes(s.file))
		}
	}
	for _, room := range slices.Sorted(maps.Keys(types)) {
		var missing []string
		for _, name := range slices.Sorted(maps.Keys(types[room])) {
			if !shown[room][name] {
				missing = append(missing, name)
			}
		}
		if len(missing) > 0 {
			t.Errorf("%s: no Example for %s", room, strings.Join(missing, ", "))
		}
	}
}

func add(sets map[string]map[string]bool, room string, names []string) {
	if sets[room] == nil {
		sets[room] = map[string]bool{}
	}
	for _, name := range names {
		sets[room][name] = true
	}
}

func exportedTypes(file *ast.File) []string {
	var names []string
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.TYPE {
			continue
		}
		for _, spec := range general.Specs {
			if name := spec.(*ast.TypeSpec).Name; name.IsExported() {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

// examples returns the types that a file's examples are named for: Conv2D for
// ExampleConv2D, ExampleConv2D_strides and ExampleConv2D_Call. An example
// without an Output comment is only compiled, and does not count.
func examples(file *ast.File) []string {
	var names []string
	for _, declaration := range file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || !runs(file, function) {
			continue
		}
		if rest, ok := strings.CutPrefix(function.Name.Name, "Example"); ok {
			name, _, _ := strings.Cut(rest, "_")
			names = append(names, name)
		}
	}
	return names
}

func runs(file *ast.File, function *ast.FuncDecl) bool {
	for _, group := range file.Comments {
		if group.Pos() < function.Pos() || group.End() > function.End() {
			continue
		}
		text := strings.ToLower(group.Text())
		if strings.HasPrefix(text, "output:") || strings.HasPrefix(text, "unordered output:") {
			return true
		}
	}
	return false
}
