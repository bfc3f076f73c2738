package npz

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lince-ml/lince/tensor"
)

// header is what an array's file says before its elements.
type header struct {
	dtype     tensor.DType // Invalid for texts
	text      textKind
	textSize  int // bytes of a text
	bigEndian bool
	fortran   bool // the first index runs fastest
	shape     []int
	count     int
}

// parseHeader reads the Python dictionary that describes an array:
// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
func parseHeader(text string) (header, error) {
	var h header
	p := parser{rest: text}
	p.expect("{")
	seen := make(map[string]bool)
	for p.err == nil && !p.next("}") {
		key := p.text()
		p.expect(":")
		if seen[key] {
			p.fail("the key %q twice", key)
		}
		seen[key] = true
		switch key {
		case "descr":
			h.describe(&p)
		case "fortran_order":
			h.fortran = p.boolean()
		case "shape":
			h.shape = p.tuple()
		default:
			p.fail("the unknown key %q", key)
		}
		if !p.next(",") {
			p.expect("}")
			break
		}
	}
	if strings.TrimSpace(p.rest) != "" {
		p.fail("%.20q after the end", p.rest)
	}
	if p.err != nil {
		return h, fmt.Errorf("header: %w", p.err)
	}
	if len(seen) != 3 {
		return h, errors.New("header: not all of descr, fortran_order and shape")
	}
	var err error
	h.count, err = tensor.Shape(h.shape).Elements()
	return h, err
}

// describe reads the elements' type: byte order, kind and size.
func (h *header) describe(p *parser) {
	if p.err == nil && !p.at("'") && !p.at(`"`) {
		p.fail("elements that are records, which no tensor holds")
		return
	}
	text := p.text()
	h.bigEndian = strings.HasPrefix(text, ">")
	switch strings.TrimLeft(text, "<>|=") {
	case "b1", "?":
		h.dtype = tensor.Bool
	case "u1":
		h.dtype = tensor.Uint8
	case "i1":
		h.dtype = tensor.Int8
	case "u2":
		h.dtype = tensor.Uint16
	case "i2":
		h.dtype = tensor.Int16
	case "u4":
		h.dtype = tensor.Uint32
	case "i4":
		h.dtype = tensor.Int32
	case "u8":
		h.dtype = tensor.Uint64
	case "i8":
		h.dtype = tensor.Int64
	case "f2":
		h.dtype = tensor.Float16
	case "f4":
		h.dtype = tensor.Float32
	case "f8":
		h.dtype = tensor.Float64
	case "O":
		p.fail("elements are pickled Python objects, which are never read")
	default:
		if !h.describeText(strings.TrimLeft(text, "<>|=")) {
			p.fail("elements of type %q, which no tensor holds", text)
		}
	}
}

// textKind says how texts are stored, all at one length.
type textKind uint8

const (
	noText textKind = iota
	byteText
	wideText // UTF-32
)

// describeText reads the type of texts: S and U with their length.
func (h *header) describeText(text string) bool {
	kind, digits := text[:min(1, len(text))], text[min(1, len(text)):]
	n, err := strconv.ParseUint(digits, 10, 20)
	switch {
	case err != nil:
		return false
	case kind == "S":
		h.text, h.textSize = byteText, int(n)
	case kind == "U":
		h.text, h.textSize = wideText, 4*int(n)
	}
	return h.text != noText
}

// description is the inverse of describe.
func description(dtype tensor.DType) (string, error) {
	kind := ""
	switch dtype {
	case tensor.Bool:
		kind = "b"
	case tensor.Uint8, tensor.Uint16, tensor.Uint32, tensor.Uint64:
		kind = "u"
	case tensor.Int8, tensor.Int16, tensor.Int32, tensor.Int64:
		kind = "i"
	case tensor.Float16, tensor.Float32, tensor.Float64:
		kind = "f"
	default:
		return "", fmt.Errorf("NumPy has no %v", dtype)
	}
	order := "<"
	if dtype.Size() == 1 {
		order = "|"
	}
	return order + kind + strconv.Itoa(dtype.Size()), nil
}

// parser takes a Python literal apart. After the first error it stands still.
type parser struct {
	rest string
	err  error
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

// at reports whether the rest begins with a token, after blanks.
func (p *parser) at(token string) bool {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	return strings.HasPrefix(p.rest, token)
}

// next takes a token if the rest begins with it.
func (p *parser) next(token string) bool {
	if p.err != nil || !p.at(token) {
		return false
	}
	p.rest = p.rest[len(token):]
	return true
}

func (p *parser) expect(token string) {
	if !p.next(token) {
		p.fail("%q where %q is expected", p.rest[:min(20, len(p.rest))], token)
	}
}

// text takes a string without escapes.
func (p *parser) text() string {
	quote := "'"
	if p.at(`"`) {
		quote = `"`
	}
	p.expect(quote)
	text, rest, found := strings.Cut(p.rest, quote)
	if !found || strings.Contains(text, `\`) {
		p.fail("a text that does not end")
	}
	if p.err != nil {
		return ""
	}
	p.rest = rest
	return text
}

func (p *parser) boolean() bool {
	if p.next("True") {
		return true
	}
	p.expect("False")
	return false
}

// tuple takes a tuple of integers; old files write them with an L behind.
func (p *parser) tuple() []int {
	shape := []int{}
	p.expect("(")
	for p.err == nil && !p.next(")") {
		p.at("")
		digits := len(p.rest) - len(strings.TrimLeft(p.rest, "0123456789"))
		n, err := strconv.Atoi(p.rest[:digits])
		if err != nil {
			p.fail("an extent: %w", err)
			break
		}
		p.rest = p.rest[digits:]
		p.next("L")
		shape = append(shape, n)
		if !p.next(",") {
			p.expect(")")
			break
		}
	}
	return shape
}
