// Package markup writes HTML that text from outside cannot break out of.
//
// What elements and attributes are called is written in the program: it takes
// constants alone. What they hold may come from anywhere: it is escaped where it
// enters, so that no name of a file, a class or a layer ends an element, opens
// another one, or is taken for an address or a script.
//
//	markup.Element("p", markup.Class("path"), markup.Text(file))
//
// It does what html/template would, without the reflection that keeps every
// exported method of the program in its binary.
package markup

import (
	"encoding/base64"
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// word is text of the program itself: constants become one by themselves, other
// strings do not.
type word string

// Part is what an element is made of: an Attribute or a Node.
type Part interface {
	addTo(*parts)
}

// parts are those of one element.
type parts struct{ attributes, content strings.Builder }

// Node is a piece of a page: text, elements, or several in a row. The zero Node
// is nothing.
type Node struct{ html string }

func (n Node) addTo(to *parts) { to.content.WriteString(n.html) }

// String returns the HTML.
func (n Node) String() string { return n.html }

// Attribute belongs to an element. The zero Attribute is none.
type Attribute struct{ html string }

func (a Attribute) addTo(to *parts) { to.attributes.WriteString(a.html) }

// Text is text of any origin. Control characters, and those that turn the
// direction of what follows them, are shown as signs of their own.
func Text(text string) Node { return Node{escaped(text)} }

// Textf is formatted text; all of it is escaped.
func Textf(format string, values ...any) Node { return Text(fmt.Sprintf(format, values...)) }

// Join puts nodes in a row.
func Join(nodes ...Node) Node {
	var all parts
	for _, n := range nodes {
		n.addTo(&all)
	}
	return Node{all.content.String()}
}

// Each puts a node for every item in a row.
func Each[T any](items []T, node func(i int, item T) Node) Node {
	var all parts
	for i, item := range items {
		node(i, item).addTo(&all)
	}
	return Node{all.content.String()}
}

// Elements without content and end, those that hold no HTML, and those that a
// line ends with.
const (
	void  = " img link meta "
	plain = " script style "
	lines = " head title style body header nav main footer section h1 h2 h3 p ul ol li div dl pre figure details summary table caption thead tbody tfoot tr "
)

func (w word) among(list string) bool { return strings.Contains(list, " "+string(w)+" ") }

// Element is an element with its attributes and its content, which come in any
// order. Scripts and style sheets hold no HTML: here they stay empty, and Style
// makes the latter.
func Element(tag word, of ...Part) Node {
	var inner parts
	for _, part := range of {
		part.addTo(&inner)
	}
	start, end := "<"+string(tag)+inner.attributes.String()+">", ""
	if tag.among(lines) || tag.among(void) {
		end = "\n"
	}
	switch {
	case tag.among(void):
		return Node{start + end}
	case tag.among(plain):
		inner.content.Reset()
	}
	return Node{start + inner.content.String() + "</" + string(tag) + ">" + end}
}

// Style is a style sheet within the page, which it cannot end.
func Style(sheet string) Node {
	return Node{"<style>" + strings.ReplaceAll(sheet, "</", `<\/`) + "</style>\n"}
}

// Document is the whole page in English.
func Document(head, body Node) []byte {
	return []byte("<!DOCTYPE html>\n" + Element("html", Named("lang", "en"), head, body).html + "\n")
}

// inert are the attributes that neither run nor fetch anything.
const inert = " alt aria-label charset class content height http-equiv id lang name rel role scope tabindex width "

// Named is an attribute by its name. Those that may act, such as onclick, style
// or src, are left out; Source and To make what is safe of them.
func Named(name word, value string) Attribute {
	if !name.among(inert) {
		return Attribute{}
	}
	return attribute(name, value)
}

// Class and ID are the attributes of these names.
func Class(name word) Attribute { return attribute("class", string(name)) }

// ID names an element for To.
func ID(name word) Attribute { return attribute("id", string(name)) }

// To is a link's address: the element of that ID.
func To(id word) Attribute { return attribute("href", "#"+string(id)) }

// Source is a picture's address: the picture itself.
func Source(picture Picture) Attribute { return attribute("src", picture.url()) }

// Icon is the page's icon.
func Icon(picture Picture) Node {
	return Element("link", Named("rel", "icon"), attribute("href", picture.url()))
}

// Picture is a picture's file that the page holds within itself.
type Picture struct{ kind, base64 string }

// NewPicture returns a picture of a media type, such as image/png, and the bytes
// of its file.
func NewPicture(kind word, file []byte) Picture {
	return Picture{string(kind), base64.StdEncoding.EncodeToString(file)}
}

// Empty reports whether there is no picture.
func (p Picture) Empty() bool { return p.base64 == "" }

func (p Picture) url() string {
	if p.Empty() {
		return "data:,"
	}
	return "data:" + p.kind + ";base64," + p.base64
}

func attribute(name word, value string) Attribute {
	return Attribute{" " + string(name) + `="` + escaped(value) + `"`}
}

// escaped returns text that is nothing but text, in elements and in attributes
// between quotes.
func escaped(text string) string {
	return html.EscapeString(strings.Map(visible, text))
}

// visible replaces what would not show, or would change how the rest shows.
func visible(r rune) rune {
	const pictures, deleted = '\u2400', '\u2421' // signs for control characters
	switch {
	case r == '\t' || r == '\n':
		return r
	case r < ' ':
		return pictures + r
	case r == 0x7f:
		return deleted
	case r > 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return utf8.RuneError
	}
	return r
}
