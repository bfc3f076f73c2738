package hdf5

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Group is a folder of groups and datasets.
type Group struct {
	object
	links []link // by name
}

// link is a name in a group and what it stands for.
type link struct {
	name    string
	kind    linkKind
	address int64  // of the object header, for a hard link
	target  string // for the others, to be named in errors
}

type linkKind uint8

const (
	hardLink linkKind = iota
	softLink
	externalLink
)

func (k linkKind) String() string { return [...]string{"hard", "soft", "external"}[k] }

// maxName bounds the length of a link's name in bytes.
const maxName = 1024

// group reads the links of an object that is a group.
func (m *meter) group(o *object) (*Group, error) {
	g := &Group{object: *o}
	for _, part := range o.messages {
		var links []link
		var err error
		switch part.kind {
		case messageSymbolTable:
			links, err = m.symbolTable(o.cursor(part))
		case messageLink:
			var l link
			l, err = linkMessage(o.cursor(part))
			links = []link{l}
		case messageLinkInfo:
			links, err = m.denseLinks(o.cursor(part))
		}
		if err != nil {
			return nil, o.errorf("%w", err)
		}
		g.links = append(g.links, links...)
	}
	slices.SortFunc(g.links, func(a, b link) int { return strings.Compare(a.name, b.name) })
	for i, l := range g.links {
		switch {
		case l.name == "" || l.name == "." || l.name == ".." || strings.Contains(l.name, "/") || len(l.name) > maxName:
			return nil, o.errorf("%.40q is no name for a link", l.name)
		case i > 0 && l.name == g.links[i-1].name:
			return nil, o.errorf("two links are called %q", l.name)
		}
	}
	return g, nil
}

func (o *object) isGroup() bool {
	for _, kind := range [...]int{messageSymbolTable, messageLinkInfo, messageGroupInfo, messageLink} {
		if _, found := o.find(kind); found {
			return true
		}
	}
	return false
}

// follow opens what a link of g stands for; nil for an object that is neither
// group nor dataset (a named datatype).
func (m *meter) follow(g *Group, l link) (Object, error) {
	if l.kind != hardLink {
		return nil, g.errorf("%q is a %v link to %q; only hard links are followed", l.name, l.kind, l.target)
	}
	o, err := m.object(path.Join(g.path, l.name), l.address)
	if err != nil {
		return nil, err
	}
	if o.isGroup() {
		return m.group(o)
	}
	if _, found := o.find(messageLayout); found {
		return dataset(o)
	}
	return nil, nil
}

// Children returns the names of the group's links, sorted.
func (g *Group) Children() []string {
	names := make([]string, len(g.links))
	for i, l := range g.links {
		names[i] = l.name
	}
	return names
}

// Group opens the group at a path of names separated by slashes, relative to
// g. The error wraps ErrNotFound where there is nothing.
func (g *Group) Group(name string) (*Group, error) {
	found, err := g.open(name)
	if err != nil {
		return nil, err
	}
	group, ok := found.(*Group)
	if !ok {
		return nil, g.errorf("%s is a dataset, not a group", name)
	}
	return group, nil
}

// Dataset opens the dataset at a path of names separated by slashes, relative
// to g. The error wraps ErrNotFound where there is nothing.
func (g *Group) Dataset(name string) (*Dataset, error) {
	found, err := g.open(name)
	if err != nil {
		return nil, err
	}
	set, ok := found.(*Dataset)
	if !ok {
		return nil, g.errorf("%s is a group, not a dataset", name)
	}
	return set, nil
}

func (g *Group) open(name string) (Object, error) {
	m := g.file.meter()
	var here Object = g
	for part := range strings.SplitSeq(strings.Trim(name, "/"), "/") {
		group, ok := here.(*Group)
		if !ok {
			return nil, g.errorf("%s: %s is no group", name, here.Path())
		}
		i, found := slices.BinarySearchFunc(group.links, part, func(l link, name string) int { return strings.Compare(l.name, name) })
		if !found {
			return nil, fmt.Errorf("hdf5: %s has no %q: %w", group.path, part, ErrNotFound)
		}
		next, err := m.follow(group, group.links[i])
		if err != nil {
			return nil, err
		}
		if next == nil {
			return nil, g.errorf("%s is neither group nor dataset", name)
		}
		here = next
	}
	return here, nil
}
