// Package jsontensor reads JSON that is mostly numbers: nested lists that are
// a tensor, in one pass and without a value per number. What it reads is not
// trusted: depth and numbers are limited, and nothing is allocated beyond what
// the text holds.
package jsontensor

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Kind is what a value begins as.
type Kind byte

// The kinds of values, by the character that they begin with.
const (
	Object Kind = '{'
	Array  Kind = '['
	String Kind = '"'
	Number Kind = '0'
	Bool   Kind = 't'
	Null   Kind = 'n'
	None   Kind = 0 // the end of the text, or what no value begins with
)

// MaxDepth is how many lists and objects may lie in one another.
const MaxDepth = 32

// Scanner reads one text from its beginning to its end.
type Scanner struct {
	text  []byte
	at    int
	depth int
}

// New returns a scanner at the beginning of a text.
func New(text []byte) *Scanner { return &Scanner{text: text} }

// Errorf returns an error that names the place in the text.
func (s *Scanner) Errorf(format string, values ...any) error {
	return fmt.Errorf("JSON, at byte %d: %w", s.at, fmt.Errorf(format, values...))
}

// Offset returns how many bytes were read.
func (s *Scanner) Offset() int { return s.at }

// Left returns how many bytes are still to be read.
func (s *Scanner) Left() int { return len(s.text) - s.at }

func (s *Scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// next returns the next character that is no space, 0 at the end.
func (s *Scanner) next() byte {
	s.space()
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

// Kind returns what the next value is, without reading it. NaN and Infinity are
// numbers.
func (s *Scanner) Kind() Kind {
	switch c := s.next(); c {
	case '{', '[', '"', 'n':
		return Kind(c)
	case 't', 'f':
		return Bool
	case '-', 'N', 'I', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return Number
	}
	return None
}

// enter reads the bracket that opens a list or an object.
func (s *Scanner) enter(open byte, what string) error {
	if c := s.next(); c != open {
		return s.Errorf("%s expected, %s found", what, s.found())
	}
	if s.depth++; s.depth > MaxDepth {
		return s.Errorf("more than %d lists and objects in one another", MaxDepth)
	}
	s.at++
	return nil
}

// found describes the next character.
func (s *Scanner) found() string {
	if s.next() == 0 {
		return "the end"
	}
	r, _ := utf8.DecodeRune(s.text[s.at:])
	return fmt.Sprintf("%q", r)
}

// more reads what follows an element: a comma, or the closing bracket, which
// ends the list or object.
func (s *Scanner) more(close byte) (bool, error) {
	switch s.next() {
	case ',':
		s.at++
		return true, nil
	case close:
		s.at++
		s.depth--
		return false, nil
	}
	return false, s.Errorf("a comma or %q expected, %s found", rune(close), s.found())
}

// Object reads an object; field reads the value of each key.
func (s *Scanner) Object(field func(key string) error) error {
	if err := s.enter('{', "an object"); err != nil {
		return err
	}
	if s.next() == '}' {
		s.at++
		s.depth--
		return nil
	}
	for {
		key, err := s.String()
		if err != nil {
			return err
		}
		if s.next() != ':' {
			return s.Errorf("a colon expected, %s found", s.found())
		}
		s.at++
		if err := field(key); err != nil {
			return err
		}
		if again, err := s.more('}'); err != nil || !again {
			return err
		}
	}
}

// Array reads a list; element reads each of its values.
func (s *Scanner) Array(element func() error) error {
	if err := s.enter('[', "a list"); err != nil {
		return err
	}
	if s.next() == ']' {
		s.at++
		s.depth--
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if again, err := s.more(']'); err != nil || !again {
			return err
		}
	}
}

// quoted reads a string and returns it with its quotes, and whether it has
// escapes.
func (s *Scanner) quoted() (text []byte, escaped bool, err error) {
	if s.next() != '"' {
		return nil, false, s.Errorf("a string expected, %s found", s.found())
	}
	begin := s.at
	at := begin + 1
	for {
		end := bytes.IndexByte(s.text[at:], '"')
		if end < 0 {
			return nil, false, s.Errorf("the string does not end")
		}
		part := s.text[at : at+end]
		slashes := len(part) - len(bytes.TrimRight(part, `\`))
		escaped = escaped || bytes.IndexByte(part, '\\') >= 0
		at += end + 1
		if slashes%2 == 0 {
			s.at = at
			return s.text[begin:at], escaped, nil
		}
	}
}

// String reads a string.
func (s *Scanner) String() (string, error) {
	text, _, err := s.quoted()
	if err != nil {
		return "", err
	}
	var value string
	if err := json.Unmarshal(text, &value); err != nil {
		return "", s.Errorf("%w", err)
	}
	return value, nil
}

// Base64 reads a string of standard base64, padded or not, and returns the
// bytes that it stands for.
func (s *Scanner) Base64() ([]byte, error) {
	text, escaped, err := s.quoted()
	if err != nil {
		return nil, err
	}
	text = text[1 : len(text)-1]
	if escaped { // some writers escape the slash
		text = bytes.ReplaceAll(text, []byte(`\/`), []byte("/"))
	}
	text = bytes.TrimRight(text, "=")
	content := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, err := base64.RawStdEncoding.Decode(content, text)
	if err != nil {
		return nil, s.Errorf("no base64: %w", err)
	}
	return content[:n], nil
}

// Bool reads true or false.
func (s *Scanner) Bool() (bool, error) {
	switch {
	case s.word("true"):
		return true, nil
	case s.word("false"):
		return false, nil
	}
	return false, s.Errorf("true or false expected, %s found", s.found())
}

// word reads a word if it is the next.
func (s *Scanner) word(word string) bool {
	s.space()
	if !bytes.HasPrefix(s.text[s.at:], []byte(word)) {
		return false
	}
	s.at += len(word)
	return true
}

// Skip reads a value of any kind and forgets it.
func (s *Scanner) Skip() error {
	switch s.Kind() {
	case Object:
		return s.Object(func(string) error { return s.Skip() })
	case Array:
		return s.Array(s.Skip)
	case String:
		_, err := s.String()
		return err
	case Number:
		_, err := s.Number()
		return err
	case Bool:
		_, err := s.Bool()
		return err
	}
	if s.word("null") {
		return nil
	}
	return s.Errorf("a value expected, %s found", s.found())
}

// End makes sure that nothing follows.
func (s *Scanner) End() error {
	if s.next() != 0 || s.at < len(s.text) {
		return s.Errorf("the end expected, %s found", s.found())
	}
	return nil
}
