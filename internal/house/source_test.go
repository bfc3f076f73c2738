// Package house tests what holds for the project as a whole: which room may
// use which, what only the command may do, how long a file may grow, and that
// every exported type is shown at work.
package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/lince-ml/lince"

// source is one Go file of the module.
type source struct {
	path string // below the module's folder, with slashes
	room string // the package's folder, "." for the root
	file *ast.File
	set  *token.FileSet
}

func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) lines() int { return s.set.File(s.file.FileStart).LineCount() }

// sources parses all Go files of the module, whatever their build tags.
func sources(t *testing.T) []source {
	t.Helper()
	root := moduleFolder(t)
	var list []source
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipFolder(root, name, entry)
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		s := source{path: filepath.ToSlash(relative), set: token.NewFileSet()}
		s.room = path.Dir(s.path)
		s.file, err = parser.ParseFile(s.set, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		list = append(list, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// skipFolder leaves out what the go command leaves out, and nested modules.
func skipFolder(root, name string, entry fs.DirEntry) error {
	if name == root {
		return nil
	}
	if entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") || strings.HasPrefix(entry.Name(), "_") {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return filepath.SkipDir
	}
	return nil
}

// moduleFolder walks up from the test's folder to the one that holds go.mod.
func moduleFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			t.Fatal("no go.mod above the test's folder")
		}
		folder = parent
	}
}
