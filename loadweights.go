package lince

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// WeightsOptions say how a file's weights go with a model's.
type WeightsOptions struct {
	// ByName matches layers by their names instead of their places. Layers
	// that only one side has are left out.
	ByName bool
	// SkipMismatch leaves out layers whose weights differ in number or shape,
	// as those of a classifier for other classes do.
	SkipMismatch bool
	// Names say what a .safetensors or .npz file calls the model's weights and
	// how it lays them out; the zero value is for files that Lince wrote. Such
	// files always go by name.
	Names NameMap
}

// LoadWeights replaces the model's weights by those of a file: .weights.h5,
// .keras, .h5, .safetensors or .npz. In Keras' files layers are matched by
// their place, as Keras does, in the others by name. A file that does not fit
// changes nothing.
func (m *Model) LoadWeights(path string) error {
	_, err := m.LoadWeightsWith(path, WeightsOptions{})
	return err
}

// LoadWeightsWith loads weights as LoadWeights does, with options. It returns
// the names of the layers that were left out and keep the weights they have.
func (m *Model) LoadWeightsWith(path string, options WeightsOptions) (kept []string, err error) {
	x := newMatching(options)
	switch filepath.Ext(path) {
	case ".safetensors", ".npz":
		err = x.openArrays(m, path)
	default:
		var file *keras.File
		if file, err = keras.Open(path); err != nil {
			return nil, named(err) // which names the file
		}
		err = x.layers(m, file)
	}
	if err == nil {
		err = m.setValues(x.values)
	}
	if err != nil {
		return nil, fmt.Errorf("lince: %s: %w", path, err)
	}
	return x.kept, nil
}

// setWeights writes a file's weights into the model. They are compared with
// the model's before it takes memory for them: a file's layers may ask for any.
func (m *Model) setWeights(file *keras.File) error {
	x := newMatching(WeightsOptions{})
	if err := x.layers(m, file); err != nil {
		return err
	}
	return m.setValues(x.values)
}

func (m *Model) setValues(values map[*layers.Weight]*tensor.Tensor) error {
	if err := m.use(nil); err != nil {
		return err
	}
	for _, w := range m.network.weights() {
		value, found := values[w]
		if !found {
			continue
		}
		value, err := value.Convert(w.Variable.Type.DType)
		if err != nil {
			return err
		}
		if err := m.home().set(w.Variable, value); err != nil {
			return err
		}
	}
	return nil
}

// matching finds the values of a model's weights in a file.
type matching struct {
	WeightsOptions
	values map[*layers.Weight]*tensor.Tensor
	kept   []string
}

func newMatching(options WeightsOptions) *matching {
	return &matching{WeightsOptions: options, values: map[*layers.Weight]*tensor.Tensor{}}
}

// layers matches those of a file of Keras': by the layers' groups or, in files
// of Keras 2, by their order; or by their names.
func (x *matching) layers(m *Model, file *keras.File) error {
	if !m.Built() {
		return errUnbuilt
	}
	stored := slices.DeleteFunc(slices.Clone(file.Layers), func(l keras.Layer) bool { return len(l.Variables) == 0 })
	if file.Format == keras.Legacy && !x.ByName {
		return x.inOrder(m, stored)
	}
	key := func(l *keras.Layer) string { return l.Path }
	if x.ByName {
		key = func(l *keras.Layer) string { return l.Name }
	}
	known := map[string]*keras.Layer{}
	for i := range stored {
		name := key(&stored[i])
		if name == "" && x.ByName {
			return errors.New("the file does not name its layers; load it without ByName")
		}
		if known[name] != nil {
			return fmt.Errorf("the file has two layers named %q", name)
		}
		known[name] = &stored[i]
	}
	if file.Format == keras.Legacy {
		for _, instance := range m.kerasLayers() {
			if err := x.layer(instance, legacyWeights(instance), known[instance.Name()]); err != nil {
				return err
			}
		}
		return nil
	}
	for _, place := range m.places() {
		name := place.path
		if x.ByName {
			name = place.layer.Name()
		}
		if err := x.layer(place.layer, place.layer.Weights(), known[name]); err != nil {
			return err
		}
	}
	return nil
}

// inOrder takes the layers that have weights one after the other.
func (x *matching) inOrder(m *Model, stored []keras.Layer) error {
	next := 0
	for _, instance := range m.kerasLayers() {
		weights := legacyWeights(instance)
		if len(weights) == 0 {
			continue
		}
		if next >= len(stored) {
			return missing(instance)
		}
		if err := x.layer(instance, weights, &stored[next]); err != nil {
			return err
		}
		next++
	}
	if next != len(stored) {
		return fmt.Errorf("the file has weights for %d layers, the model has %d with weights", len(stored), next)
	}
	return nil
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

// layer takes the weights of one layer; stored is nil where the file has none.
func (x *matching) layer(instance *layers.Instance, weights []*layers.Weight, stored *keras.Layer) error {
	if len(weights) == 0 {
		return nil
	}
	if stored == nil {
		if x.ByName {
			x.kept = append(x.kept, instance.Name())
			return nil
		}
		return missing(instance)
	}
	err := compare(instance, weights, stored)
	if err != nil && x.SkipMismatch {
		x.kept = append(x.kept, instance.Name())
		return nil
	}
	if err != nil {
		return err
	}
	for i, w := range weights {
		x.values[w] = stored.Variables[i].Value
	}
	return nil
}

// compare reports whether a file's layer has weights of the model's shapes.
func compare(instance *layers.Instance, weights []*layers.Weight, stored *keras.Layer) error {
	if len(stored.Variables) != len(weights) {
		return fmt.Errorf("layer %q has %d weights, the file has %d for it", instance.Name(), len(weights), len(stored.Variables))
	}
	for i, w := range weights {
		if err := sameShape(instance, w, stored.Variables[i].Value.Shape()); err != nil {
			return err
		}
	}
	return nil
}

func sameShape(instance *layers.Instance, w *layers.Weight, shape tensor.Shape) error {
	if !shape.Equal(w.Variable.Type.Shape) {
		return misshapen{fmt.Errorf("weight %s of layer %q has the shape %v, in the file %v", w.Name, instance.Name(), w.Variable.Type.Shape, shape)}
	}
	return nil
}

// misshapen marks weights of another shape.
type misshapen struct{ error }
