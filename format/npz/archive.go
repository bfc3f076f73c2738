package npz

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/lince-ml/lince/tensor"
)

const extension = ".npy"

// The bounds of an archive: the bytes of its list of members; what an array
// may take above a multiple of the file's size.
const (
	directoryBytes = 4 << 20
	freeBytes      = 64 << 20
	maxRatio       = 100
)

// Archive is an .npz open for reading. It is safe for concurrent use as far as
// the io.ReaderAt below it is.
type Archive struct {
	size    int64
	members map[string]*zip.File
}

// OpenArchive reads the list of arrays of an .npz of size bytes. The reader
// must stay open for as long as the Archive is used.
func OpenArchive(r io.ReaderAt, size int64) (*Archive, error) {
	list := &rationed{r, directoryBytes}
	if _, err := zip.NewReader(list, size); err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	// The list is short enough. What follows reads members, any number at
	// once: without the ration.
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	a := &Archive{size: size, members: make(map[string]*zip.File, len(archive.File))}
	for _, member := range archive.File {
		name, found := strings.CutSuffix(member.Name, extension)
		if !found {
			return nil, fmt.Errorf("npz: the member %q is no array: its name does not end in %s", member.Name, extension)
		}
		if _, twice := a.members[name]; twice {
			return nil, fmt.Errorf("npz: two arrays are called %q", name)
		}
		a.members[name] = member
	}
	return a, nil
}

// Names returns the names of the arrays, sorted, without the .npy of the
// members.
func (a *Archive) Names() []string { return slices.Sorted(maps.Keys(a.members)) }

// Read returns the array of that name. It may take a hundred times the file's
// size and 64 MiB.
func (a *Archive) Read(name string) (*tensor.Tensor, error) {
	var t *tensor.Tensor
	err := a.member(name, func(r io.Reader, h header, there int64) (err error) {
		t, err = readElements(r, h, there)
		return err
	})
	return t, err
}

// Strings returns the elements of an array of texts, row by row.
func (a *Archive) Strings(name string) ([]string, error) {
	var texts []string
	err := a.member(name, func(r io.Reader, h header, there int64) (err error) {
		texts, err = readTexts(r, h, there)
		return err
	})
	return texts, err
}

// member opens the array of that name, lets read take all of its elements,
// of which so many bytes are known to be there, and compares the checksum.
func (a *Archive) member(name string, read func(r io.Reader, h header, there int64) error) error {
	member, found := a.members[name]
	if !found {
		return fmt.Errorf("npz: no array is called %q, only %q", name, a.Names())
	}
	if member.UncompressedSize64 > uint64(a.size*maxRatio+freeBytes) {
		return fmt.Errorf("npz: %s takes %d bytes, far more than the file holds", name, member.UncompressedSize64)
	}
	if err := a.readMember(member, read); err != nil {
		return fmt.Errorf("npz: %s: %w", name, err)
	}
	return nil
}

func (a *Archive) readMember(member *zip.File, read func(r io.Reader, h header, there int64) error) error {
	content, err := member.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	there := int64(0)
	if member.Method == zip.Store {
		there = min(a.size, int64(member.UncompressedSize64))
	}
	h, err := readHeader(content)
	if err != nil {
		return err
	}
	if err := read(content, h, there); err != nil {
		return err
	}
	// The checksum is compared at the very end, where nothing may be left.
	rest, err := io.Copy(io.Discard, content)
	if err == nil && rest != 0 {
		err = fmt.Errorf("%d bytes after the array", rest)
	}
	return err
}

// rationed lets through left bytes, so that no list of members fills memory.
type rationed struct {
	io.ReaderAt
	left int64
}

func (r *rationed) ReadAt(p []byte, at int64) (int, error) {
	if r.left -= int64(len(p)); r.left < 0 {
		return 0, fmt.Errorf("a list of members of more than %d bytes", directoryBytes)
	}
	return r.ReaderAt.ReadAt(p, at)
}

// WriteArchive writes an .npz of arrays by name, as numpy.savez does: members
// stored as they are. The same arrays give the same bytes.
func WriteArchive(w io.Writer, arrays map[string]*tensor.Tensor) error {
	archive := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		member, err := archive.CreateHeader(&zip.FileHeader{Name: name + extension, Method: zip.Store})
		if err != nil {
			return fmt.Errorf("npz: %s: %w", name, err)
		}
		if err := Write(member, arrays[name]); err != nil {
			return fmt.Errorf("%w (array %s)", err, name)
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	return nil
}
