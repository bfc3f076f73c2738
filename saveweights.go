package lince

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/format/npz"
	"github.com/lince-ml/lince/format/safetensors"
	"github.com/lince-ml/lince/tensor"
)

// SaveWeights writes the weights alone, which LoadWeights reads, in the format
// that the name ends in:
//
//	.weights.h5    Keras 3's, by the layers' places
//	.h5            that of Keras 2 and before, which Keras 3 reads too
//	.safetensors   arrays called conv2d/kernel
//	.npz           the same for NumPy
func (m *Model) SaveWeights(path string) error {
	write, err := m.weightsWriter(path)
	if err == nil {
		err = replaceFile(path, write)
	}
	if err != nil {
		return fmt.Errorf("lince: saving weights as %s: %w", path, err)
	}
	return nil
}

func (m *Model) weightsWriter(path string) (func(io.Writer) error, error) {
	if err := m.ready(); err != nil {
		return nil, err
	}
	file := &keras.File{Format: keras.Weights, Metadata: keras.Metadata{KerasVersion: kerasVersion}}
	var err error
	switch {
	case strings.HasSuffix(path, ".weights.h5"):
		file.Layers, err = m.savedLayers()
	case strings.HasSuffix(path, ".h5"):
		file.Format, file.Metadata.Backend = keras.Legacy, "tensorflow" // whose layout it is
		file.Layers, err = m.legacyLayers()
	case strings.HasSuffix(path, ".safetensors"):
		values, err := m.namedWeights()
		return func(w io.Writer) error { return safetensors.Write(w, values, map[string]string{"format": "lince"}) }, err
	case strings.HasSuffix(path, ".npz"):
		values, err := m.namedWeights()
		return func(w io.Writer) error { return npz.WriteArchive(w, values) }, err
	default:
		return nil, errors.New("the name must end in .weights.h5, .h5, .safetensors or .npz")
	}
	return func(w io.Writer) error { return keras.Write(w, file) }, err
}

// namedWeights returns all weights by their paths.
func (m *Model) namedWeights() (map[string]*tensor.Tensor, error) {
	values := map[string]*tensor.Tensor{}
	for w, path := range m.network.paths() {
		value, err := readWeight(m.state(), w)
		if err != nil {
			return nil, err
		}
		if values[path] != nil {
			return nil, fmt.Errorf("two weights are called %s", path)
		}
		values[path] = value
	}
	return values, nil
}

// legacyLayers lists every layer, as Keras 2 did, also those without weights.
func (m *Model) legacyLayers() ([]keras.Layer, error) {
	paths := m.network.paths()
	var saved []keras.Layer
	for _, instance := range m.kerasLayers() {
		layer := keras.Layer{Path: instance.Name(), Name: instance.Name()}
		for _, w := range legacyWeights(instance) {
			value, err := readWeight(m.state(), w)
			if err != nil {
				return nil, err
			}
			layer.Variables = append(layer.Variables, keras.Variable{Name: paths[w] + ":0", Value: value})
		}
		saved = append(saved, layer)
	}
	return saved, nil
}
