package images

import (
	"fmt"

	"github.com/lince-ml/lince/tensor"
)

// column is one tensor of a batch beside the pictures: a target, a sample
// weight or a further input, with a row for every sample of the flow.
type column interface {
	shape() tensor.Shape // of one sample
	dtype() tensor.DType
	gather(dst *tensor.Tensor, indices []int)
}

// rows is a column kept as the tensor of all samples.
type rows[T tensor.Element] struct {
	values []T
	each   tensor.Shape
	width  int
}

func newRows[T tensor.Element](values []T, each ...int) rows[T] {
	width := 1
	for _, extent := range each {
		width *= extent
	}
	return rows[T]{values, each, width}
}

func (r rows[T]) shape() tensor.Shape { return r.each }
func (r rows[T]) dtype() tensor.DType { return tensor.TypeOf[T]() }

func (r rows[T]) gather(dst *tensor.Tensor, indices []int) {
	values, _ := tensor.Values[T](dst) // a tensor of dtype
	for row, i := range indices {
		copy(values[row*r.width:(row+1)*r.width], r.values[i*r.width:])
	}
}

// oneHot is a column of rows that are 1 at the sample's classes, else 0.
type oneHot struct {
	labels  [][]int
	classes int
}

func (o oneHot) shape() tensor.Shape { return tensor.Shape{o.classes} }
func (o oneHot) dtype() tensor.DType { return tensor.Float32 }

func (o oneHot) gather(dst *tensor.Tensor, indices []int) {
	values := dst.Float32s()
	clear(values)
	for row, i := range indices {
		for _, class := range o.labels[i] {
			values[row*o.classes+class] = 1
		}
	}
}

// columnOf takes a tensor, one row per sample, for a column.
func columnOf(t *tensor.Tensor) (column, error) {
	each := t.Shape()[1:]
	switch t.DType() {
	case tensor.Float32:
		return gatherer[float32](t, each)
	case tensor.Float64:
		return gatherer[float64](t, each)
	case tensor.Int32:
		return gatherer[int32](t, each)
	case tensor.Int64:
		return gatherer[int64](t, each)
	case tensor.Uint8:
		return gatherer[uint8](t, each)
	case tensor.Bool:
		return gatherer[bool](t, each)
	}
	return nil, fmt.Errorf("images: elements of type %v, expected float32, float64, int32, int64, uint8 or bool", t.DType())
}

func gatherer[T tensor.Element](t *tensor.Tensor, each tensor.Shape) (column, error) {
	values, err := tensor.Values[T](t)
	if err != nil {
		return nil, err
	}
	return newRows(values, each...), nil
}

// classTargets returns the targets that the mode makes of class numbers.
func classTargets(mode ClassMode, labels []int, classes int) []column {
	switch mode {
	case Binary, Sparse:
		return []column{newRows(float32s(labels))}
	case Categorical:
		single := make([][]int, len(labels))
		for i := range labels {
			single[i] = labels[i : i+1]
		}
		return []column{oneHot{single, classes}}
	}
	return nil
}

func float32s(labels []int) []float32 {
	values := make([]float32, len(labels))
	for i, label := range labels {
		values[i] = float32(label)
	}
	return values
}

// resolve settles the class mode for the number of classes.
func (m ClassMode) resolve(classes []string, compat bool) (ClassMode, error) {
	switch {
	case m == ByFolders && compat:
		return Categorical, nil
	case m == ByFolders && len(classes) == 2:
		return Binary, nil
	case m == ByFolders:
		return Categorical, nil
	case m == Binary && len(classes) != 2 && !compat:
		return m, fmt.Errorf("images: class mode binary needs two classes but there are %d; use categorical, with as many softmax units", len(classes))
	}
	return m, nil
}
