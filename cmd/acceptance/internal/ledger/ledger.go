package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2/maybe"
)

// Ledger is a folder of results: ROW.json for each row, and ROW/PART.json for
// the parts of long ones. Every file is complete or not there.
type Ledger struct {
	folder string
}

// Open returns the ledger of a folder, which is made if there is none.
func Open(folder string) (*Ledger, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return &Ledger{folder}, nil
}

// Entry returns what a row came to, nil if it was never measured.
func (l *Ledger) Entry(row string) (*Entry, error) {
	entry := &Entry{}
	found, err := read(l.entryPath(row), entry)
	if err != nil || !found {
		return nil, err
	}
	return entry, nil
}

// Record keeps what a row came to in place of what it came to before.
func (l *Ledger) Record(e *Entry) error { return write(l.entryPath(e.Row), e) }

// Forget drops the parts of a row, so that all of it is measured again. The
// row's entry stays until the next one is recorded.
func (l *Ledger) Forget(row string) error {
	if err := os.RemoveAll(filepath.Join(l.folder, row)); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

// ReadPart returns a part of a row, nil if it was not measured in that state.
func ReadPart[T any](l *Ledger, row, name, state string) (*Part[T], error) {
	part := &Part[T]{}
	found, err := read(l.partPath(row, name), part)
	if err != nil || !found || part.State != state {
		return nil, err
	}
	return part, nil
}

// RecordPart keeps a part of a row.
func RecordPart[T any](l *Ledger, row, name string, part *Part[T]) error {
	return write(l.partPath(row, name), part)
}

func (l *Ledger) entryPath(row string) string { return filepath.Join(l.folder, row+".json") }

func (l *Ledger) partPath(row, name string) string {
	return filepath.Join(l.folder, row, filepath.FromSlash(name)+".json")
}

func read(path string, into any) (found bool, err error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("ledger: %w", err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		return false, fmt.Errorf("ledger: %s: %w; remove the file to measure again", path, err)
	}
	return true, nil
}

func write(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("ledger: %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if err := maybe.WriteFile(path, append(content, '\n'), 0o644); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}
