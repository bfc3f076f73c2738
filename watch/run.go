package watch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lince-ml/lince"
)

// Run is a training that a Server shows, by the files that it leaves.
type Run struct {
	// Name tells it from the others of the page.
	Name  string
	files files
}

// NewRun returns the run of a model file, pets.keras. Its files need not be
// there yet.
func NewRun(path string) Run {
	return Run{Name: filepath.Base(stemOf(path)), files: filesOf(path)}
}

// maxRuns is how many runs a page shows side by side.
const maxRuns = 32

// Find returns the runs that paths name: each is any file of a run (pets.keras,
// pets.history.json, pets.events.jsonl), what these have in common (pets), or a
// folder that holds runs.
func Find(paths ...string) ([]Run, error) {
	var stems []string
	for _, path := range paths {
		found, err := stemsAt(path)
		if err != nil {
			return nil, err
		}
		for _, stem := range found {
			if !slices.Contains(stems, stem) {
				stems = append(stems, stem)
			}
		}
	}
	if len(stems) > maxRuns {
		return nil, fmt.Errorf("watch: %d runs, at most %d fit on a page; name some of them", len(stems), maxRuns)
	}
	names := map[string]int{}
	for _, stem := range stems {
		names[filepath.Base(stem)]++
	}
	runs := make([]Run, len(stems))
	for i, stem := range stems {
		runs[i] = NewRun(stem)
		if names[runs[i].Name] > 1 {
			runs[i].Name = stem
		}
	}
	return runs, nil
}

// stemsAt returns what the names of runs' files begin with, for each run of a path.
func stemsAt(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		run := NewRun(path)
		if !exists(run.files.events) && !exists(run.files.history) {
			return nil, fmt.Errorf("watch: there is no run %s: neither %s nor %s is there; lince train leaves both", path, run.files.events, run.files.history)
		}
		return []string{filepath.Clean(stemOf(path))}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	var stems []string
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".events.jsonl") || strings.HasSuffix(name, ".history.json") {
			stems = append(stems, filepath.Join(path, stemOf(name)))
		}
	}
	if len(stems) == 0 {
		return nil, fmt.Errorf("watch: the folder %s holds no run: no file NAME.events.jsonl or NAME.history.json, which lince train leaves", path)
	}
	return slices.Compact(slices.Sorted(slices.Values(stems))), nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// over reports whether the run has ended, or never began.
func (r Run) over() (bool, error) {
	file, err := os.Open(r.files.events)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("watch: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false, fmt.Errorf("watch: %w", err)
	}
	last := make([]byte, min(info.Size(), maxLine))
	if _, err := file.ReadAt(last, info.Size()-int64(len(last))); err != nil && err != io.EOF {
		return false, fmt.Errorf("watch: %w", err)
	}
	last = last[:bytes.LastIndexByte(last, '\n')+1]
	last = bytes.TrimSuffix(last, []byte("\n"))
	var event Event
	if err := json.Unmarshal(last[bytes.LastIndexByte(last, '\n')+1:], &event); err != nil {
		return false, nil // not a line of ours; the recorder will tell
	}
	return event.Kind == End, nil
}

// Stop asks the run's training to save everything and end, as Ctrl-C does. It
// does within a second after the batch at hand.
func (r Run) Stop() error {
	over, err := r.over()
	if err != nil {
		return err
	}
	if over {
		return fmt.Errorf("watch: the run %s is over", r.Name)
	}
	if err := os.WriteFile(r.files.stop, nil, 0o644); err != nil {
		return fmt.Errorf("watch: %s cannot be stopped from here: %w", r.Name, err)
	}
	return nil
}

// past returns the events of a run that left nothing but its history.
func (r Run) past() ([]byte, error) {
	file, err := os.Open(r.files.history)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	history, err := lince.ReadHistory(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.files.history, err)
	}
	events := []Event{{Kind: Begin}}
	for i, epoch := range history.Epochs {
		var logs lince.Logs
		for _, name := range history.Names {
			logs = append(logs, lince.Log{Name: name, Value: history.Values[name][i]})
		}
		events = append(events, Event{Kind: Epoch, Epoch: epoch, Logs: newValues(logs)})
	}
	if n := len(history.Epochs); n > 0 {
		events[0].Epochs = history.Epochs[n-1] + 1
	}
	events = append(events, Event{Kind: End, Epoch: events[0].Epochs, Status: Finished})
	var lines bytes.Buffer
	for _, event := range events {
		event.Time = info.ModTime().UTC()
		line, err := json.Marshal(event)
		if err != nil {
			return nil, err
		}
		lines.Write(append(line, '\n'))
	}
	return lines.Bytes(), nil
}
