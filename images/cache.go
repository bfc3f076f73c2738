package images

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/adrg/xdg"
	"github.com/google/renameio/v2/maybe"
)

// Cache keeps decoded and resized pictures on disk, so that no run decodes
// them again. An entry is named by the file's path, size and time of change
// and by what was done to it, and so is never out of date. Losing entries, or
// failing to write them, costs time and nothing else.
//
// The zero value uses DefaultCacheDir and DefaultCacheLimit. A Cache is safe
// for concurrent use, also by several processes; do not copy it.
type Cache struct {
	// Dir is the folder of the entries; "" means DefaultCacheDir.
	Dir string
	// Limit is the most bytes they may take; 0 means DefaultCacheLimit. The
	// oldest make room.
	Limit int64

	mutex  sync.Mutex
	opened bool
	broken bool // the folder cannot be used
	used   int64
}

// DefaultCacheLimit is the size of the cache unless it is told otherwise: 8 GiB.
const DefaultCacheLimit = 8 << 30

const entryEnding = ".pixels"

// DefaultCacheDir returns the folder for decoded pictures in the user's cache.
func DefaultCacheDir() string { return filepath.Join(xdg.CacheHome, "lince", "pictures") }

func (c *Cache) dir() string {
	if c.Dir != "" {
		return c.Dir
	}
	return DefaultCacheDir()
}

// cacheKey is what was done to a picture, in a form to be hashed.
type cacheKey []byte

func newCacheKey(p Preprocessing) cacheKey {
	key, _ := json.Marshal(struct { // plain values, which JSON always takes
		Version                       int
		Size                          Size
		Color, Interpolation, Aspect  string
		ShortSide                     int `json:",omitempty"`
		TensorFlowResize, KerasCompat bool
		ReducedDecoding               bool `json:",omitempty"`
	}{1, p.size(), p.ColorMode.String(), p.Interpolation.String(), p.Aspect.String(), p.ShortSide, p.TensorFlowResize, p.KerasCompat, p.ReducedDecoding})
	return key
}

// entry returns the path of a picture's entry, "" if the file is gone.
func (c *Cache) entry(path string, key cacheKey) string {
	full, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	info, err := os.Stat(full)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\x00%d\x00%d\x00", full, info.Size(), info.ModTime().UnixNano())
	hash.Write(key)
	name := hex.EncodeToString(hash.Sum(nil)[:16])
	return filepath.Join(c.dir(), name[:2], name+entryEnding)
}

const checksumSize = 4

// has reports whether the picture has a whole entry.
func (c *Cache) has(path string, key cacheKey, size int) bool {
	if c == nil || !c.open() {
		return false
	}
	info, err := os.Stat(c.entry(path, key))
	return err == nil && info.Size() == int64(size+checksumSize)
}

// get reads the picture's entry into pixels, false if there is none or it is
// damaged.
func (c *Cache) get(path string, key cacheKey, pixels []byte) bool {
	if c == nil || !c.open() {
		return false
	}
	file, err := os.Open(c.entry(path, key))
	if err != nil {
		return false
	}
	defer file.Close()
	var sum [checksumSize]byte
	if _, err := io.ReadFull(file, pixels); err != nil {
		return false
	}
	if _, err := io.ReadFull(file, sum[:]); err != nil {
		return false
	}
	return binary.LittleEndian.Uint32(sum[:]) == crc32.ChecksumIEEE(pixels)
}

// put writes the picture's entry if there is room. The entry appears whole or
// not at all.
func (c *Cache) put(path string, key cacheKey, pixels []byte) {
	if c == nil || !c.open() {
		return
	}
	name := c.entry(path, key)
	if name == "" || !c.reserve(int64(len(pixels)+checksumSize)) {
		return
	}
	content := binary.LittleEndian.AppendUint32(slices.Clone(pixels), crc32.ChecksumIEEE(pixels))
	if os.MkdirAll(filepath.Dir(name), 0o700) != nil || maybe.WriteFile(name, content, 0o600) != nil {
		c.mutex.Lock()
		c.broken = true // a full disk: work without
		c.mutex.Unlock()
	}
}

// reserve takes room for an entry, false if the limit is reached.
func (c *Cache) reserve(size int64) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.used+size > c.limit() {
		return false
	}
	c.used += size
	return true
}

func (c *Cache) limit() int64 {
	if c.Limit > 0 {
		return c.Limit
	}
	return DefaultCacheLimit
}

// open measures the cache once, and makes room in one that is nearly full.
func (c *Cache) open() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.opened {
		return !c.broken
	}
	c.opened = true
	entries, err := c.entries()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.broken = true
		return false
	}
	for _, e := range entries {
		c.used += e.Size()
	}
	slices.SortFunc(entries, func(a, b cached) int { return a.ModTime().Compare(b.ModTime()) })
	for _, e := range entries {
		if c.used <= c.limit()/4*3 {
			break
		}
		if os.Remove(e.path) == nil {
			c.used -= e.Size()
		}
	}
	return true
}

type cached struct {
	fs.FileInfo
	path string
}

func (c *Cache) entries() ([]cached, error) {
	var found []cached
	err := filepath.WalkDir(c.dir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.Type().IsRegular() || filepath.Ext(path) != entryEnding {
			return nil
		}
		info, err := d.Info()
		if err == nil {
			found = append(found, cached{info, path})
		}
		return nil
	})
	return found, err
}

// Size returns the bytes that the entries take on disk.
func (c *Cache) Size() (int64, error) {
	entries, err := c.entries()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("images: cannot measure the cache: %w", err)
	}
	var bytes int64
	for _, e := range entries {
		bytes += e.Size()
	}
	return bytes, nil
}

// Clean removes all entries, and nothing else that may lie in the folder. It
// returns the bytes freed.
func (c *Cache) Clean() (int64, error) {
	entries, err := c.entries()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("images: cannot list the cache: %w", err)
	}
	var freed int64
	var failures []error
	for _, e := range entries {
		if err := os.Remove(e.path); err != nil {
			failures = append(failures, err)
			continue
		}
		freed += e.Size()
	}
	c.mutex.Lock()
	c.used = max(0, c.used-freed)
	c.mutex.Unlock()
	if err := errors.Join(failures...); err != nil {
		return freed, fmt.Errorf("images: cannot clean the cache: %w", err)
	}
	return freed, nil
}
