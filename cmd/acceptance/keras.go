package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lince-ml/lince/cmd/acceptance/internal/ledger"
	"github.com/lince-ml/lince/format/npz"
	"github.com/lince-ml/lince/tensor"
)

// oracle is Keras' half of the main job's rows.
//
//go:embed oracle.py
var oracle string

// script is a Python program that does tasks: name TASK REQUEST.json ANSWER.json.
type script struct{ name, text string }

// findPython returns a Python that may have Keras, empty if none is known.
func findPython() string {
	if python := os.Getenv("PEERS_PYTHON"); python != "" {
		return python
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	python := filepath.Join(home, ".cache", "peers-venv", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		return ""
	}
	return python
}

// keras does one of the oracle's tasks.
func (s *session) keras(ctx context.Context, task string, request, answer any) error {
	return s.ask(ctx, script{"oracle.py", oracle}, task, request, answer)
}

// ask does one of a script's tasks: what it is asked travels as JSON and so
// does its answer, arrays as .npz beside them in the session's folder.
func (s *session) ask(ctx context.Context, script script, task string, request, answer any) error {
	if s.python == "" {
		return missing{needsKeras}
	}
	content, err := json.Marshal(request)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{script.name: []byte(script.text), "request.json": content} {
		if err := os.WriteFile(s.path(name), content, 0o644); err != nil {
			return err
		}
	}
	var complaints bytes.Buffer
	command := exec.CommandContext(ctx, s.python, script.name, task, "request.json", "answer.json")
	command.Dir, command.Stdout, command.Stderr = s.folder, s.out, &complaints
	command.WaitDelay = 10 * time.Second
	command.Env = append(os.Environ(), "TF_CPP_MIN_LOG_LEVEL=3", "CUDA_VISIBLE_DEVICES=-1", "PYTHONDONTWRITEBYTECODE=1")
	if err := command.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
			return missing{needsKeras + ": " + err.Error()}
		}
		return fmt.Errorf("%s %s: %w: %s", script.name, task, err, lastLines(complaints.String(), 5))
	}
	content, err = os.ReadFile(s.path("answer.json"))
	if err != nil {
		return err
	}
	return json.Unmarshal(content, answer)
}

// kerasState is the state of a part that is Keras' alone: no change of
// Lince makes it out of date.
func kerasState(request any) (string, error) {
	content, err := json.Marshal(request)
	if err != nil {
		return "", err
	}
	return ledger.StateOf(oracle, string(content)), nil
}

func lastLines(text string, count int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "\n")
}

// writeArrays writes an .npz.
func writeArrays(path string, arrays map[string]*tensor.Tensor) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return npz.WriteArchive(file, arrays)
}

// readArrays reads the named arrays of an .npz.
func readArrays(path string, names ...string) (map[string]*tensor.Tensor, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	archive, err := npz.OpenArchive(file, info.Size())
	if err != nil {
		return nil, err
	}
	arrays := map[string]*tensor.Tensor{}
	for _, name := range names {
		if arrays[name], err = archive.Read(name); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
	}
	return arrays, nil
}

// sortedKeys returns the keys of a map in their order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
