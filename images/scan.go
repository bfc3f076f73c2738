package images

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// extensions are the file name endings taken for pictures. Keras' generator
// takes the first seven, and asks for no dot before them.
var (
	extensions         = []string{".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff", ".gif", ".webp"}
	kerasExtensions    = []string{"png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff"}
	datasetExtensions  = []string{".bmp", ".gif", ".jpeg", ".jpg", ".png"}
	errLoop            = errors.New("the link leads back to a folder above it")
	errIrregular       = errors.New("is no regular file (a pipe, socket or device)")
	errExtension       = errors.New("has no extension of a picture file")
	foldersOfArchivers = []string{"__MACOSX"}
)

// Bad names a file that gives no picture, and why.
type Bad struct {
	// File is the path as it was found.
	File string
	// Err says what is wrong with it.
	Err error
}

// rules say which names under a folder count.
type rules struct {
	extensions    []string
	hiddenFolders bool // take folders whose name begins with a dot
	hiddenFiles   bool // take files whose name begins with a dot
	followLinks   bool // descend into linked folders below a class
}

func (r rules) takesFolder(name string) bool {
	return r.hiddenFolders || !strings.HasPrefix(name, ".") && !slices.Contains(foldersOfArchivers, name)
}

func (r rules) takesFile(name string) bool {
	return (r.hiddenFiles || !strings.HasPrefix(name, ".")) && hasExtension(name, r.extensions)
}

func hasExtension(name string, extensions []string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc(extensions, func(e string) bool { return strings.HasSuffix(lower, e) })
}

// classFolders returns the names of the folders directly in dir, sorted by
// their bytes; a link to a folder counts as one.
func classFolders(dir string, r rules) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("images: cannot list the class folders: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if r.takesFolder(entry.Name()) && isFolder(filepath.Join(dir, entry.Name()), entry) {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

func isFolder(path string, entry fs.DirEntry) bool {
	if entry.Type()&fs.ModeSymlink == 0 {
		return entry.IsDir()
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// walk lists the pictures below a folder as Keras orders them: folder by
// folder in the order of their whole paths, by name inside each. Folders that
// cannot be read and links that lead in a circle are reported as bad.
type walk struct {
	rules
	found []folder
	bad   []Bad
}

type folder struct {
	path  string
	files []string
}

func picturesBelow(top string, r rules) (paths []string, bad []Bad) {
	w := walk{rules: r}
	w.enter(top, nil)
	slices.SortFunc(w.found, func(a, b folder) int { return strings.Compare(a.path, b.path) })
	for _, f := range w.found {
		for _, name := range f.files {
			paths = append(paths, filepath.Join(f.path, name))
		}
	}
	return paths, w.bad
}

func (w *walk) enter(path string, above []fs.FileInfo) {
	info, err := os.Stat(path)
	if err != nil {
		w.bad = append(w.bad, Bad{path, err})
		return
	}
	if slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
		w.bad = append(w.bad, Bad{path, errLoop})
		return
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		w.bad = append(w.bad, Bad{path, err})
		return
	}
	here := folder{path: path}
	above = append(slices.Clone(above), info)
	for _, entry := range entries {
		name := entry.Name()
		full := filepath.Join(path, name)
		switch {
		case isFolder(full, entry):
			linked := entry.Type()&fs.ModeSymlink != 0
			if w.takesFolder(name) && (w.followLinks || !linked) {
				w.enter(full, above)
			}
		case w.takesFile(name):
			here.files = append(here.files, name)
		}
	}
	w.found = append(w.found, here)
}

// cause returns err without the path that errors of the file system repeat.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
