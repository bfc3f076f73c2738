//go:build linux || darwin

package lince

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/lince-ml/lince/optimizers"
)

// TestFullDisk limits the size of files, as a full disk does, while later
// checkpoints are written: the training ends with an error, the earlier
// checkpoint stays as it was, and nothing is left beside it.
func TestFullDisk(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "checkpoint.keras")
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Skip(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before)
	var first []byte
	saver := &watcher{settled: func(run *Run, _ bool) error {
		if err := run.SaveCheckpoint(path); err != nil || first != nil {
			return err
		}
		var err error
		if first, err = os.ReadFile(path); err != nil {
			return err
		}
		limit := before
		limit.Cur = uint64(len(first) / 2)
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
	}}
	_, err := lineModel(t, optimizers.Adam{}).Fit(t.Context(), lineData(t), Fit{Callbacks: []Callback{saver}})
	syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before)
	if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), path) {
		t.Fatalf("error %v, expected that the file grew too large, with its name", err)
	}
	left, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(left, first) {
		t.Error("the earlier checkpoint is no longer what it was")
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the checkpoint there is something left: %v, %v", entries, err)
	}
	if err := loadCheckpoint(t, lineModel(t, optimizers.Adam{}), path); err != nil {
		t.Errorf("the earlier checkpoint: %v", err)
	}
}

// TestPartialFilesAreRemoved leaves what a killed process leaves.
func TestPartialFilesAreRemoved(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "checkpoint.keras")
	for _, name := range []string{partialPrefix(path) + "0badcafe" + partialSuffix, "." + "other.keras.1" + partialSuffix} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	writeCheckpoint(t, path, 1)
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 2 {
		t.Errorf("files %v, %v; expected the checkpoint and what belongs to another file", entries, err)
	}
}
