package hdf5

import (
	"fmt"
	"iter"
	"path"
)

// Object is a *Group or a *Dataset.
type Object interface {
	// Path is where the object was found, "/" for the root.
	Path() string
	// Attribute returns the attribute of that name; the error wraps
	// ErrNotFound where there is none.
	Attribute(name string) (*Attribute, error)
	// Attributes returns all attributes by their names.
	Attributes() (map[string]*Attribute, error)
}

// object is an object header: what groups and datasets have in common.
type object struct {
	file     *File
	path     string
	address  int64
	messages []message
}

// message is one typed part of an object header.
type message struct {
	kind int
	data []byte
}

// The kinds of messages that are read, by the specification's numbers.
const (
	messageDataspace     = 0x01
	messageLinkInfo      = 0x02
	messageDatatype      = 0x03
	messageOldFill       = 0x04
	messageFill          = 0x05
	messageLink          = 0x06
	messageExternal      = 0x07
	messageLayout        = 0x08
	messageGroupInfo     = 0x0a
	messageFilters       = 0x0b
	messageAttribute     = 0x0c
	messageContinuation  = 0x10
	messageSymbolTable   = 0x11
	messageAttributeInfo = 0x15
)

// Path returns where the object was found, "/" for the root.
func (o *object) Path() string { return o.path }

func (o *object) find(kind int) (message, bool) {
	for _, m := range o.messages {
		if m.kind == kind {
			return m, true
		}
	}
	return message{}, false
}

// cursor reads the message; its data are its own.
func (o *object) cursor(m message) cursor { return cursor{file: o.file, rest: m.data} }

// errorf names the file format, the object and where its header lies.
func (o *object) errorf(format string, args ...any) error {
	return fmt.Errorf("hdf5: %s (header at byte %d): %w", o.path, o.address, fmt.Errorf(format, args...))
}

// Objects yields every group and dataset of the file once, parents before
// children and siblings by name; an error ends it. Soft and external links
// are an error, and so is an object that is linked twice: Keras writes
// neither, and following them could go round in circles.
func (f *File) Objects() iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		w := walk{meter: f.meter(), seen: map[int64]string{f.root.address: "/"}, yield: yield}
		w.group(f.root, 0)
	}
}

type walk struct {
	*meter
	seen  map[int64]string
	yield func(Object, error) bool
}

// maxDepth bounds how deep groups nest in one another.
const maxDepth = 64

// group yields g and what is below it, and reports whether to go on.
func (w *walk) group(g *Group, depth int) bool {
	if !w.yield(g, nil) {
		return false
	}
	if depth == maxDepth {
		w.yield(nil, g.errorf("groups nested more than %d deep", maxDepth))
		return false
	}
	for _, l := range g.links {
		child, err := w.child(g, l)
		if err != nil {
			w.yield(nil, err)
			return false
		}
		switch child := child.(type) {
		case *Group:
			if !w.group(child, depth+1) {
				return false
			}
		case *Dataset:
			if !w.yield(child, nil) {
				return false
			}
		}
	}
	return true
}

func (w *walk) child(g *Group, l link) (Object, error) {
	place := path.Join(g.path, l.name)
	if err := w.spend(int64(len(place))); err != nil {
		return nil, g.errorf("%w", err)
	}
	if first, seen := w.seen[l.address]; seen && l.kind == hardLink {
		return nil, g.errorf("%q links to the object that is already at %s", l.name, first)
	}
	w.seen[l.address] = place
	return w.follow(g, l)
}
