package transfer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/adrg/xdg"
	"github.com/google/renameio/v2/maybe"

	"github.com/lince-ml/lince/format/npz"
	"github.com/lince-ml/lince/tensor"
)

// DefaultDir returns the folder for features in the user's cache.
func DefaultDir() string { return filepath.Join(xdg.CacheHome, "lince", "features") }

// Endings of the two files of kept features. The samples' file is written
// last: where it is there, so is the other.
const (
	rowsEnding    = ".rows"
	samplesEnding = ".samples.npz"
)

// paths returns the two files of a key.
func (f Features) paths() (rows, samples string) {
	digest := sha256.Sum256([]byte(f.Key))
	name := filepath.Join(f.Dir, hex.EncodeToString(digest[:16]))
	return name + rowsEnding, name + samplesEnding
}

// open finds kept features or makes room for new ones.
func (c *Computed) open(f Features) error {
	width, err := c.spec.Inputs[0].Elements()
	if err != nil {
		return err
	}
	count := c.passes * c.spec.Samples
	if f.kept() {
		if c.unkept = os.MkdirAll(f.Dir, 0o755); c.unkept != nil {
			f.Dir = ""
		} else if c.find(f, count, width) {
			return nil
		}
	}
	c.rows, err = newRows(count, width, f.Memory, f.Dir)
	if err != nil && f.kept() { // the folder may be there and not be ours
		c.unkept = err
		c.rows, err = newRows(count, width, f.Memory, "")
	}
	return err
}

// kept reports whether features are to be found again.
func (f Features) kept() bool { return f.Key != "" && f.Dir != "" }

// find opens kept features. What is damaged, or cannot be read, is computed
// anew.
func (c *Computed) find(f Features, count, width int) bool {
	rowsPath, samplesPath := f.paths()
	if sum, ok := c.readSamples(samplesPath, count); ok {
		if c.rows = foundRows(rowsPath, count, width, f.Memory, sum); c.rows != nil {
			return true
		}
	}
	c.targets, c.weights = nil, nil
	return false
}

// foundRows opens a file of rows, nil if it is not there or not whole.
func foundRows(path string, count, width int, memory int64, sum uint32) *rows {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	r := &rows{width: width, file: file, complete: true}
	info, err := file.Stat()
	whole := err == nil && info.Size() == int64(count)*int64(width)*4
	if whole {
		whole, err = r.load(count, memory, sum)
	}
	if err != nil || !whole {
		r.close()
		return nil
	}
	return r
}

// readSamples reads targets, weights and file names, and returns the sum of
// the rows' file; false if they are not what they must be.
func (c *Computed) readSamples(path string, count int) (sum uint32, ok bool) {
	file, err := os.Open(path)
	if err != nil {
		return 0, false
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, false
	}
	archive, err := npz.OpenArchive(file, info.Size())
	if err != nil {
		return 0, false
	}
	names := archive.Names()
	for _, part := range []struct {
		name string
		to   *[]*tensor.Tensor
	}{{"target", &c.targets}, {"weight", &c.weights}} {
		for i := 0; slices.Contains(names, part.name+strconv.Itoa(i)); i++ {
			t, err := archive.Read(part.name + strconv.Itoa(i))
			if err != nil || t.Rank() == 0 || t.Shape()[0] != count {
				return 0, false
			}
			*part.to = append(*part.to, t)
		}
	}
	note, err := archive.Read("note")
	if err != nil {
		return 0, false
	}
	content, err := tensor.Values[uint8](note)
	if err != nil {
		return 0, false
	}
	var kept keptNote
	if json.Unmarshal(content, &kept) != nil || len(kept.Files) != c.spec.Samples || len(c.targets) != len(c.spec.Targets) {
		return 0, false
	}
	c.files = kept.Files
	return kept.Sum, true
}

// keptNote is what the samples' file says beside the arrays.
type keptNote struct {
	Files []string `json:"files"`
	Sum   uint32   `json:"sum"`
}

// keep writes features that have a key, so that they are found again.
func (c *Computed) keep(f Features) error {
	rowsPath, samplesPath := f.paths()
	sum, err := c.rows.writeTo(rowsPath, c.passes*c.spec.Samples)
	if err != nil {
		return err
	}
	arrays := map[string]*tensor.Tensor{}
	for i, t := range c.targets {
		arrays["target"+strconv.Itoa(i)] = t
	}
	for i, t := range c.weights {
		arrays["weight"+strconv.Itoa(i)] = t
	}
	note, err := json.Marshal(keptNote{c.files, sum})
	if err != nil {
		return err
	}
	if arrays["note"], err = tensor.Of(note, len(note)); err != nil {
		return err
	}
	var content bytes.Buffer
	if err := npz.WriteArchive(&content, arrays); err != nil {
		return err
	}
	return maybe.WriteFile(samplesPath, content.Bytes(), 0o644)
}
