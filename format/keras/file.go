package keras

import (
	"fmt"
	"io"
	"os"

	"github.com/lince-ml/lince/tensor"
)

// Format is one of the kinds of files that Keras saves.
type Format uint8

const (
	// Archive is .keras: a ZIP of configuration, weights and optimizer.
	Archive Format = iota
	// Weights is .weights.h5: the weights alone, named by the layers' classes.
	Weights
	// Legacy is .h5 as Keras 2 and before wrote it, the weights named by the
	// layers. With a Config it is a whole model, without one weights alone.
	Legacy
)

// String returns the extension of the format's files.
func (f Format) String() string {
	switch f {
	case Archive:
		return ".keras"
	case Weights:
		return ".weights.h5"
	case Legacy:
		return ".h5"
	}
	return fmt.Sprintf("format(%d)", uint8(f))
}

// File is the content of a saved model.
type File struct {
	Format   Format
	Metadata Metadata
	// Config is the model's serialised configuration: class_name, config and
	// what else Keras writes, with lists as []any and numbers as json.Number,
	// so that they are written as they were read. Nil where the file holds
	// weights alone. An Archive's training settings are its compile_config.
	Config map[string]any
	// Training is the training_config of a Legacy whole model, nil if it was
	// saved without.
	Training map[string]any
	// Layers hold the weights. In a Legacy file they come in the model's
	// order. The others do not know that order: the layers are sorted by
	// path, with numbers by their value (dense, dense_1, dense_2, dense_10).
	Layers []Layer
	// Optimizer holds the optimizer's variables: none, or one Layer with the
	// path "optimizer", after it those of optimizers within.
	Optimizer []Layer
	// Extras are an Archive's further members by their names, which Keras
	// ignores unless they begin with assets/.
	Extras map[string][]byte
}

// ExtraMember is the member of an archive in which Lince keeps what Keras has
// no place for: class names, preprocessing, the settings of the training.
const ExtraMember = "lince.json"

// Metadata says what wrote a file. All of it may be empty.
type Metadata struct {
	KerasVersion string // such as "3.15.1"
	DateSaved    string // of an Archive: 2026-01-31@13:59:59
	Backend      string // of a Legacy file, such as "tensorflow"
}

// Layer is the weights of one layer, of the model itself (whose path is
// empty) or of an optimizer.
type Layer struct {
	// Path is where the file keeps the weights: in a Legacy file the layer's
	// name; in the others the attributes of the model that lead to the layer,
	// where lists count their elements per class: layers/conv2d_1,
	// layers/sequential/layers/dense (see GroupNames).
	Path string
	// Name is the layer's own name, "" where the file does not say it.
	Name      string
	Variables []Variable
}

// Variable is one weight. In a Legacy file its name is the path Keras gave it
// (dense/kernel:0), in the others its number, "0" first.
type Variable struct {
	Name  string
	Value *tensor.Tensor
}

// Layer returns the layer whose weights the file keeps at the path, nil if
// there are none.
func (f *File) Layer(path string) *Layer {
	for i := range f.Layers {
		if f.Layers[i].Path == path {
			return &f.Layers[i]
		}
	}
	return nil
}

// Open reads the file of that name, whatever its format; see Read. Its errors
// name the file.
func Open(name string) (*File, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("keras: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("keras: %w", err)
	}
	f, err := read(file, info.Size())
	if err != nil {
		return nil, fmt.Errorf("keras: %s: %w", name, err)
	}
	return f, nil
}

// Read reads a file of size bytes in any of the formats, which it tells by
// the content. All of it is in memory afterwards, at most twice the file's
// size and 64 MiB.
func Read(r io.ReaderAt, size int64) (*File, error) {
	f, err := read(r, size)
	if err != nil {
		return nil, fmt.Errorf("keras: %w", err)
	}
	return f, nil
}

func read(r io.ReaderAt, size int64) (*File, error) {
	b := &budget{left: 2*size + 64<<20}
	var start [4]byte
	if _, err := r.ReadAt(start[:], 0); err != nil && err != io.EOF {
		return nil, err
	}
	if string(start[:]) == "PK\x03\x04" {
		return readArchive(r, size, b)
	}
	return readHDF5(r, size, b)
}

// budget is what may still be unpacked from a file.
type budget struct{ left int64 }

func (b *budget) spend(n int64, what string) error {
	if n < 0 || n > b.left {
		return fmt.Errorf("%s takes %d bytes, with what was read before far more than the file holds", what, n)
	}
	b.left -= n
	return nil
}
