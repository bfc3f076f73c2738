package keras

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lince-ml/lince/format/hdf5"
)

// The members of an archive that Keras names.
const (
	metadataMember = "metadata.json"
	configMember   = "config.json"
	weightsMember  = "model.weights.h5"
	pickledMember  = "model.weights.npz"
)

// metadataJSON is metadata.json.
type metadataJSON struct {
	KerasVersion string `json:"keras_version"`
	DateSaved    string `json:"date_saved"`
}

// directoryBytes bounds the list of an archive's members.
const directoryBytes = 4 << 20

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

func readArchive(r io.ReaderAt, size int64, b *budget) (*File, error) {
	list := &rationed{r, directoryBytes}
	archive, err := zip.NewReader(list, size)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	list.left = 1 << 62
	members, err := checkMembers(archive.File)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	f := &File{Format: Archive}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if err := f.readMember(r, members[name], b); err != nil {
			return nil, fmt.Errorf("archive: %s: %w", name, err)
		}
	}
	return f, nil
}

// checkMembers returns the members by name, without folders.
func checkMembers(files []*zip.File) (map[string]*zip.File, error) {
	members := make(map[string]*zip.File, len(files))
	for _, member := range files {
		name := member.Name
		if !filepath.IsLocal(name) || strings.ContainsAny(name, "\\\x00") {
			return nil, fmt.Errorf("the member %q does not stay inside of the archive", name)
		}
		if members[name] != nil {
			return nil, fmt.Errorf("two members are called %s", name)
		}
		members[name] = member
	}
	for _, name := range [...]string{configMember, weightsMember} {
		if members[name] != nil {
			continue
		}
		if name == weightsMember && members[pickledMember] != nil {
			return nil, fmt.Errorf("the weights are in %s as pickled objects, which are never read; save the model with weights_format=\"h5\"", pickledMember)
		}
		return nil, fmt.Errorf("there is no %s in it", name)
	}
	maps.DeleteFunc(members, func(name string, _ *zip.File) bool { return strings.HasSuffix(name, "/") })
	return members, nil
}

func (f *File) readMember(r io.ReaderAt, member *zip.File, b *budget) error {
	if member.Name == weightsMember {
		weights, size, err := openMember(r, member, b)
		if err != nil {
			return err
		}
		file, err := hdf5.Open(weights, size)
		if err != nil {
			return err
		}
		return f.readWeights(file, b)
	}
	content, err := unpack(member, b)
	if err != nil {
		return err
	}
	switch member.Name {
	case configMember:
		f.Config, err = decodeConfig(content)
	case metadataMember:
		var m metadataJSON
		if err = json.Unmarshal(content, &m); err == nil {
			f.Metadata = Metadata{KerasVersion: m.KerasVersion, DateSaved: m.DateSaved}
		}
	default:
		if f.Extras == nil {
			f.Extras = make(map[string][]byte)
		}
		f.Extras[member.Name] = content
	}
	return err
}

// unpack returns a member's content; its checksum is compared.
func unpack(member *zip.File, b *budget) ([]byte, error) {
	size := member.UncompressedSize64
	if size > 1<<62 {
		return nil, errors.New("a size beyond any file")
	}
	if err := b.spend(int64(size), "its content"); err != nil {
		return nil, err
	}
	content, err := member.Open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	// Memory grows with what is there: the size is only what the file claims.
	all, err := io.ReadAll(io.LimitReader(content, int64(size)+1))
	if err != nil {
		return nil, err
	}
	if uint64(len(all)) != size {
		return nil, fmt.Errorf("it unpacks to other than its %d bytes", size)
	}
	return all, nil
}

// openMember opens a member for reading at any place: where it is stored, as
// Keras does, without copying it; otherwise unpacked in memory.
func openMember(r io.ReaderAt, member *zip.File, b *budget) (io.ReaderAt, int64, error) {
	if member.Method != zip.Store {
		all, err := unpack(member, b)
		return strings.NewReader(string(all)), int64(len(all)), err
	}
	at, err := member.DataOffset()
	if err != nil {
		return nil, 0, err
	}
	if member.UncompressedSize64 != member.CompressedSize64 || member.CompressedSize64 > 1<<62 {
		return nil, 0, fmt.Errorf("stored as it is, yet of %d bytes and of %d", member.UncompressedSize64, member.CompressedSize64)
	}
	size := int64(member.CompressedSize64)
	section := io.NewSectionReader(r, at, size)
	sum := crc32.NewIEEE()
	if n, err := io.Copy(sum, section); err != nil || n != size {
		return nil, 0, fmt.Errorf("%d of its %d bytes are there: %w", n, size, errors.Join(err, io.ErrUnexpectedEOF))
	}
	if sum.Sum32() != member.CRC32 {
		return nil, 0, zip.ErrChecksum
	}
	return section, size, nil
}
