package keras

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/lince-ml/lince/format/hdf5"
)

// The names of the layout that Keras 2 and before used.
const (
	legacyModel     = "model_weights"
	legacyTopLevel  = "top_level_model_weights"
	legacyOptimizer = "optimizer_weights"
	layerNames      = "layer_names"
	weightNames     = "weight_names"
)

// isLegacy tells the layout by the list of layers, at the root or in a whole
// model's group of weights.
func isLegacy(root *hdf5.Group) (bool, error) {
	for _, name := range [...]string{layerNames, layerNames + "0", "model_config"} {
		_, err := root.Attribute(name)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, hdf5.ErrNotFound) {
			return false, err
		}
	}
	_, err := root.Group(legacyModel)
	if errors.Is(err, hdf5.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (f *File) readLegacy(root *hdf5.Group, b *budget) error {
	var err error
	if f.Config, err = configAttribute(root, "model_config"); err != nil {
		return err
	}
	if f.Training, err = configAttribute(root, "training_config"); err != nil {
		return err
	}
	weights, err := child(root, legacyModel)
	if err != nil {
		return err
	}
	if weights == nil {
		weights = root // a file of weights alone
	}
	if f.Metadata.KerasVersion, err = textAttribute(weights, "keras_version"); err != nil {
		return err
	}
	if f.Metadata.Backend, err = textAttribute(weights, "backend"); err != nil {
		return err
	}
	if f.Config != nil {
		version := f.Metadata.KerasVersion
		if version == "" { // whole models of Keras 1 say it at the root, if at all
			if version, err = textAttribute(root, "keras_version"); err != nil {
				return err
			}
		}
		if f.Config, err = modern(f.Config, version); err != nil {
			return err
		}
	}
	if err := f.readLegacyLayers(weights, b); err != nil {
		return err
	}
	optimizer, err := child(root, legacyOptimizer)
	if err != nil || optimizer == nil {
		return err
	}
	variables, err := legacyVariables(optimizer, b)
	f.Optimizer = []Layer{{Path: optimizerPath, Variables: variables}}
	return err
}

func (f *File) readLegacyLayers(weights *hdf5.Group, b *budget) error {
	names, err := splitList(weights, layerNames)
	if err != nil {
		return err
	}
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if name == "" || seen[name] {
			return fmt.Errorf("two layers are called %q", name)
		}
		seen[name] = true
		group, err := weights.Group(name)
		if err != nil {
			return err
		}
		variables, err := legacyVariables(group, b)
		if err != nil {
			return err
		}
		f.Layers = append(f.Layers, Layer{Path: name, Name: name, Variables: variables})
	}
	top, err := child(weights, legacyTopLevel)
	if err != nil || top == nil || seen[legacyTopLevel] {
		return err
	}
	variables, err := legacyVariables(top, b)
	if len(variables) > 0 {
		f.Layers = append(f.Layers, Layer{Variables: variables})
	}
	return err
}

// legacyVariables reads the datasets that a group's weight_names lists.
func legacyVariables(group *hdf5.Group, b *budget) ([]Variable, error) {
	names, err := splitList(group, weightNames)
	if err != nil {
		return nil, err
	}
	var variables []Variable
	for _, name := range names {
		set, err := group.Dataset(name)
		if err != nil {
			return nil, err
		}
		v, err := readVariable(set, name, b)
		if err != nil {
			return nil, err
		}
		variables = append(variables, v)
	}
	return variables, nil
}

// child returns the group of that name, nil where there is none.
func child(g *hdf5.Group, name string) (*hdf5.Group, error) {
	group, err := g.Group(name)
	if errors.Is(err, hdf5.ErrNotFound) {
		return nil, nil
	}
	return group, err
}

func configAttribute(root *hdf5.Group, name string) (map[string]any, error) {
	text, err := textAttribute(root, name)
	if err != nil || text == "" {
		return nil, err
	}
	config, err := decodeConfig([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("attribute %s: %w", name, err)
	}
	return config, nil
}

// splitList returns a list of strings, which Keras splits into attributes
// name0, name1 … where it does not fit one; none where there is no such list.
func splitList(o hdf5.Object, name string) ([]string, error) {
	attributes, err := o.Attributes()
	if err != nil {
		return nil, err
	}
	if a, found := attributes[name]; found {
		return a.Strings()
	}
	var list []string
	for i := 0; ; i++ {
		a, found := attributes[name+strconv.Itoa(i)]
		if !found {
			return list, nil
		}
		part, err := a.Strings()
		if err != nil {
			return nil, err
		}
		list = append(list, part...)
	}
}
