// Package golden holds what Keras 3.15 on TensorFlow 2.21 computes, for tests
// to compare with: layers, activations, losses, metrics, optimizers,
// schedules, initializers, regularizers, whole trainings and model files.
//
// Every case carries its inputs, weights and drawn numbers, so that nothing
// random is left to reproduce, and Keras' own config, so that a test can go
// through the code that loads models. The files are written by generate.py
// from the tables in cases.py:
//
//	python internal/golden/generate.py [SET ...]
//
// The results are float32, as Keras computes them by default; allow for a few
// roundings of that type when comparing, with [Near].
package golden

import (
	"compress/gzip"
	"embed"
	"encoding/json"
	"fmt"
	"io"
)

//go:embed data/*.json.gz
var files embed.FS

// Config is an object of Keras as its get_config serialises it: JSON whose
// numbers, lists and nested objects a test decodes as it needs.
type Config = json.RawMessage

// load decodes the set of the given name; unknown fields are errors, so that
// the script and the types cannot drift apart.
func load[T any](set string) (T, error) {
	var cases T
	name := "data/" + set + ".json.gz"
	file, err := files.Open(name)
	if err != nil {
		return cases, fmt.Errorf("golden: %w; run generate.py %s", err, set)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return cases, fmt.Errorf("golden: %s: %w", name, err)
	}
	decoder := json.NewDecoder(unpacked)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&cases); err != nil {
		return cases, fmt.Errorf("golden: %s: %w", name, err)
	}
	if _, err := io.Copy(io.Discard, unpacked); err != nil { // the checksum is verified at the end
		return cases, fmt.Errorf("golden: %s: %w", name, err)
	}
	return cases, nil
}
