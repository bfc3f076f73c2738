package backendtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// TestEveryOperationIsCovered reads the source of package graph, so that an
// operation, function, reducer or direction added there must be added here.
func TestEveryOperationIsCovered(t *testing.T) {
	covered := map[string]bool{"operation Read": true} // by testVariables
	for _, c := range Cases() {
		instance, err := c.Instantiate(tensor.Float32)
		if err != nil {
			t.Fatal(err)
		}
		for _, output := range instance.Outputs {
			operation := output.Operation()
			covered["operation "+reflect.TypeOf(operation).Name()] = true
			switch o := operation.(type) {
			case graph.Elementwise:
				covered["Function "+o.Function.String()] = true
			case graph.Comparison:
				covered["Direction "+o.Direction.String()] = true
			case graph.Reduction:
				covered["Reducer "+o.Reducer.String()] = true
			}
		}
	}
	declared := declarations(t, filepath.Join("..", "..", "graph"))
	if len(declared) < 60 {
		t.Errorf("only %d operations, functions, reducers and directions found in package graph", len(declared))
	}
	for _, name := range declared {
		if !covered[name] {
			t.Errorf("%s has no case", name)
		}
	}
}

// declarations lists "operation T" for every type with a method Reference and
// "Function name" and so on for every constant of the enumerations.
func declarations(t *testing.T, folder string) []string {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, source, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "Reference" && d.Recv != nil {
					names = append(names, "operation "+d.Recv.List[0].Type.(*ast.Ident).Name)
				}
			case *ast.GenDecl:
				names = append(names, constants(d)...)
			}
		}
	}
	return names
}

func constants(d *ast.GenDecl) []string {
	spec, ok := d.Specs[0].(*ast.ValueSpec)
	if !ok || d.Tok != token.CONST || spec.Type == nil {
		return nil
	}
	var names []string
	for value := range d.Specs {
		switch spec.Type.(*ast.Ident).Name {
		case "Function":
			names = append(names, "Function "+graph.Function(value).String())
		case "Direction":
			names = append(names, "Direction "+graph.Direction(value).String())
		case "Reducer":
			names = append(names, "Reducer "+graph.Reducer(value).String())
		}
	}
	return names
}
