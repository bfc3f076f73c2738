package layers

import (
	"slices"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Reshape gives samples another shape, their elements in the same order
// (keras.layers.Reshape).
type Reshape struct {
	// TargetShape is the new shape of one sample; one extent may be -1, and
	// then follows from the others.
	TargetShape []int
	// Name is numbered (reshape, reshape_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l Reshape) Describe() Description {
	return Description{Class: "Reshape", Name: l.Name, InputShape: l.InputShape, Config: config.Map{"target_shape": l.TargetShape}}
}

func decodeReshape(s *settings) Layer {
	return Reshape{TargetShape: s.Ints("target_shape", nil), Name: s.name(), InputShape: s.inputShape()}
}

// Call reshapes.
func (l Reshape) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	x := inputs[0]
	size, err := sampleSize(x)
	if err != nil {
		return nil, err
	}
	shape, unknown, known := slices.Clone(l.TargetShape), -1, 1
	for i, extent := range shape {
		switch {
		case extent > 0 && extent <= size/max(known, 1):
			known *= extent
		case extent == -1 && unknown < 0:
			unknown = i
		default:
			return nil, l.refuse(x, size)
		}
	}
	if unknown >= 0 && size%known == 0 {
		shape[unknown] = size / known
		known = size
	}
	if known != size {
		return nil, l.refuse(x, size)
	}
	return x.Reshape(append([]int{x.Extent(0)}, shape...)...), nil
}

func (l Reshape) refuse(x *graph.Node, size int) error {
	return unfit("TargetShape", l.TargetShape, "extents whose product is %d, as that of %v, of which one may be -1", size, x.Shape()[1:])
}

// Permute changes the order of the samples' dimensions (keras.layers.Permute).
type Permute struct {
	// Dims are the dimensions in their new order, counted from 1: {2, 1}
	// exchanges two.
	Dims []int
	// Name is numbered (permute, permute_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l Permute) Describe() Description {
	return Description{Class: "Permute", Name: l.Name, InputShape: l.InputShape, Config: config.Map{"dims": l.Dims}}
}

func decodePermute(s *settings) Layer {
	return Permute{Dims: s.Ints("dims", nil), Name: s.name(), InputShape: s.inputShape()}
}

// Call permutes.
func (l Permute) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	x := inputs[0]
	sorted := slices.Sorted(slices.Values(l.Dims))
	for i, dim := range sorted {
		if dim != i+1 || len(sorted) != x.Rank()-1 {
			return nil, unfit("Dims", l.Dims, "each of 1 to %d once for samples of shape %v", x.Rank()-1, x.Shape()[1:])
		}
	}
	return x.Transpose(append([]int{0}, l.Dims...)...), nil
}
