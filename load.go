package lince

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// LoadOptions tell Load what a file cannot.
type LoadOptions struct {
	// Custom decodes layers of one's own by class name. It is given to the
	// one call that needs it; there is no global registry, and nothing in a
	// file is ever executed.
	Custom map[string]func(*config.Reader) layers.Layer
	// NoCompile leaves the training's settings in the file alone.
	NoCompile bool
}

// Load reads a model that Lince or Keras saved: .keras or a whole model in
// .h5. A file that says how the model was trained gives a compiled model.
func Load(path string) (*Model, error) { return LoadWith(path, LoadOptions{}) }

// LoadWith reads a model as Load does, with options.
func LoadWith(path string, options LoadOptions) (*Model, error) {
	file, err := keras.Open(path)
	if err != nil {
		return nil, named(err) // which names the file
	}
	m, err := newFromFile(file, options)
	if err != nil {
		return nil, fmt.Errorf("lince: %s: %w", path, err)
	}
	return m, nil
}

func newFromFile(file *keras.File, options LoadOptions) (*Model, error) {
	if file.Config == nil {
		return nil, errors.New("the file holds weights alone, without the model; build the model and use LoadWeights")
	}
	object, err := config.ParseObject(file.Config)
	if err != nil {
		return nil, err
	}
	m, err := decoder{custom: options.Custom}.model(object)
	if err != nil {
		return nil, err
	}
	if !m.Built() {
		return nil, errors.New("the file's model does not say the shape of its input")
	}
	if err := m.setWeights(file); err != nil {
		return nil, err
	}
	if text, ok := file.Extras[keras.ExtraMember]; ok {
		var e extra
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, fmt.Errorf("%s: %w", keras.ExtraMember, err)
		}
		m.Classes, m.Preprocessing = e.Classes, e.Preprocessing
	}
	settings, _ := file.Config["compile_config"].(config.Map)
	if settings == nil {
		settings = file.Training
	}
	if options.NoCompile || settings == nil {
		return m, nil
	}
	if err := m.compileFrom(settings, file); err != nil {
		return nil, fmt.Errorf("how the model was trained: %w; LoadOptions.NoCompile leaves it aside", err)
	}
	return m, nil
}

// LoadWeights replaces the model's weights by those of a file: .weights.h5,
// .keras or .h5. Layers are matched by their place, as Keras does. A file that
// does not fit changes nothing.
func (m *Model) LoadWeights(path string) error {
	file, err := keras.Open(path)
	if err != nil {
		return named(err) // which names the file
	}
	if err := m.setWeights(file); err != nil {
		return fmt.Errorf("lince: %s: %w", path, err)
	}
	return nil
}

// setWeights writes a file's weights into the model. They are compared with
// the model's before it takes memory for them: a file's layers may ask for any.
func (m *Model) setWeights(file *keras.File) error {
	if !m.Built() {
		return errUnbuilt
	}
	values, err := m.match(file)
	if err != nil {
		return err
	}
	if err := m.use(nil); err != nil {
		return err
	}
	for _, w := range m.network.weights() {
		value, err := values[w].Convert(w.Variable.Type.DType)
		if err != nil {
			return err
		}
		if err := m.home().set(w.Variable, value); err != nil {
			return err
		}
	}
	return nil
}

// match finds every weight's value in a file: by the layers' groups or, in
// files of Keras 2, by their order.
func (m *Model) match(file *keras.File) (map[*layers.Weight]*tensor.Tensor, error) {
	stored := slices.DeleteFunc(slices.Clone(file.Layers), func(l keras.Layer) bool { return len(l.Variables) == 0 })
	if file.Format == keras.Legacy {
		return m.matchInOrder(stored)
	}
	byPath := map[string]*keras.Layer{}
	for i := range stored {
		byPath[stored[i].Path] = &stored[i]
	}
	values := map[*layers.Weight]*tensor.Tensor{}
	for _, place := range m.places() {
		if len(place.layer.Weights()) == 0 {
			continue
		}
		layer := byPath[place.path]
		if layer == nil {
			return nil, missing(place.layer)
		}
		if err := matchLayer(values, place.layer, place.layer.Weights(), layer); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// matchInOrder takes the layers that have weights one after the other.
func (m *Model) matchInOrder(stored []keras.Layer) (map[*layers.Weight]*tensor.Tensor, error) {
	values := map[*layers.Weight]*tensor.Tensor{}
	next := 0
	for _, instance := range m.kerasLayers() {
		weights := legacyWeights(instance)
		if len(weights) == 0 {
			continue
		}
		if next >= len(stored) {
			return nil, missing(instance)
		}
		if err := matchLayer(values, instance, weights, &stored[next]); err != nil {
			return nil, err
		}
		next++
	}
	if next != len(stored) {
		return nil, fmt.Errorf("the file has weights for %d layers, the model has %d with weights", len(stored), next)
	}
	return values, nil
}

func missing(instance *layers.Instance) error {
	return fmt.Errorf("the file has no weights for layer %q (%s)", instance.Name(), instance.Class())
}

// legacyWeights returns a layer's weights as Keras 2 wrote them: what is
// trained first. A model within is one layer.
func legacyWeights(instance *layers.Instance) []*layers.Weight {
	weights := slices.Clone(instance.Weights())
	slices.SortStableFunc(weights, func(a, b *layers.Weight) int {
		switch {
		case a.Trainable() == b.Trainable():
			return 0
		case a.Trainable():
			return -1
		}
		return 1
	})
	return weights
}

func matchLayer(values map[*layers.Weight]*tensor.Tensor, instance *layers.Instance, weights []*layers.Weight, layer *keras.Layer) error {
	if len(layer.Variables) != len(weights) {
		return fmt.Errorf("layer %q has %d weights, the file has %d for it", instance.Name(), len(weights), len(layer.Variables))
	}
	for i, w := range weights {
		value := layer.Variables[i].Value
		if !value.Shape().Equal(w.Variable.Type.Shape) {
			return fmt.Errorf("weight %s of layer %q has the shape %v, in the file %v", w.Name, instance.Name(), w.Variable.Type.Shape, value.Shape())
		}
		values[w] = value
	}
	return nil
}
