package safetensors

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/lince-ml/lince/tensor"
)

// The bounds of a header: its bytes, as the format has them; a single name or
// text in it; the tensors; and the bytes of metadata that are kept.
const (
	maxHeaderBytes   = 100_000_000
	maxTokenBytes    = 1 << 20
	maxTensors       = 1 << 16
	maxMetadataBytes = 8 << 20
)

const metadataKey = "__metadata__"

// entry is what a header says of one tensor.
type entry struct {
	kind       int // in elementTypes
	shape      tensor.Shape
	begin, end int64 // of its bytes, from the end of the header on
}

// header is what comes before the elements.
type header struct {
	entries  map[string]*entry
	metadata map[string]string
}

// rationed fails where one token would take more than maxTokenBytes, since
// the JSON decoder keeps each whole.
type rationed struct {
	io.Reader
	left int
}

func (r *rationed) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, fmt.Errorf("a name or number of more than %d bytes", maxTokenBytes)
	}
	n, err := r.Reader.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// tokens takes JSON apart token by token, so that memory is taken for what is
// kept and not for what is there. After the first error it gives none.
type tokens struct {
	*json.Decoder
	ration *rationed
	err    error
}

func newTokens(r io.Reader) *tokens {
	ration := &rationed{r, maxTokenBytes}
	decoder := json.NewDecoder(ration)
	decoder.UseNumber()
	return &tokens{Decoder: decoder, ration: ration}
}

func (t *tokens) fail(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf(format, args...)
	}
}

func (t *tokens) next() json.Token {
	if t.err != nil {
		return nil
	}
	t.ration.left = maxTokenBytes
	token, err := t.Token()
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		t.fail("no JSON: %w", err)
	}
	return token
}

func (t *tokens) expect(want json.Delim) {
	if token := t.next(); token != want {
		t.fail("%v where %v is expected", token, want)
	}
}

// more reports whether a list or an object goes on.
func (t *tokens) more() bool { return t.err == nil && t.More() }

func (t *tokens) text() string {
	token := t.next()
	text, ok := token.(string)
	if !ok {
		t.fail("%v where a text is expected", token)
	}
	return text
}

// numbers takes a list of at most limit whole numbers from 0 on.
func (t *tokens) numbers(limit int) []int64 {
	var list []int64
	t.expect('[')
	for t.more() {
		token := t.next()
		text, _ := token.(json.Number)
		n, err := strconv.ParseInt(string(text), 10, 64)
		if err != nil || n < 0 {
			t.fail("%v where a whole number from 0 on is expected", token)
		}
		if list = append(list, n); len(list) > limit {
			t.fail("a list of more than %d numbers", limit)
		}
	}
	t.expect(']')
	return list
}

// parseHeader reads the JSON, which may be followed by blanks alone.
func parseHeader(r io.Reader) (*header, error) {
	t := newTokens(r)
	h := &header{entries: make(map[string]*entry)}
	t.expect('{')
	for t.more() {
		name := t.text()
		switch {
		case name == metadataKey:
			h.readMetadata(t)
			continue
		case h.entries[name] != nil:
			t.fail("two tensors are called %q", name)
		case len(h.entries) == maxTensors:
			t.fail("more than %d tensors", maxTensors)
		}
		e, err := readEntry(t)
		if err != nil && t.err == nil {
			t.err = fmt.Errorf("tensor %q: %w", name, err)
		}
		h.entries[name] = e
	}
	t.expect('}')
	if t.err != nil {
		return nil, t.err
	}
	t.ration.left = maxHeaderBytes
	if _, err := t.Token(); err != io.EOF {
		return nil, errors.New("something after the JSON object")
	}
	return h, nil
}

func (h *header) readMetadata(t *tokens) {
	if h.metadata != nil {
		t.fail("%s comes twice", metadataKey)
	}
	h.metadata = make(map[string]string)
	kept := 0
	t.expect('{')
	for t.more() {
		key := t.text()
		value := t.text()
		if _, twice := h.metadata[key]; twice {
			t.fail("the metadata have %q twice", key)
		}
		const overhead = 64 // of an entry of the map
		if kept += len(key) + len(value) + overhead; kept > maxMetadataBytes {
			t.fail("metadata of more than %d bytes", maxMetadataBytes)
		}
		h.metadata[key] = value
	}
	t.expect('}')
}

// readEntry takes {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}.
func readEntry(t *tokens) (*entry, error) {
	e := &entry{}
	var shape, offsets []int64
	seen := make(map[string]bool, 3)
	t.expect('{')
	for t.more() {
		key := t.text()
		if seen[key] {
			t.fail("the key %q twice", key)
		}
		seen[key] = true
		switch key {
		case "dtype":
			name := t.text()
			if e.kind = typeNamed(name); e.kind < 0 {
				t.fail("the unknown type %q", name)
			}
		case "shape":
			shape = t.numbers(tensor.MaxRank)
		case "data_offsets":
			offsets = t.numbers(2)
		default:
			t.fail("the unknown key %q", key)
		}
	}
	t.expect('}')
	if t.err != nil {
		return nil, t.err
	}
	if len(seen) != 3 || len(offsets) != 2 {
		return nil, errors.New("expected dtype, shape and two data_offsets")
	}
	e.shape = make(tensor.Shape, len(shape))
	for i, n := range shape {
		if e.shape[i] = int(n); int64(e.shape[i]) != n {
			return nil, fmt.Errorf("the extent %d is beyond any memory", n)
		}
	}
	e.begin, e.end = offsets[0], offsets[1]
	return e, e.check()
}

// check compares the bytes that an entry has with those it needs.
func (e *entry) check() error {
	count, err := e.shape.Elements()
	if err != nil {
		return err
	}
	kind := elementTypes[e.kind]
	if int64(count) > (1<<62)/int64(kind.bits) {
		return fmt.Errorf("%s%v is larger than any file", kind.name, e.shape)
	}
	bits := int64(count) * int64(kind.bits)
	if bits%8 != 0 || e.begin > e.end || bits/8 != e.end-e.begin {
		return fmt.Errorf("%s%v takes %d bits, its place is %d to %d", kind.name, e.shape, bits, e.begin, e.end)
	}
	return nil
}
