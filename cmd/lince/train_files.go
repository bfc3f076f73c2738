package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// beside returns the path of a file that goes with the model.
func (s *trainSettings) beside(extension string) string {
	return strings.TrimSuffix(s.Out, filepath.Ext(s.Out)) + "." + extension
}

func (s *trainSettings) backup() string { return s.beside("backup.keras") }

// checkFiles makes sure, before anything long begins, that the run has a place
// for its files and destroys no unfinished run.
func (s *trainSettings) checkFiles() error {
	folder := filepath.Dir(s.Out)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("--out %s: there is no folder %s; make it first", s.Out, folder)
	}
	if info, err := os.Stat(s.Out); err == nil && info.IsDir() {
		return fmt.Errorf("--out %s is a folder; name a file in it", s.Out)
	}
	if s.resume || s.anew {
		return nil
	}
	switch _, err := os.Stat(s.backup()); {
	case err == nil:
		return fmt.Errorf("%s is the backup of a training that did not come to its end: go on with it by --resume, or give it up by --anew", s.backup())
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return nil
}

// openLog opens the run's log, which a resumed run appends to.
func (s *trainSettings) openLog() (*os.File, error) {
	mode := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	if s.resume {
		mode = os.O_CREATE | os.O_WRONLY | os.O_APPEND
	}
	return os.OpenFile(s.beside("log"), mode, 0o644)
}

// write leaves the settings beside the model.
func (s *trainSettings) write() error {
	s.Version = version()
	return writeJSON(s.beside("settings.json"), s)
}

// read takes over the settings of an earlier run.
func (s *trainSettings) read(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(s); err != nil {
		return fmt.Errorf("--settings %s: expected the file NAME.settings.json that a training left: %w", path, err)
	}
	return nil
}
