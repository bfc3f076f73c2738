package hdf5

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// ErrNotFound is wrapped by the errors for groups, datasets and attributes
// that a file does not have.
var ErrNotFound = errors.New("not found")

const magic = "\x89HDF\r\n\x1a\n"

// File is an HDF5 file open for reading. It is safe for concurrent use as far
// as the io.ReaderAt below it is.
type File struct {
	r          io.ReaderAt
	size       int64 // bytes from the superblock's base address to the end
	offsetSize int
	lengthSize int
	unchecked  bool // checksums are not compared: fuzzing looks behind them
	root       *Group

	mu        sync.Mutex
	heaps     map[int64]*collection // global heap collections read so far
	heapBytes int64                 // their sizes together
}

// Open reads the superblock and the root group of a file of size bytes. The
// reader must stay open for as long as the File is used.
func Open(r io.ReaderAt, size int64) (*File, error) { return open(r, size, false) }

func open(r io.ReaderAt, size int64, unchecked bool) (*File, error) {
	start, err := findSuperblock(r, size)
	if err != nil {
		return nil, err
	}
	f := &File{
		r: io.NewSectionReader(r, start, size-start), size: size - start,
		unchecked: unchecked, heaps: make(map[int64]*collection),
	}
	address, err := f.superblock(start)
	if err != nil {
		return nil, fmt.Errorf("hdf5: superblock: %w", err)
	}
	m := f.meter()
	o, err := m.object("/", address)
	if err != nil {
		return nil, err
	}
	if f.root, err = m.group(o); err != nil {
		return nil, err
	}
	return f, nil
}

// findSuperblock looks where the format allows a superblock: at 0, 512 and
// every doubling of it.
func findSuperblock(r io.ReaderAt, size int64) (int64, error) {
	var found [len(magic)]byte
	for at := int64(0); at <= size-int64(len(magic)); at = max(512, at*2) {
		if _, err := r.ReadAt(found[:], at); err != nil && err != io.EOF {
			return 0, fmt.Errorf("hdf5: reading the signature: %w", err)
		}
		if string(found[:]) == magic {
			return at, nil
		}
	}
	return 0, fmt.Errorf("hdf5: no HDF5 signature in the file of %d bytes", size)
}

// superblock, which lies at byte start, returns the address of the root
// group's object header.
func (f *File) superblock(start int64) (int64, error) {
	block, err := f.meter().read(0, min(f.size, 100), "superblock")
	if err != nil {
		return 0, err
	}
	c := cursor{file: f, rest: block}
	c.skip(len(magic))
	version := c.u8()
	switch version {
	case 0, 1:
		c.skip(4) // versions of parts that have only one
		f.offsetSize, f.lengthSize = c.u8(), c.u8()
		c.skip(1 + 2 + 2 + 4 + 4*version) // reserved, B-tree ranks, flags, chunks' rank
	case 2, 3:
		f.offsetSize, f.lengthSize = c.u8(), c.u8()
		c.skip(1)
	default:
		return 0, fmt.Errorf("version %d, only 0 to 3 are known", version)
	}
	if !validWidth(f.offsetSize) || !validWidth(f.lengthSize) {
		return 0, fmt.Errorf("addresses of %d and sizes of %d bytes, only 2, 4 and 8 are known", f.offsetSize, f.lengthSize)
	}
	c.address() // base: the superblock's own place
	c.address() // free space, or the superblock's extension
	end := c.address()
	if version < 2 {
		c.address() // driver information
		c.length()  // name of the root's symbol table entry
	}
	root := c.address()
	if version >= 2 {
		c.checksum(f, block)
	}
	if c.err == nil && end > start+f.size {
		c.err = fmt.Errorf("the file had %d bytes when written, now it has %d: truncated", end, start+f.size)
	}
	return root, c.err
}

func validWidth(n int) bool { return n == 2 || n == 4 || n == 8 }

// Root returns the group that holds all others.
func (f *File) Root() *Group { return f.root }

// meter reads structures on behalf of one request. Together they may take as
// many bytes as the file has: no sound file needs one twice.
type meter struct {
	file *File
	left int64
}

// slack is what a meter allows above the file's size, for paths and for the
// blocks that are read at their greatest length.
const slack = 1 << 20

func (f *File) meter() *meter { return &meter{file: f, left: f.size + slack} }

func (m *meter) spend(n int64) error {
	if m.left -= n; m.left < 0 {
		return errors.New("the structures refer to one another for more bytes than the file has: it is corrupt")
	}
	return nil
}

// read returns n bytes at the address, or an error that says what was to be read.
func (m *meter) read(at, n int64, what string) ([]byte, error) {
	if at < 0 || n < 0 || at > m.file.size || n > m.file.size-at {
		return nil, fmt.Errorf("%s at byte %d takes %d bytes, the file has %d", what, at, n, m.file.size)
	}
	if err := m.spend(n); err != nil {
		return nil, fmt.Errorf("%s at byte %d: %w", what, at, err)
	}
	block := make([]byte, n)
	if err := m.file.readAt(block, at); err != nil {
		return nil, fmt.Errorf("%s at byte %d: %w", what, at, err)
	}
	return block, nil
}

func (f *File) readAt(block []byte, at int64) error {
	n, err := f.r.ReadAt(block, at)
	if n == len(block) {
		return nil
	}
	if err == io.EOF || err == nil {
		err = io.ErrUnexpectedEOF
	}
	return err
}
