package transfer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
)

// rows are equally long lists of numbers: in memory, or in a file when they
// are too many.
type rows struct {
	width  int
	values []float32 // nil when in the file
	file   *os.File
	buffer []byte // of one row that is written
	// complete is whether all were there before.
	complete bool
	// own files are removed when closed.
	own bool
}

// newRows makes room for count rows. Those that do not fit the memory go to a
// new file in the folder.
func newRows(count, width int, memory int64, folder string) (*rows, error) {
	if width > 0 && count > math.MaxInt/4/width {
		return nil, fmt.Errorf("%d features of %d numbers are too many", count, width)
	}
	r := &rows{width: width}
	if fits(count, width, memory) {
		r.values = make([]float32, count*width)
		return r, nil
	}
	if folder != "" {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
	}
	file, err := os.CreateTemp(folder, "features-*.tmp")
	if err != nil {
		return nil, err
	}
	r.file, r.own, r.buffer = file, true, make([]byte, 4*width)
	return r, nil
}

// put keeps a row; one at a time.
func (r *rows) put(row int, values []float32) error {
	if len(values) != r.width {
		return fmt.Errorf("a row of %d features, expected %d", len(values), r.width)
	}
	if r.file == nil {
		copy(r.values[row*r.width:], values)
		return nil
	}
	encode(r.buffer, values)
	_, err := r.file.WriteAt(r.buffer, int64(row)*int64(len(r.buffer)))
	return err
}

// get fills values with a row.
func (r *rows) get(row int, values []float32) error {
	if r.file == nil {
		copy(values, r.values[row*r.width:(row+1)*r.width])
		return nil
	}
	content := make([]byte, 4*len(values))
	if _, err := r.file.ReadAt(content, int64(row)*int64(len(content))); err != nil {
		return fmt.Errorf("features of row %d in %s: %w", row, r.file.Name(), err)
	}
	decode(values, content)
	return nil
}

func encode(to []byte, values []float32) {
	for i, v := range values {
		binary.LittleEndian.PutUint32(to[4*i:], math.Float32bits(v))
	}
}

func decode(to []float32, content []byte) {
	for i := range to {
		to[i] = math.Float32frombits(binary.LittleEndian.Uint32(content[4*i:]))
	}
}

// writeTo writes all rows to a file that is to be found again, and returns
// the sum that tells whether it is whole.
func (r *rows) writeTo(path string, count int) (sum uint32, err error) {
	file, err := os.CreateTemp(filepath.Dir(path), "features-*.tmp")
	if err != nil {
		return 0, err
	}
	sum, err = r.copyTo(file, count)
	err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return 0, errors.Join(err, os.Remove(file.Name()))
	}
	return sum, nil
}

func (r *rows) copyTo(w io.Writer, count int) (sum uint32, err error) {
	values, content := make([]float32, r.width), make([]byte, 4*r.width)
	for row := range count {
		if err := r.get(row, values); err != nil {
			return 0, err
		}
		encode(content, values)
		sum = crc32.Update(sum, crc32.IEEETable, content)
		if _, err := w.Write(content); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// load checks the rows of a file that was found, and takes them into memory
// if they fit; false if they are damaged.
func (r *rows) load(count int, memory int64, sum uint32) (bool, error) {
	var values []float32
	if fits(count, r.width, memory) {
		values = make([]float32, count*r.width)
	}
	content := make([]byte, 4*r.width)
	var found uint32
	for row := range count {
		if _, err := r.file.ReadAt(content, int64(row)*int64(len(content))); err != nil {
			return false, err
		}
		found = crc32.Update(found, crc32.IEEETable, content)
		if values != nil {
			decode(values[row*r.width:(row+1)*r.width], content)
		}
	}
	if found != sum {
		return false, nil
	}
	if values == nil {
		return true, nil
	}
	err := r.file.Close()
	r.file, r.values = nil, values
	return true, err
}

// fits reports whether rows are to lie in memory.
func fits(count, width int, memory int64) bool {
	if memory == 0 {
		memory = defaultMemory
	}
	return int64(count)*int64(width)*4 <= memory
}

func (r *rows) close() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	if r.own {
		err = errors.Join(err, os.Remove(r.file.Name()))
	}
	r.file = nil
	return err
}
