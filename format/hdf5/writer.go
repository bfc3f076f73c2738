package hdf5

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/lince-ml/lince/tensor"
)

// Writer gathers groups, datasets and attributes and writes them as one file.
// It keeps the tensors it is given and reads them when it writes, so that the
// data are never in memory twice.
type Writer struct{ root *node }

// node is a group, or a dataset if it has content.
type node struct {
	children   map[string]*node
	content    *content
	attributes []namedContent
}

// content is what a dataset or an attribute holds: a tensor, or strings.
type content struct {
	tensor *tensor.Tensor
	texts  []string
	shape  tensor.Shape
}

type namedContent struct {
	name string
	*content
}

// NewWriter returns a Writer that holds the root group alone.
func NewWriter() *Writer { return &Writer{root: newGroup()} }

func newGroup() *node { return &node{children: make(map[string]*node)} }

// Group makes the group at a path of names separated by slashes, and those
// above it. It is no error if there is such a group already.
func (w *Writer) Group(path string) error {
	_, err := w.group(path)
	return err
}

func (w *Writer) group(path string) (*node, error) {
	here := w.root
	trimmed := strings.Trim(path, "/")
	if trimmed == "" {
		return here, nil
	}
	for name := range strings.SplitSeq(trimmed, "/") {
		if name == "" || name == "." || name == ".." || len(name) > maxName || strings.ContainsRune(name, 0) {
			return nil, fmt.Errorf("hdf5: %s: %q cannot be the name of a group or dataset", path, name)
		}
		if here.content != nil {
			return nil, fmt.Errorf("hdf5: %s: there is a dataset where %q needs a group", path, name)
		}
		next := here.children[name]
		if next == nil {
			next = newGroup()
			here.children[name] = next
		}
		here = next
	}
	if here.content != nil {
		return nil, fmt.Errorf("hdf5: %s is a dataset already", path)
	}
	return here, nil
}

// Dataset makes a dataset of the tensor's elements, and the groups above it.
// Booleans become the enumeration that h5py reads as such, bfloat16 the two
// opaque bytes with the attribute dtype that Keras writes.
func (w *Writer) Dataset(path string, t *tensor.Tensor) error {
	err := w.dataset(path, &content{tensor: t, shape: t.Shape()})
	if err == nil && t.DType() == tensor.BFloat16 {
		err = w.Attribute(path, "dtype", tensor.BFloat16.String())
	}
	return err
}

// Strings makes a one-dimensional dataset of strings, and the groups above it.
func (w *Writer) Strings(path string, texts []string) error {
	return w.dataset(path, &content{texts: texts, shape: tensor.Shape{len(texts)}})
}

func (w *Writer) dataset(path string, c *content) error {
	n, err := w.group(path)
	if err != nil {
		return err
	}
	if n == w.root || len(n.children) > 0 || len(n.attributes) > 0 {
		return fmt.Errorf("hdf5: %s is a group already, it cannot be a dataset", path)
	}
	n.content = c
	return nil
}

// Attribute gives the group or dataset at the path, which must be there, a
// named value: a string, []string, bool, int, int64, float64 or a
// *tensor.Tensor. One attribute takes at most 65,528 bytes with its name; of
// strings only 16 bytes each count. Longer ones must be split by the caller.
func (w *Writer) Attribute(path, name string, value any) error {
	n := w.find(path)
	if n == nil {
		return fmt.Errorf("hdf5: attribute %q: there is no group or dataset at %s", name, path)
	}
	if name == "" || strings.ContainsRune(name, 0) {
		return fmt.Errorf("hdf5: %s: %q cannot be the name of an attribute", path, name)
	}
	c, err := attributeContent(value)
	if err != nil {
		return fmt.Errorf("hdf5: %s: attribute %q: %w", path, name, err)
	}
	for _, a := range n.attributes {
		if a.name == name {
			return fmt.Errorf("hdf5: %s has an attribute %q already", path, name)
		}
	}
	a := namedContent{name, c}
	if size := a.messageSize(); size > maxMessage {
		return fmt.Errorf("hdf5: %s: attribute %q takes %d bytes, at most %d fit: split it", path, name, size, maxMessage)
	}
	n.attributes = append(n.attributes, a)
	return nil
}

func (w *Writer) find(path string) *node {
	here := w.root
	for name := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if name == "" {
			continue
		}
		if here = here.children[name]; here == nil {
			return nil
		}
	}
	return here
}

func attributeContent(value any) (*content, error) {
	var t *tensor.Tensor
	switch v := value.(type) {
	case string:
		return &content{texts: []string{v}, shape: tensor.Shape{}}, nil
	case []string:
		return &content{texts: slices.Clone(v), shape: tensor.Shape{len(v)}}, nil
	case bool:
		t = tensor.Scalar(v)
	case int:
		t = tensor.Scalar(int64(v))
	case int64:
		t = tensor.Scalar(v)
	case float64:
		t = tensor.Scalar(v)
	case *tensor.Tensor:
		if v.DType() == tensor.BFloat16 {
			return nil, errors.New("an attribute cannot hold bfloat16")
		}
		t = v
	default:
		return nil, fmt.Errorf("a %T given, expected a string, []string, bool, int, int64, float64 or *tensor.Tensor", value)
	}
	return &content{tensor: t, shape: t.Shape()}, nil
}

// WriteTo writes the file and returns its size in bytes. The same calls give
// the same bytes.
func (w *Writer) WriteTo(to io.Writer) (int64, error) {
	// The data follow the structures that refer to them: lay the structures
	// out once to learn their size and once more with the data's true places.
	first := newEncoder(w.root, 0)
	e := newEncoder(w.root, align(len(first.out)))
	out := &counter{to: bufio.NewWriterSize(to, pieceBytes)}
	err := out.write(e.out)
	for _, t := range e.data {
		if err == nil {
			err = out.pad(align(int(out.written)))
		}
		if err == nil {
			err = writeElements(out, t)
		}
	}
	if err == nil {
		err = out.pad(e.end)
	}
	if err == nil {
		err = out.to.Flush()
	}
	if err != nil {
		return out.written, fmt.Errorf("hdf5: writing: %w", err)
	}
	return out.written, nil
}

// counter knows how much has been written.
type counter struct {
	to      *bufio.Writer
	written int64
}

func (c *counter) write(block []byte) error {
	n, err := c.to.Write(block)
	c.written += int64(n)
	return err
}

// pad writes zeros up to a place a few bytes on.
func (c *counter) pad(to int64) error { return c.write(make([]byte, to-c.written)) }

// align returns the next place that is a multiple of eight.
func align(n int) int64 { return (int64(n) + 7) &^ 7 }

func (n *node) sorted() []string { return slices.Sorted(maps.Keys(n.children)) }
