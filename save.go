package lince

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// kerasVersion is the Keras whose files the written ones are like.
const kerasVersion = "3.15.1"

// extra is what Lince keeps in a model file beside what Keras knows.
type extra struct {
	Classes       []string              `json:"classes,omitempty"`
	Preprocessing *images.Preprocessing `json:"preprocessing,omitempty"`
	RateFactors   map[string]float64    `json:"rate_factors,omitempty"`
}

// Save writes the model as a .keras file that Keras 3 loads too: layers,
// weights, and what Compile and Fit made of it; class names and preprocessing
// go into a member that Keras ignores. The file is complete or not there: it
// is written beside and renamed.
func (m *Model) Save(path string) error {
	if extension := filepath.Ext(path); extension != ".keras" {
		return fmt.Errorf("lince: cannot save as %s: the name must end in .keras", path)
	}
	file, err := m.file()
	if err != nil {
		return fmt.Errorf("lince: saving %s: %w", path, err)
	}
	return writeFile(path, file)
}

// MarshalJSON describes the model without its weights, as keras.Model.to_json does.
func (m *Model) MarshalJSON() ([]byte, error) {
	if !m.Built() {
		return nil, named(errUnbuilt)
	}
	described, err := m.config()
	if err != nil {
		return nil, named(err)
	}
	return json.Marshal(described)
}

func writeFile(path string, file *keras.File) error {
	err := replaceFile(path, func(w io.Writer) error { return keras.Write(w, file) })
	if err != nil {
		return fmt.Errorf("lince: saving %s: %w", path, err)
	}
	return nil
}

// replaceFile writes a file beside path and renames it, so that whatever
// happens path holds what it held before or all of the new content.
func replaceFile(path string, write func(io.Writer) error) error {
	name := filepath.Join(filepath.Dir(path), fmt.Sprintf("%s%08x%s", partialPrefix(path), rand.Uint32(), partialSuffix))
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(file, 1<<16)
	err = write(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(name, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return syncFolder(filepath.Dir(path))
}

// Unfinished files are called .NAME.XXXXXXXX.partial.
const partialSuffix = ".partial"

func partialPrefix(path string) string { return "." + filepath.Base(path) + "." }

// removePartials removes what processes that were killed while they wrote the
// file of that path have left.
func removePartials(path string) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasPrefix(name, partialPrefix(path)) && strings.HasSuffix(name, partialSuffix) {
			if err := os.Remove(filepath.Join(filepath.Dir(path), name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// syncFolder makes a renamed file outlive a loss of power.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" { // which has no handle on folders to sync
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// file gathers everything that a saved model holds.
func (m *Model) file() (*keras.File, error) {
	if err := m.ready(); err != nil {
		return nil, err
	}
	described, err := m.config()
	if err != nil {
		return nil, err
	}
	file := &keras.File{
		Config:   described,
		Metadata: keras.Metadata{KerasVersion: kerasVersion, DateSaved: time.Now().UTC().Format("2006-01-02@15:04:05")},
		Extras:   map[string][]byte{},
	}
	if file.Layers, err = m.savedLayers(); err != nil {
		return nil, err
	}
	beside := extra{Classes: m.Classes, Preprocessing: m.Preprocessing}
	if m.training != nil {
		beside.RateFactors = m.training.RateFactors
		described["compile_config"] = m.training.config()
		if file.Optimizer, err = m.savedOptimizer(); err != nil {
			return nil, err
		}
	}
	file.Extras[keras.ExtraMember], err = json.Marshal(beside)
	return file, err
}

// kerasLayers are the layers as Keras counts them: a Sequential's input is
// none of them.
func (m *Model) kerasLayers() []*layers.Instance {
	if m.sequential {
		return m.network.instances[1:]
	}
	return m.network.instances
}

func groupNames(instances []*layers.Instance) []string {
	classes := make([]string, len(instances))
	for i, instance := range instances {
		classes[i] = instance.Class()
	}
	return keras.GroupNames(classes)
}

// place is a layer and where files of Keras 3 keep its weights.
type place struct {
	path  string
	layer *layers.Instance
}

// places lists the layers with those of models used as layers, each once.
func (m *Model) places() []place {
	seen := map[*layers.Instance]bool{}
	var list []place
	var walk func(m *Model, above string)
	walk = func(m *Model, above string) {
		instances := m.kerasLayers()
		groups := groupNames(instances)
		for i, instance := range instances {
			if seen[instance] {
				continue
			}
			seen[instance] = true
			path := above + "layers/" + groups[i]
			if model, ok := instance.Layer().(*Model); ok {
				walk(model, path+"/")
				continue
			}
			list = append(list, place{path, instance})
		}
	}
	walk(m, "")
	return list
}

func (m *Model) savedLayers() ([]keras.Layer, error) {
	var saved []keras.Layer
	for _, place := range m.places() {
		layer := keras.Layer{Path: place.path, Name: place.layer.Name()}
		for n, w := range place.layer.Weights() {
			value, err := readWeight(m.state(), w)
			if err != nil {
				return nil, err
			}
			layer.Variables = append(layer.Variables, keras.Variable{Name: fmt.Sprint(n), Value: value})
		}
		if len(layer.Variables) > 0 {
			saved = append(saved, layer)
		}
	}
	return saved, nil
}

// savedOptimizer lists Keras' optimizer.variables: iteration, learning_rate
// unless a schedule gives it, then the slots.
func (m *Model) savedOptimizer() ([]keras.Layer, error) {
	t := m.training
	values := []*tensor.Tensor{tensor.Scalar(int64(t.step))}
	if constant(t.Optimizer.Rate()) {
		values = append(values, tensor.Scalar(float32(t.rate)))
	}
	values = append(values, t.stored...) // not yet taken over by a compiled step
	for _, slot := range t.slots.All() {
		value, err := readVariable(m.state(), slot.Variable)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	layer := keras.Layer{Path: "optimizer"}
	for i, value := range values {
		layer.Variables = append(layer.Variables, keras.Variable{Name: fmt.Sprint(i), Value: value})
	}
	return []keras.Layer{layer}, nil
}
