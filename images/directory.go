package images

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lince-ml/lince/random"
)

// FlowFromDirectoryContext is FlowFromDirectory under a context that stops the
// first reading of the pictures.
func (g Generator) FlowFromDirectoryContext(ctx context.Context, dir string, flow Flow) (*Pictures, error) {
	flow, err := flow.validate(g)
	if err != nil {
		return nil, err
	}
	if flow.ClassMode == MultiOutput || flow.ClassMode == Raw {
		return nil, fmt.Errorf("images: class mode %v takes its targets from a table; use FlowFromTable, or binary, categorical, sparse, input or none", flow.ClassMode)
	}
	r := flow.rules(g)
	classes, err := chooseClasses(dir, flow.Classes, r, g.KerasCompat)
	if err != nil {
		return nil, err
	}
	var l listing
	found := 0
	for class, folder := range classes {
		paths, bad := picturesBelow(filepath.Join(dir, folder), r)
		l.bad = append(l.bad, bad...)
		found += len(paths)
		for _, i := range flow.part(len(paths), g.ValidationSplit, class) {
			l.add(paths[i], class)
		}
	}
	switch {
	case found == 0:
		return nil, noPictures(dir, classes, r)
	case len(l.paths) == 0:
		return nil, fmt.Errorf("images: the %d pictures of %s are too few for the subset %v at a ValidationSplit of %v; give more pictures or another split", found, dir, flow.Subset, g.ValidationSplit)
	}
	if err := l.name(dir); err != nil {
		return nil, err
	}
	return newPictures(ctx, g, flow, l, classes)
}

// listing is the files of a flow in its own order, each with its class.
type listing struct {
	paths, names []string
	labels       []int
	bad          []Bad
}

func (l *listing) add(path string, class int) {
	l.paths = append(l.paths, path)
	l.labels = append(l.labels, class)
}

// name gives every file its name relative to dir.
func (l *listing) name(dir string) error {
	l.names = make([]string, len(l.paths))
	for i, path := range l.paths {
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return fmt.Errorf("images: %w", err)
		}
		l.names[i] = name
	}
	return nil
}

// chooseClasses returns the class folders of dir, or those that were asked for.
func chooseClasses(dir string, asked []string, r rules, compat bool) ([]string, error) {
	folders, err := classFolders(dir, r)
	if err != nil {
		return nil, err
	}
	if len(asked) == 0 {
		if len(folders) == 0 {
			return nil, noClasses(dir)
		}
		return folders, nil
	}
	seen := map[string]bool{}
	for _, class := range asked {
		if seen[class] {
			return nil, fmt.Errorf("images: class %q is named twice in Classes", class)
		}
		seen[class] = true
		info, err := os.Stat(filepath.Join(dir, class))
		if !compat && (err != nil || !info.IsDir() || !filepath.IsLocal(class)) {
			return nil, fmt.Errorf("images: class %q has no folder in %s; there are %s", class, dir, strings.Join(folders, ", "))
		}
	}
	return slices.Clone(asked), nil
}

// ClassFolders returns the names of the folders in dir that FlowFromDirectory
// takes for classes, sorted: all but hidden ones.
func ClassFolders(dir string) ([]string, error) { return classFolders(dir, rules{}) }

// noClasses says what is missing and what was perhaps meant.
func noClasses(dir string) error {
	hint := ""
	switch paths, _ := picturesBelow(dir, rules{extensions: extensions}); {
	case HasIDX(dir):
		hint = "; it holds idx files, which FromIDX reads"
	case len(paths) > 0:
		hint = fmt.Sprintf("; its %d pictures must lie in the folders of their classes", len(paths))
	}
	return fmt.Errorf("images: %s has no class folders, expected one per class such as %s and %s%s",
		dir, filepath.Join(dir, "cats"), filepath.Join(dir, "dogs"), hint)
}

// part returns which of a class's n pictures the subset has: by name,
// validation comes first, as in Keras; under SeededSplit it is drawn.
func (f Flow) part(n int, split float64, class int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if f.Subset == Everything {
		return order
	}
	if f.SeededSplit {
		order = random.NewStream(f.Seed, 0, uint32(class), forSplit).Permutation(n)
	}
	held := int(split * float64(n))
	chosen := order[held:]
	if f.Subset == Validation {
		chosen = order[:held]
	}
	slices.Sort(chosen)
	return chosen
}

func noPictures(dir string, classes []string, r rules) error {
	return fmt.Errorf("images: no pictures in the %d class folders of %s (%s); expected files ending in %s",
		len(classes), dir, strings.Join(classes[:min(len(classes), 10)], ", "), strings.Join(r.extensions, ", "))
}
