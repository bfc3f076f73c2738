package lince

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lince-ml/lince/format/npz"
	"github.com/lince-ml/lince/format/safetensors"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// arrayFile is an open file of arrays by name, each read when asked for.
type arrayFile interface {
	Names() []string
	Read(name string) (*tensor.Tensor, error)
}

func (x *matching) openArrays(m *Model, path string) error {
	if !m.Built() {
		return errUnbuilt
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if filepath.Ext(path) == ".safetensors" {
		opened, err := safetensors.Open(file, info.Size())
		if err != nil {
			return err
		}
		return x.arrays(m, opened)
	}
	opened, err := npz.OpenArchive(file, info.Size())
	if err != nil {
		return err
	}
	if numbered(opened.Names()) {
		return x.arraysInOrder(m, opened)
	}
	return x.arrays(m, opened)
}

// numbered reports whether arrays were saved without names, as by
// numpy.savez(path, *model.get_weights()).
func numbered(names []string) bool {
	for i := range names {
		if !slices.Contains(names, fmt.Sprintf("arr_%d", i)) {
			return false
		}
	}
	return len(names) > 0
}

func (x *matching) arraysInOrder(m *Model, file arrayFile) error {
	weights := m.network.weights()
	if n := len(file.Names()); n != len(weights) {
		return fmt.Errorf("the file has %d arrays, the model %d weights", n, len(weights))
	}
	next := 0
	for instance := range m.network.deep() {
		for _, w := range instance.Weights() {
			value, err := file.Read(fmt.Sprintf("arr_%d", next))
			if err != nil {
				return err
			}
			if err := sameShape(instance, w, value.Shape()); err != nil {
				return fmt.Errorf("arr_%d: %w", next, err)
			}
			x.values[w] = value
			next++
		}
	}
	return nil
}

// namedArrays are the arrays of a file by the names that are compared.
type namedArrays struct {
	file   arrayFile
	names  map[string]string // in the file, by what is compared
	unused map[string]string
	// flattened are the shapes of what layers see through a Flatten.
	flattened map[*layers.Instance]tensor.Shape
}

// arrays matches weights by the names that the NameMap gives them.
func (x *matching) arrays(m *Model, file arrayFile) error {
	names, err := foldedNames(file.Names())
	if err != nil {
		return err
	}
	from := namedArrays{file: file, names: names, unused: maps.Clone(names), flattened: map[*layers.Instance]tensor.Shape{}}
	if x.Names.OutputFirst {
		m.flattened(from.flattened)
	}
	for instance, path := range walk(m.network.instances, "", map[*layers.Instance]bool{}) {
		found, err := x.arraysOf(instance, path, from)
		_, lacking := errors.AsType[absent](err)
		_, differs := errors.AsType[misshapen](err)
		switch {
		case err == nil:
			maps.Copy(x.values, found)
		case x.SkipMismatch && (lacking || differs), x.ByName && lacking && len(found) == 0:
			x.kept = append(x.kept, path)
		default:
			return err
		}
	}
	maps.DeleteFunc(from.unused, func(name, _ string) bool { return x.Names.ignores(name) })
	if len(from.unused) > 0 && !x.ByName {
		return fmt.Errorf("the model has no weights for the arrays %s; ByName leaves them out", strings.Join(slices.Sorted(maps.Values(from.unused)), ", "))
	}
	return nil
}

// arraysOf reads the weights of one layer, as many as there are and fit.
func (x *matching) arraysOf(instance *layers.Instance, path string, from namedArrays) (map[*layers.Weight]*tensor.Tensor, error) {
	found := map[*layers.Weight]*tensor.Tensor{}
	var failures error
	for _, w := range instance.Weights() {
		name := x.Names.name(path, w.Name)
		delete(from.unused, name)
		if from.names[name] == "" {
			failures = errors.Join(failures, absent{lack(instance, w.Name, name)})
			continue
		}
		value, err := from.file.Read(from.names[name])
		if err == nil && x.Names.OutputFirst {
			value, err = outputLast(instance, w, value, from.flattened[instance])
		}
		if err != nil {
			return nil, err
		}
		failures = errors.Join(failures, sameShape(instance, w, value.Shape()))
		found[w] = value
	}
	return found, failures
}

// absent marks the lack of an array.
type absent struct{ error }
