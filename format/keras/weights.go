package keras

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/lince-ml/lince/format/hdf5"
)

// The names of Keras 3's weight files: the group of a layer's variables and
// the optimizer's attribute in the model.
const (
	variablesGroup = "vars"
	optimizerPath  = "optimizer"
)

// readHDF5 reads a .weights.h5 or a legacy .h5.
func readHDF5(r io.ReaderAt, size int64, b *budget) (*File, error) {
	file, err := hdf5.Open(r, size)
	if err != nil {
		return nil, fmt.Errorf("neither a .keras archive nor HDF5: %w", err)
	}
	legacy, err := isLegacy(file.Root())
	if err != nil {
		return nil, err
	}
	f := &File{Format: Weights}
	if legacy {
		f.Format = Legacy
		err = f.readLegacy(file.Root(), b)
	} else {
		err = f.readWeights(file, b)
	}
	if err != nil {
		return nil, fmt.Errorf("%v file: %w", f.Format, err)
	}
	return f, nil
}

// readWeights reads the variables of a model in the layout of Keras 3: below
// every group that has them lies a group called vars.
func (f *File) readWeights(file *hdf5.File, b *budget) error {
	var layers []Layer
	at := make(map[string]int) // the index of the layer whose variables lie at a path
	for o, err := range file.Objects() {
		if err != nil {
			return err
		}
		switch o := o.(type) {
		case *hdf5.Group:
			if path.Base(o.Path()) == variablesGroup {
				name, err := textAttribute(o, "name")
				if err != nil {
					return err
				}
				at[o.Path()] = len(layers)
				layers = append(layers, Layer{Path: strings.Trim(path.Dir(o.Path()), "/"), Name: name})
			}
		case *hdf5.Dataset:
			i, found := at[path.Dir(o.Path())]
			if !found {
				return fmt.Errorf("the dataset %s lies in no group called %s: no weights of Keras 3", o.Path(), variablesGroup)
			}
			v, err := readVariable(o, path.Base(o.Path()), b)
			if err != nil {
				return err
			}
			layers[i].Variables = append(layers[i].Variables, v)
		}
	}
	slices.SortFunc(layers, func(a, b Layer) int { return natural(a.Path, b.Path) })
	for _, l := range layers {
		slices.SortFunc(l.Variables, func(a, b Variable) int { return natural(a.Name, b.Name) })
		if l.Path == optimizerPath || strings.HasPrefix(l.Path, optimizerPath+"/") {
			f.Optimizer = append(f.Optimizer, l)
		} else {
			f.Layers = append(f.Layers, l)
		}
	}
	return nil
}

func readVariable(set *hdf5.Dataset, name string, b *budget) (Variable, error) {
	if err := b.spend(set.Size(), set.Path()); err != nil {
		return Variable{}, err
	}
	value, err := set.Read()
	return Variable{Name: name, Value: value}, err
}

// textAttribute returns an attribute's string, "" where there is none.
func textAttribute(o hdf5.Object, name string) (string, error) {
	a, err := o.Attribute(name)
	if errors.Is(err, hdf5.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return a.Text()
}

// natural compares names with the numbers in them by their value, so that
// dense_2 comes before dense_10.
func natural(a, b string) int {
	for a != "" && b != "" {
		numberA, numberB := digits(a), digits(b)
		if numberA == 0 || numberB == 0 {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		valueA, valueB := strings.TrimLeft(a[:numberA], "0"), strings.TrimLeft(b[:numberB], "0")
		order := cmp.Or(cmp.Compare(len(valueA), len(valueB)), cmp.Compare(valueA, valueB), cmp.Compare(numberA, numberB))
		if order != 0 {
			return order
		}
		a, b = a[numberA:], b[numberB:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits returns how many of the bytes at the beginning are digits.
func digits(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if n < 0 {
		return len(s)
	}
	return n
}
