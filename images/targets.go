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
	gather(dst *tensor.Tensor, indices []int) error
}

// rows is a column kept as the tensor of all samples.
type rows struct{ all *tensor.Tensor }

func (r rows) shape() tensor.Shape { return r.all.Shape()[1:] }
func (r rows) dtype() tensor.DType { return r.all.DType() }

func (r rows) gather(dst *tensor.Tensor, indices []int) error { return dst.Gather(r.all, indices) }

// rowsOf returns the column of values, len(values)/width of them in a row; a
// width of 0 gives single numbers instead of rows.
func rowsOf[T tensor.Element](values []T, width int) (column, error) {
	shape := []int{len(values)}
	if width > 0 {
		shape = []int{len(values) / width, width}
	}
	all, err := tensor.Of(values, shape...)
	return rows{all}, err
}

// oneHot is a column of rows that are 1 at the sample's classes, else 0.
type oneHot struct {
	labels  [][]int
	classes int
}

func (o oneHot) shape() tensor.Shape { return tensor.Shape{o.classes} }
func (o oneHot) dtype() tensor.DType { return tensor.Float32 }

func (o oneHot) gather(dst *tensor.Tensor, indices []int) error {
	values := dst.Float32s()
	clear(values)
	for row, i := range indices {
		for _, class := range o.labels[i] {
			values[row*o.classes+class] = 1
		}
	}
	return nil
}

// classTargets returns the targets that the mode makes of class numbers.
func classTargets(mode ClassMode, labels []int, classes int) ([]column, error) {
	switch mode {
	case Binary, Sparse:
		indices, err := rowsOf(float32s(labels), 0)
		return []column{indices}, err
	case Categorical:
		single := make([][]int, len(labels))
		for i := range labels {
			single[i] = labels[i : i+1]
		}
		return []column{oneHot{single, classes}}, nil
	}
	return nil, nil
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
