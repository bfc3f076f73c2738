package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/format/npz"
	"github.com/lince-ml/lince/format/safetensors"
	"github.com/lince-ml/lince/tensor"
)

// content is what a file of a model says.
type content struct {
	settings string // the model's configuration
	tensors  []*tensor.Tensor
}

// loader loads one kind of file. Its errors name the file. What was loaded
// tells its content afterwards, for which it may take memory.
type loader func(path string) (func() (content, error), error)

// loaderOf returns how a file is loaded, nil if it is no model's.
func loaderOf(path string) (loader, error) {
	switch {
	case strings.HasSuffix(path, ".weights.h5"):
		return loadInto(strings.TrimSuffix(path, ".weights.h5") + ".h5")
	case strings.HasSuffix(path, ".keras"), strings.HasSuffix(path, ".h5"):
		if file, err := keras.Open(path); err != nil || file.Config == nil {
			return nil, errors.Join(fmt.Errorf("%s holds no whole model", path), err)
		}
		return loadWhole, nil
	case strings.HasSuffix(path, ".safetensors"):
		return loadSafetensors, nil
	case strings.HasSuffix(path, ".npz"):
		return loadArrays, nil
	}
	return nil, nil
}

func loadWhole(path string) (func() (content, error), error) {
	model, err := lince.Load(path)
	if err != nil {
		return nil, err
	}
	return func() (content, error) {
		c, err := contentOf(model)
		return c, errors.Join(err, model.Close())
	}, nil
}

// loadInto loads weights alone, into the model that a file beside them holds.
func loadInto(whole string) (loader, error) {
	model, err := lince.LoadWith(whole, lince.LoadOptions{NoCompile: true})
	if err != nil {
		return nil, err
	}
	return func(path string) (func() (content, error), error) {
		if err := model.LoadWeights(path); err != nil {
			return nil, err
		}
		return func() (content, error) { return contentOf(model) }, nil
	}, nil
}

func contentOf(model *lince.Model) (content, error) {
	settings, err := model.MarshalJSON()
	if err != nil {
		return content{}, err
	}
	c := content{settings: string(settings)}
	for _, layer := range model.Layers() {
		weights, err := model.Weights(layer.Name())
		if err != nil {
			return content{}, err
		}
		c.tensors = append(c.tensors, weights...)
	}
	return c, nil
}

// archive is a file of arrays by name.
type archive interface {
	Names() []string
	Read(name string) (*tensor.Tensor, error)
}

func loadSafetensors(path string) (func() (content, error), error) {
	return loadNamed(path, func(file *os.File, size int64) (archive, error) { return safetensors.Open(file, size) })
}

func loadArrays(path string) (func() (content, error), error) {
	return loadNamed(path, func(file *os.File, size int64) (archive, error) { return npz.OpenArchive(file, size) })
}

func loadNamed(path string, open func(*os.File, int64) (archive, error)) (func() (content, error), error) {
	c, err := readNamed(path, open)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return func() (content, error) { return c, nil }, nil
}

func readNamed(path string, open func(*os.File, int64) (archive, error)) (c content, err error) {
	file, err := os.Open(path)
	if err != nil {
		return c, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return c, err
	}
	arrays, err := open(file, info.Size())
	if err != nil {
		return c, err
	}
	for _, name := range arrays.Names() {
		c.settings += name + "\n"
		value, err := arrays.Read(name)
		if texts, ok := arrays.(*npz.Archive); ok && err != nil {
			if list, failed := texts.Strings(name); failed == nil {
				c.settings += fmt.Sprintf("%q\n", list)
				continue
			}
		}
		if err != nil {
			return c, err
		}
		c.tensors = append(c.tensors, value)
	}
	return c, nil
}

// differences counts the numbers that differ, any other difference as
// infinitely many.
func (c content) differences(other content) int {
	if c.settings != other.settings || len(c.tensors) != len(other.tensors) {
		return math.MaxInt
	}
	count := 0
	for i, t := range c.tensors {
		if !t.Shape().Equal(other.tensors[i].Shape()) || t.DType() != other.tensors[i].DType() {
			return math.MaxInt
		}
		count += differing(t, other.tensors[i])
	}
	return count
}

// differing counts the elements whose bits differ.
func differing(a, b *tensor.Tensor) int {
	x, y := a.Float32s(), b.Float32s()
	if x == nil {
		x, y = narrowed(a), narrowed(b)
	}
	count := 0
	for i := range x {
		if math.Float32bits(x[i]) != math.Float32bits(y[i]) {
			count++
		}
	}
	return count
}

// narrowed is for the few tensors that are not float32: steps and seeds.
func narrowed(t *tensor.Tensor) []float32 {
	values := t.Float64s()
	all := make([]float32, len(values))
	for i, v := range values {
		all[i] = float32(v)
	}
	return all
}
