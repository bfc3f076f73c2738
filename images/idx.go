package images

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lince-ml/lince/tensor"
)

// idxStems are how the four files of MNIST and its kin begin.
const (
	trainPictures, trainLabels = "train-images", "train-labels"
	testPictures, testLabels   = "t10k-images", "t10k-labels"
)

// maxIDX is the most bytes of elements an idx file may hold.
const maxIDX = 4 << 30

// FromIDX reads a folder of the four files that MNIST, Fashion-MNIST and
// EMNIST come in (train-images-idx3-ubyte ..., plain or gzipped) into arrays
// for Generator.Flow: X of shape (samples, height, width, 1), bytes, Y of class
// indices, and Classes of their numbers. test is empty if its files are absent.
func FromIDX(dir string) (train, test Arrays, err error) {
	if train, err = idxPair(dir, trainPictures, trainLabels); err != nil {
		return Arrays{}, Arrays{}, err
	}
	test, err = idxPair(dir, testPictures, testLabels)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Arrays{}, Arrays{}, err
	}
	train.Classes = digits(train.Y, test.Y)
	if test.Y != nil {
		test.Classes = train.Classes
	}
	return train, test, nil
}

// digits names the class indices of the labels from 0 to the largest.
func digits(labels ...*tensor.Tensor) (names []string) {
	for _, y := range labels {
		if y == nil {
			continue
		}
		for _, label := range y.Float64s() {
			for float64(len(names)) <= label {
				names = append(names, strconv.Itoa(len(names)))
			}
		}
	}
	return names
}

// HasIDX reports whether FromIDX finds training pictures in the folder.
func HasIDX(dir string) bool {
	_, err := findIDX(dir, trainPictures)
	return err == nil
}

func idxPair(dir, pictures, labels string) (Arrays, error) {
	x, xPath, err := readFound(dir, pictures)
	if err != nil {
		return Arrays{}, err
	}
	y, yPath, err := readFound(dir, labels)
	if err != nil {
		return Arrays{}, err
	}
	switch {
	case x.Rank() != 3 || x.DType() != tensor.Uint8:
		return Arrays{}, fmt.Errorf("images: %s holds %v, expected pictures as bytes: samples, height, width", xPath, x)
	case y.Rank() != 1 || y.DType() != tensor.Uint8:
		return Arrays{}, fmt.Errorf("images: %s holds %v, expected one label per sample as a byte", yPath, y)
	case x.Shape()[0] != y.Shape()[0]:
		return Arrays{}, fmt.Errorf("images: %s has %d pictures but %s has %d labels", xPath, x.Shape()[0], yPath, y.Shape()[0])
	}
	shape := x.Shape()
	if x, err = x.Reshape(shape[0], shape[1], shape[2], 1); err != nil {
		return Arrays{}, err
	}
	return Arrays{X: x, Y: y}, nil
}

func readFound(dir, stem string) (*tensor.Tensor, string, error) {
	path, err := findIDX(dir, stem)
	if err != nil {
		return nil, "", err
	}
	t, err := ReadIDX(path)
	return t, path, err
}

// findIDX returns the file in dir whose name begins with stem.
func findIDX(dir, stem string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("images: %w", err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, stem) && strings.Contains(name, "idx") && !entry.IsDir() {
			return filepath.Join(dir, name), nil
		}
	}
	return "", fmt.Errorf("images: %s has no file %s-idx…-ubyte or its .gz: %w", dir, stem, fs.ErrNotExist)
}

// ReadIDX reads an idx file, plain or gzipped, into a tensor. The sizes its
// header states are checked against the file before memory is taken.
func ReadIDX(path string) (*tensor.Tensor, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("images: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("images: %s %w", path, errIrregular)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("images: %w", err)
	}
	defer file.Close()
	t, err := decodeIDX(file, info.Size())
	if err != nil {
		return nil, fmt.Errorf("images: %s: %w", path, err)
	}
	return t, nil
}

// maxDeflate is more than gzip can ever shrink data by.
const maxDeflate = 1040

func decodeIDX(file io.Reader, size int64) (*tensor.Tensor, error) {
	var r io.Reader = bufio.NewReader(file)
	available := size
	if magic, _ := r.(*bufio.Reader).Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		unzipped, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		defer unzipped.Close()
		r, available = unzipped, min(size, maxIDX)*maxDeflate
	}
	dtype, shape, err := idxHeader(r)
	if err != nil {
		return nil, err
	}
	count, err := shape.Elements()
	if err != nil {
		return nil, err
	}
	bytes := int64(count) * int64(dtype.Size())
	if int64(count) > maxIDX || bytes > min(available, maxIDX) {
		return nil, fmt.Errorf("the header promises %d elements of %v, more than the file can hold", count, dtype)
	}
	content, err := io.ReadAll(io.LimitReader(r, bytes)) // grows with what there is
	if err != nil {
		return nil, err
	}
	if int64(len(content)) < bytes {
		return nil, fmt.Errorf("the file ends before the %d elements of %v that its header promises", count, shape)
	}
	if extra, _ := io.CopyN(io.Discard, r, 1); extra > 0 {
		return nil, fmt.Errorf("there is more in the file than the %d elements of %v that its header promises", count, shape)
	}
	return idxTensor(content, dtype, shape)
}

// idxHeader reads two zero bytes, the type, the rank and the extents, which
// are big-endian.
func idxHeader(r io.Reader) (tensor.DType, tensor.Shape, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, errors.New("the file is too short for an idx file")
	}
	types := map[byte]tensor.DType{8: tensor.Uint8, 9: tensor.Int8, 11: tensor.Int16, 12: tensor.Int32, 13: tensor.Float32, 14: tensor.Float64}
	dtype, known := types[head[2]]
	if head[0] != 0 || head[1] != 0 || !known || head[3] == 0 || head[3] > tensor.MaxRank {
		return 0, nil, fmt.Errorf("is no idx file: it begins with % x", head)
	}
	shape := make(tensor.Shape, head[3])
	for i := range shape {
		var extent [4]byte
		if _, err := io.ReadFull(r, extent[:]); err != nil {
			return 0, nil, errors.New("the file ends inside its header")
		}
		shape[i] = int(binary.BigEndian.Uint32(extent[:]))
	}
	return dtype, shape, nil
}

func idxTensor(content []byte, dtype tensor.DType, shape tensor.Shape) (*tensor.Tensor, error) {
	if dtype == tensor.Uint8 {
		return tensor.Of(content, shape...)
	}
	switch dtype {
	case tensor.Int8:
		return bigEndian[int8](content, shape)
	case tensor.Int16:
		return bigEndian[int16](content, shape)
	case tensor.Int32:
		return bigEndian[int32](content, shape)
	case tensor.Float32:
		return bigEndian[float32](content, shape)
	}
	return bigEndian[float64](content, shape)
}

func bigEndian[T int8 | int16 | int32 | float32 | float64](content []byte, shape tensor.Shape) (*tensor.Tensor, error) {
	values := make([]T, len(content)/tensor.TypeOf[T]().Size())
	if _, err := binary.Decode(content, binary.BigEndian, values); err != nil {
		return nil, err
	}
	return tensor.Of(values, shape...)
}
