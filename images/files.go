package images

import (
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

// Files yields the files among the paths as they are, and for folders the
// pictures in and below them by their extension, sorted within each folder,
// hidden ones left out. A path that cannot be read is yielded with its error
// and does not end the sequence.
func Files(paths ...string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, path := range paths {
			info, err := os.Stat(path)
			if err == nil && info.IsDir() {
				if !filesBelow(path, yield) {
					return
				}
				continue
			}
			if !yield(path, err) {
				return
			}
		}
	}
}

// filesBelow yields the pictures of one folder; false when no more are wanted.
func filesBelow(folder string, yield func(string, error) bool) bool {
	wanted := true
	visit := func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			wanted = yield(path, err)
		case path != folder && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case !entry.IsDir() && hasExtension(path, extensions):
			wanted = yield(path, nil)
		}
		if !wanted {
			return fs.SkipAll
		}
		return nil
	}
	// visit answers for every error itself, so the walk has none of its own.
	_ = filepath.WalkDir(folder, visit)
	return wanted
}
