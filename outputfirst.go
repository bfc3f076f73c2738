package lince

import (
	"fmt"
	"slices"

	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// outputLast lays a weight out as Keras does that a file keeps as PyTorch:
//
//	Conv (out, in, rows, columns)               → (rows, columns, in, out)
//	Conv transposed (in, out, rows, columns)    → (rows, columns, out, in)
//	Conv depthwise (in·multiplier, 1, rows, …)  → (rows, columns, in, multiplier)
//	Dense (out, in)                             → (in, out)
//
// In what sees pictures through a Flatten, of the shape flattened, inputs are
// moved from the order channel, row, column to row, column, channel.
func outputLast(instance *layers.Instance, w *layers.Weight, value *tensor.Tensor, flattened tensor.Shape) (*tensor.Tensor, error) {
	want, shape := w.Variable.Type.Shape, value.Shape()
	if w.Variable.Type.DType != tensor.Float32 {
		return value, nil
	}
	value, err := value.Convert(tensor.Float32)
	if err != nil {
		return nil, err
	}
	depthwise := instance.Class() == "DepthwiseConv2D" || w.Name == "depthwise_kernel"
	switch {
	case depthwise && len(shape) == 4 && len(want) == 4 && shape[1] == 1 && shape[0] == want[2]*want[3]:
		if value, err = value.Reshape(want[2], want[3], shape[2], shape[3]); err != nil {
			return nil, err
		}
		return transpose(value, 2, 3, 0, 1)
	case len(shape) == 2 && len(flattened) == 3 && shape[1] == product(flattened):
		if value, err = value.Reshape(shape[0], flattened[2], flattened[0], flattened[1]); err != nil {
			return nil, err
		}
		if value, err = transpose(value, 2, 3, 1, 0); err != nil {
			return nil, err
		}
		return value.Reshape(shape[1], shape[0])
	case len(shape) == 1 && len(flattened) == 3 && shape[0] == product(flattened) && instance.Class() != "Dense":
		if value, err = value.Reshape(flattened[2], flattened[0], flattened[1]); err != nil {
			return nil, err
		}
		if value, err = transpose(value, 1, 2, 0); err != nil {
			return nil, err
		}
		return value.Reshape(shape[0])
	case len(shape) > 1 && w.Name != "embeddings":
		axes := []int{1, 0}
		for axis := len(shape) - 1; axis > 1; axis-- {
			axes = slices.Insert(axes, 0, axis)
		}
		return transpose(value, axes...)
	}
	return value, nil
}

func product(shape tensor.Shape) int {
	n := 1
	for _, extent := range shape {
		n *= extent
	}
	return n
}

// transpose returns float32 values whose dimension i is dimension axes[i] of t.
func transpose(t *tensor.Tensor, axes ...int) (*tensor.Tensor, error) {
	from, shape := t.Float32s(), make(tensor.Shape, len(axes))
	if from == nil || len(axes) != t.Rank() {
		return nil, fmt.Errorf("cannot bring %v into the order %v", t, axes)
	}
	strides, stride := make([]int, len(axes)), 1
	for axis := len(axes) - 1; axis >= 0; axis-- {
		strides[axis], stride = stride, stride*t.Shape()[axis]
	}
	steps := make([]int, len(axes))
	for i, axis := range axes {
		shape[i], steps[i] = t.Shape()[axis], strides[axis]
	}
	result, err := tensor.New(tensor.Float32, shape...)
	if err != nil {
		return nil, err
	}
	to, index, at := result.Float32s(), make([]int, len(axes)), 0
	for i := range to {
		to[i] = from[at]
		for axis := len(axes) - 1; axis >= 0; axis-- {
			index[axis]++
			at += steps[axis]
			if index[axis] < shape[axis] {
				break
			}
			at -= index[axis] * steps[axis]
			index[axis] = 0
		}
	}
	return result, nil
}

// flattened notes of the layers behind a Flatten the rows, columns and
// channels of what it flattens, also in models within.
func (m *Model) flattened(noted map[*layers.Instance]tensor.Shape) {
	for value := range m.shapes {
		instance := value.Instance()
		if instance == nil {
			continue
		}
		if model, ok := instance.Layer().(*Model); ok {
			model.flattened(noted)
			continue
		}
		if shape := m.flattens(value); shape != nil {
			noted[instance] = shape
		}
	}
}

// flattens follows a value back, through layers that leave vectors as long as
// they are, to a Flatten of pictures.
func (m *Model) flattens(value layers.Value) tensor.Shape {
	for len(value.Inputs()) == 1 {
		before := value.Inputs()[0]
		if before.Instance() == nil || len(before.Inputs()) != 1 {
			return nil
		}
		seen, class := m.shapes[before.Inputs()[0]], before.Instance().Class()
		if class == "Flatten" && len(seen) == 4 && seen[1] > 0 && seen[2] > 0 {
			return seen[1:]
		}
		if class == "Dense" || !seen.Equal(m.shapes[before]) {
			return nil
		}
		value = before
	}
	return nil
}
