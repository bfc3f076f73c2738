package keras

import (
	"archive/zip"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lince-ml/lince/format/hdf5"
)

// Write writes the file in its Format. Keras reads what it writes; the same
// File gives the same bytes.
func Write(w io.Writer, f *File) error {
	var err error
	switch f.Format {
	case Archive:
		err = f.writeArchive(w)
	case Weights:
		var weights *hdf5.Writer
		if weights, err = f.weights(); err == nil {
			_, err = weights.WriteTo(w)
		}
	case Legacy:
		err = f.writeLegacy(w)
	default:
		err = errors.New("expected Archive, Weights or Legacy")
	}
	if err != nil {
		return fmt.Errorf("keras: writing a %v file: %w", f.Format, err)
	}
	return nil
}

func (f *File) writeArchive(w io.Writer) error {
	if f.Config == nil {
		return errors.New("a model without Config")
	}
	weights, err := f.weights()
	if err != nil {
		return err
	}
	metadata, err := encodeJSON(metadataJSON{f.Metadata.KerasVersion, f.Metadata.DateSaved})
	if err != nil {
		return err
	}
	config, err := encodeJSON(f.Config)
	if err != nil {
		return fmt.Errorf("the Config: %w", err)
	}
	archive := zip.NewWriter(w)
	err = errors.Join(
		store(archive, metadataMember, content(metadata)),
		store(archive, configMember, content(config)),
		store(archive, weightsMember, weights),
	)
	for _, name := range slices.Sorted(maps.Keys(f.Extras)) {
		switch {
		case slices.Contains([]string{metadataMember, configMember, weightsMember, pickledMember}, name):
			err = errors.Join(err, fmt.Errorf("the extra member %s is one of Keras' own", name))
		case !filepath.IsLocal(name) || path.Clean(name) != name || strings.ContainsAny(name, "\\\x00"):
			err = errors.Join(err, fmt.Errorf("the extra member %q is no relative path", name))
		default:
			err = errors.Join(err, store(archive, name, content(f.Extras[name])))
		}
	}
	return errors.Join(err, archive.Close())
}

// content writes itself.
type content []byte

func (c content) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(c)
	return int64(n), err
}

// store adds a member as Keras does: as it is, its sizes and sum before it.
// For those it is written twice, the first time to nowhere.
func store(archive *zip.Writer, name string, from io.WriterTo) error {
	sum := crc32.NewIEEE()
	size, err := from.WriteTo(sum)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	member, err := archive.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Store, CRC32: sum.Sum32(),
		CompressedSize64: uint64(size), UncompressedSize64: uint64(size),
	})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if _, err := from.WriteTo(member); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// weights lays the variables out as Keras 3 does.
func (f *File) weights() (*hdf5.Writer, error) {
	w := hdf5.NewWriter()
	for _, l := range slices.Concat(f.Layers, f.Optimizer) {
		group := variablesGroup
		if l.Path != "" {
			group = l.Path + "/" + variablesGroup
		}
		if err := w.Group(group); err != nil {
			return nil, err
		}
		if l.Name != "" {
			if err := w.Attribute(group, "name", l.Name); err != nil {
				return nil, err
			}
		}
		for i, v := range l.Variables {
			name := v.Name
			if name == "" {
				name = strconv.Itoa(i)
			}
			if err := writeVariable(w, group, name, v); err != nil {
				return nil, err
			}
		}
	}
	return w, nil
}

func writeVariable(w *hdf5.Writer, group, name string, v Variable) error {
	if v.Value == nil {
		return fmt.Errorf("%s/%s has no value", group, name)
	}
	return w.Dataset(group+"/"+name, v.Value)
}

// writeLegacy lays a model or its weights out as Keras 2 did.
func (f *File) writeLegacy(to io.Writer) error {
	w := hdf5.NewWriter()
	root := ""
	if f.Config != nil {
		root = legacyModel + "/"
		if err := f.writeLegacyConfig(w); err != nil {
			return err
		}
	}
	if err := errors.Join(w.Group(root), f.writeLegacyMetadata(w, root)); err != nil {
		return err
	}
	var names []string
	for _, l := range f.Layers {
		group := root + l.Path
		if l.Path == "" {
			group = root + legacyTopLevel
		} else {
			names = append(names, l.Path)
		}
		if err := writeLegacyVariables(w, group, l.Variables); err != nil {
			return err
		}
	}
	if err := writeSplitList(w, root, layerNames, names); err != nil {
		return err
	}
	if len(f.Optimizer) > 1 {
		return errors.New("optimizers within an optimizer have no place in this format")
	}
	for _, l := range f.Optimizer {
		if err := writeLegacyVariables(w, legacyOptimizer, l.Variables); err != nil {
			return err
		}
	}
	_, err := w.WriteTo(to)
	return err
}

func (f *File) writeLegacyConfig(w *hdf5.Writer) error {
	config, err := encodeJSON(f.Config)
	if err != nil {
		return fmt.Errorf("the Config: %w", err)
	}
	if err := errors.Join(w.Attribute("", "model_config", string(config)), f.writeLegacyMetadata(w, "")); err != nil {
		return err
	}
	if f.Training == nil {
		return nil
	}
	training, err := encodeJSON(f.Training)
	if err != nil {
		return fmt.Errorf("the Training: %w", err)
	}
	return w.Attribute("", "training_config", string(training))
}

// writeLegacyMetadata writes what wrote the file; without a version Keras
// would take it for one of Keras 1.
func (f *File) writeLegacyMetadata(w *hdf5.Writer, group string) error {
	var err error
	if f.Metadata.KerasVersion != "" {
		err = w.Attribute(group, "keras_version", f.Metadata.KerasVersion)
	}
	if f.Metadata.Backend != "" {
		err = errors.Join(err, w.Attribute(group, "backend", f.Metadata.Backend))
	}
	return err
}

func writeLegacyVariables(w *hdf5.Writer, group string, variables []Variable) error {
	if err := w.Group(group); err != nil {
		return err
	}
	names := make([]string, len(variables))
	for i, v := range variables {
		if v.Name == "" {
			return fmt.Errorf("%s: variable %d has no name, which this format needs", group, i)
		}
		names[i] = v.Name
		if err := writeVariable(w, group, v.Name, v); err != nil {
			return err
		}
	}
	return writeSplitList(w, group, weightNames, names)
}

// listLength is how many strings an attribute takes; longer lists are split.
const listLength = 4000

func writeSplitList(w *hdf5.Writer, group, name string, list []string) error {
	if len(list) <= listLength {
		if list == nil {
			list = []string{}
		}
		return w.Attribute(group, name, list)
	}
	number := 0
	for part := range slices.Chunk(list, listLength) {
		if err := w.Attribute(group, name+strconv.Itoa(number), part); err != nil {
			return err
		}
		number++
	}
	return nil
}
