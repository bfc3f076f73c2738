package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// State returns a digest of the names and contents of the files below root
// that include takes, by their paths with slashes. Hidden files and folders
// are left out.
func State(root string, include func(path string) bool) (string, error) {
	digest := sha256.New()
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != "." && strings.HasPrefix(entry.Name(), ".") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || !include(path) {
			return nil
		}
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		if err != nil {
			return err
		}
		fmt.Fprintf(digest, "%s %d\n", path, len(content))
		digest.Write(content)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("ledger: %w", err)
	}
	return hex.EncodeToString(digest.Sum(nil)[:8]), nil
}

// StateOf returns a digest of texts.
func StateOf(texts ...string) string {
	digest := sha256.New()
	for _, text := range texts {
		fmt.Fprintf(digest, "%d\n%s", len(text), text)
	}
	return hex.EncodeToString(digest.Sum(nil)[:8])
}
