package lince

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/layers"
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
	var beside extra
	if text, ok := file.Extras[keras.ExtraMember]; ok {
		if err := json.Unmarshal(text, &beside); err != nil {
			return nil, fmt.Errorf("%s: %w", keras.ExtraMember, err)
		}
	}
	m.Classes, m.Preprocessing = beside.Classes, beside.Preprocessing
	settings, _ := file.Config["compile_config"].(config.Map)
	if settings == nil {
		settings = file.Training
	}
	if options.NoCompile || settings == nil {
		return m, nil
	}
	if err := m.compileFrom(settings, file, beside.RateFactors); err != nil {
		return nil, fmt.Errorf("how the model was trained: %w; LoadOptions.NoCompile leaves it aside", err)
	}
	return m, nil
}
