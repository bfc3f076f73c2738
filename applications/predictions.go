package applications

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/tensor"
)

// ClassIndex says what the classes of a model are, in the order of its outputs.
type ClassIndex []Class

// Class is a class of ImageNet: {"n01440764", "tench"}.
type Class struct {
	// ID is the number of its synset in WordNet.
	ID string
	// Name has underscores in place of spaces.
	Name string
}

// ScoredClass is a class and how likely it is.
type ScoredClass struct {
	Class
	// Index is the class's number, Score what the model gave it.
	Index int
	Score float64
}

// ClassIndexFile returns where Keras keeps the classes of ImageNet, for
// Options.Fetch.
func ClassIndexFile() WeightFile {
	const name = "imagenet_class_index.json"
	return WeightFile{
		Name: name, URL: "https://storage.googleapis.com/download.tensorflow.org/data/" + name, MD5: "c2c37ea517e94d9795004a39431a14cb",
	}
}

// NameClasses sets the Classes of a model that tells the 1000 classes of
// ImageNet apart, as those with published weights and their top do, to their
// names: m.Classify then speaks of a zebra, not of class 340. fetch returns the
// path of Keras' file of them, [ClassIndexFile], as Options.Fetch does.
func NameClasses(ctx context.Context, m *lince.Model, fetch func(context.Context, WeightFile) (path string, err error)) error {
	const imageNet = 1000
	if shape := m.OutputShape(); len(shape) != 2 || shape[1] != imageNet {
		return fmt.Errorf("applications: the output of %s is %v, expected (batch, %d) of ImageNet's classes", m.Name(), shape, imageNet)
	}
	path, err := fetch(ctx, ClassIndexFile())
	if err != nil {
		return err
	}
	index, err := ReadClassIndex(path)
	if err != nil {
		return err
	}
	if len(index) != imageNet {
		return fmt.Errorf("applications: %s: %d classes, expected ImageNet's %d", path, len(index), imageNet)
	}
	m.Classes = index.Names()
	return nil
}

// maxIndexBytes bounds a file of classes; ImageNet's has 35 kB.
const maxIndexBytes = 16 << 20

// ReadClassIndex reads a file such as imagenet_class_index.json: a JSON object
// of the numbers from 0 on, each with its class's ID and name.
func ReadClassIndex(path string) (ClassIndex, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("applications: %w", err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxIndexBytes+1))
	if err != nil {
		return nil, fmt.Errorf("applications: %w", err)
	}
	if len(content) > maxIndexBytes {
		return nil, fmt.Errorf("applications: %s: more than %d bytes, expected a list of classes", path, maxIndexBytes)
	}
	index, err := parseClassIndex(content)
	if err != nil {
		return nil, fmt.Errorf("applications: %s: %w", path, err)
	}
	return index, nil
}

func parseClassIndex(content []byte) (ClassIndex, error) {
	var entries map[string][2]string
	if err := json.Unmarshal(content, &entries); err != nil {
		return nil, fmt.Errorf(`expected {"0": ["n01440764", "tench"], ...}: %w`, err)
	}
	index := make(ClassIndex, len(entries))
	for i := range index {
		entry, ok := entries[strconv.Itoa(i)]
		if !ok {
			return nil, fmt.Errorf("class %d is missing among %d", i, len(entries))
		}
		index[i] = Class{ID: entry[0], Name: entry[1]}
	}
	return index, nil
}

// Names returns the classes' names, as Model.Classes takes them.
func (c ClassIndex) Names() []string {
	names := make([]string, len(c))
	for i, class := range c {
		names[i] = class.Name
	}
	return names
}

// DecodePredictions names the top classes of every row of predictions, the
// likeliest first (keras.applications' decode_predictions). predictions have
// the shape (samples, classes); all classes are named when top is 0.
func (c ClassIndex) DecodePredictions(predictions *tensor.Tensor, top int) ([][]ScoredClass, error) {
	if predictions.Rank() != 2 || predictions.Shape()[1] != len(c) {
		return nil, fmt.Errorf("applications: predictions of shape %v, expected (samples, %d)", predictions.Shape(), len(c))
	}
	if top < 0 {
		return nil, fmt.Errorf("applications: the top %d classes, expected a number not below 0", top)
	}
	if top == 0 || top > len(c) {
		top = len(c)
	}
	scores, decoded := predictions.Float64s(), make([][]ScoredClass, predictions.Shape()[0])
	for row := range decoded {
		all := make([]ScoredClass, len(c))
		for i, class := range c {
			all[i] = ScoredClass{Class: class, Index: i, Score: scores[row*len(c)+i]}
		}
		slices.SortStableFunc(all, func(a, b ScoredClass) int { return cmp.Compare(b.Score, a.Score) })
		decoded[row] = all[:top:top]
	}
	return decoded, nil
}
