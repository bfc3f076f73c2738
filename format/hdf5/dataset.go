package hdf5

import (
	"errors"
	"fmt"

	"github.com/lince-ml/lince/tensor"
)

// Dataset is an array of numbers, booleans or strings.
type Dataset struct {
	object
	extent
	place   storage
	filters []filter
	fill    []byte // one element; nil: zeros
}

// storage is where a dataset's bytes lie.
type storage struct {
	class   int
	data    []byte // compact: the bytes themselves
	at      int64  // contiguous: their place; chunked: of the chunks' index
	index   int    // chunked: which index
	chunk   []int  // chunked: extents of a chunk
	single  int64  // chunked, all in one: its bytes as stored
	skipped uint64 // filters that one chunk left out
}

const (
	compact    = 0
	contiguous = 1
	chunked    = 2
	virtual    = 3
)

// dataset reads what an object header says of a dataset.
func dataset(o *object) (*Dataset, error) {
	d := &Dataset{object: *o}
	if err := d.describe(); err != nil {
		return nil, o.errorf("%w", err)
	}
	return d, nil
}

func (d *Dataset) describe() error {
	if _, found := d.find(messageExternal); found {
		return errors.New("its data lie in an external file, which is never opened")
	}
	typeMessage, typed := d.find(messageDatatype)
	space, spaced := d.find(messageDataspace)
	place, placed := d.find(messageLayout)
	if !typed || !spaced || !placed {
		return errors.New("a dataset without its type, extents or place")
	}
	if err := d.measure(d.cursor(typeMessage), d.cursor(space)); err != nil {
		return err
	}
	if err := d.layout(d.cursor(place)); err != nil {
		return fmt.Errorf("layout: %w", err)
	}
	if message, found := d.find(messageFilters); found {
		var err error
		if d.filters, err = parseFilters(d.cursor(message)); err != nil {
			return fmt.Errorf("filters: %w", err)
		}
	}
	for _, kind := range [...]int{messageOldFill, messageFill} {
		if message, found := d.find(kind); found {
			if err := d.fillValue(d.cursor(message), kind); err != nil {
				return fmt.Errorf("fill value: %w", err)
			}
		}
	}
	return d.brain()
}

// brain recognises bfloat16 as Keras stores it: two opaque bytes and an
// attribute that says what they are.
func (d *Dataset) brain() error {
	if d.class != classOpaque || d.size != 2 {
		return nil
	}
	a, err := d.Attribute("dtype")
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if name, err := a.Text(); err == nil && name == tensor.BFloat16.String() {
		d.dtype = tensor.BFloat16
	}
	return nil
}

func (d *Dataset) layout(c cursor) error {
	version := c.u8()
	if c.err == nil && version != 3 && version != 4 {
		return fmt.Errorf("version %d, only 3 and 4 are known", version)
	}
	d.place.class = c.u8()
	switch d.place.class {
	case compact:
		d.place.data = c.take(c.u16())
	case contiguous:
		d.place.at = c.address()
	case chunked:
		return d.chunkLayout(c, version)
	case virtual:
		return errors.New("a virtual dataset, made of other files' data, which are never opened")
	default:
		return fmt.Errorf("the unknown class %d", d.place.class)
	}
	return c.err
}

// fillValue reads what stands for elements that were never written.
func (d *Dataset) fillValue(c cursor, kind int) error {
	defined := true
	if kind == messageFill {
		switch version := c.u8(); version {
		case 1, 2:
			c.skip(2) // when to allocate and to write
			defined = c.u8() != 0 || version == 1
		case 3:
			defined = c.u8()&0x20 != 0
		default:
			return fmt.Errorf("version %d is unknown", version)
		}
	}
	if !defined || c.err != nil {
		return c.err
	}
	value := c.take(c.u32())
	if c.err == nil && len(value) == d.size {
		d.fill = value
	}
	return c.err
}

// Shape returns the extents, empty for a scalar. A caller must not change it.
func (d *Dataset) Shape() tensor.Shape { return d.shape }

// DType returns the type of the elements, Invalid where a tensor cannot hold
// them (strings, compounds, references ...).
func (d *Dataset) DType() tensor.DType { return d.dtype }

// Size returns the bytes that all elements take in memory, chunks unpacked.
func (d *Dataset) Size() int64 { return d.bytes }

// Read returns the numbers or booleans of the dataset in a new tensor.
func (d *Dataset) Read() (*tensor.Tensor, error) {
	if err := d.available(); err != nil {
		return nil, d.errorf("%w", err)
	}
	decode, err := newDecoder(d.extent)
	if err != nil {
		return nil, d.errorf("%w", err)
	}
	if err := d.each(decode.store); err != nil {
		return nil, d.errorf("%w", err)
	}
	return decode.tensor, nil
}

// Strings returns the strings of the dataset, row by row.
func (d *Dataset) Strings() ([]string, error) {
	if d.text == noText {
		return nil, d.errorf("elements of type %v where strings are expected", d.datatype)
	}
	if err := d.available(); err != nil {
		return nil, d.errorf("%w", err)
	}
	raw := make([]byte, d.bytes)
	err := d.each(func(at int, elements []byte) { copy(raw[at*d.size:], elements) })
	if err != nil {
		return nil, d.errorf("%w", err)
	}
	texts, err := d.strings(d.datatype, raw, d.count)
	if err != nil {
		return nil, d.errorf("%w", err)
	}
	return texts, nil
}

// What a dataset may take in memory: up to freeBytes whatever is stored, and
// above that up to maxRatio times the bytes stored.
const (
	freeBytes = 16 << 20
	maxRatio  = 100
)

// available compares the bytes that the extents ask for with those stored,
// before any memory is taken.
func (d *Dataset) available() error {
	unpacked, stored := d.bytes, d.file.size
	switch d.place.class {
	case compact:
		if stored = int64(len(d.place.data)); stored < d.bytes {
			return fmt.Errorf("shape %v of %v takes %d bytes, %d are stored", d.shape, d.datatype, d.bytes, stored)
		}
	case contiguous:
		if d.place.at == undefined {
			stored = 0
		} else if d.place.at > d.file.size || d.bytes > d.file.size-d.place.at {
			return fmt.Errorf("shape %v of %v takes %d bytes at byte %d, the file has %d", d.shape, d.datatype, d.bytes, d.place.at, d.file.size)
		}
	case chunked:
		var err error
		if unpacked, stored, err = d.chunksAvailable(); err != nil {
			return err
		}
		unpacked = max(unpacked, d.bytes)
	}
	if unpacked > freeBytes && unpacked/maxRatio > stored {
		return fmt.Errorf("shape %v of %v takes %d bytes, far more than the %d stored", d.shape, d.datatype, unpacked, stored)
	}
	return nil
}

// pieceBytes is how much of contiguous data is in memory beside the result.
const pieceBytes = 64 << 10

// each hands out all elements, in pieces, with the number of each piece's first.
func (d *Dataset) each(store func(at int, raw []byte)) error {
	if d.count == 0 {
		return nil
	}
	switch {
	case d.place.class == compact:
		store(0, d.place.data[:d.bytes])
		return nil
	case d.place.class == chunked:
		return d.eachChunk(store)
	case d.place.at == undefined:
		d.eachFill(store)
		return nil
	}
	piece := make([]byte, min(d.bytes, int64(max(1, pieceBytes/d.size)*d.size)))
	for done := int64(0); done < d.bytes; done += int64(len(piece)) {
		piece = piece[:min(int64(len(piece)), d.bytes-done)]
		if err := d.file.readAt(piece, d.place.at+done); err != nil {
			return fmt.Errorf("data at byte %d: %w", d.place.at+done, err)
		}
		store(int(done/int64(d.size)), piece)
	}
	return nil
}

// eachFill hands out the fill value for every element.
func (d *Dataset) eachFill(store func(at int, raw []byte)) {
	if d.fill == nil {
		return // what was allocated is zero
	}
	for at := range d.count {
		store(at, d.fill)
	}
}
