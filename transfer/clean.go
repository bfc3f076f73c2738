package transfer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Size returns the bytes that the features kept in a folder take, 0 if there
// is no such folder.
func Size(dir string) (int64, error) {
	var bytes int64
	err := eachKept(dir, func(_ string, size int64) error {
		bytes += size
		return nil
	})
	return bytes, err
}

// Clean removes the features kept in a folder, and nothing else that may lie
// there. It returns the bytes freed.
func Clean(dir string) (int64, error) {
	var freed int64
	err := eachKept(dir, func(path string, size int64) error {
		err := os.Remove(path)
		if err == nil {
			freed += size
		}
		return err
	})
	return freed, err
}

// eachKept visits the files of features in a folder.
func eachKept(dir string, visit func(path string, size int64) error) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("transfer: %w", err)
	}
	var failures []error
	for _, entry := range entries {
		name := entry.Name()
		if !entry.Type().IsRegular() || !strings.HasSuffix(name, rowsEnding) && !strings.HasSuffix(name, samplesEnding) {
			continue
		}
		info, err := entry.Info()
		if err == nil {
			err = visit(filepath.Join(dir, name), info.Size())
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			failures = append(failures, err)
		}
	}
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("transfer: %w", err)
	}
	return nil
}
