package layers

import (
	"context"
	"fmt"
	"slices"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/tensor"
)

// Normalization shifts and scales its input by a mean and a variance known
// beforehand (keras.layers.Normalization):
//
//	y = (x - mean) / max(√variance, 10⁻⁷)
//
// [Normalization.Adapt] measures them. A layer without them has them, and a
// count, as weights, 0 and 1 at first, which a file may hold.
type Normalization struct {
	// Axes are the dimensions each position of which has a mean and a
	// variance of its own: the last, the channels, when nil. Empty, but not
	// nil, is one for all.
	Axes []int
	// Mean and Variance, one number per position, or one for all. Those of
	// several axes come from Adapt.
	Mean, Variance []float64
	// Invert goes the other way: y = mean + x · max(√variance, 10⁻⁷).
	Invert bool
	// Name is numbered (normalization, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int

	// extents of the axes, which nest several axes' numbers in Keras' files.
	extents []int
}

// Describe returns the layer as Keras configures it.
func (l Normalization) Describe() Description {
	return Description{Class: "Normalization", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"axis": axesConfig(l.Axes), "invert": l.Invert, "mean": nest(l.Mean, l.extents), "variance": nest(l.Variance, l.extents),
	}}
}

// nest returns numbers as JSON has an array of that shape: a number, a list,
// lists in lists; nil for none.
func nest(numbers []float64, shape []int) any {
	if numbers == nil {
		return nil
	}
	if len(shape) == 0 {
		if len(numbers) == 1 {
			return numbers[0]
		}
		return numbers
	}
	part := len(numbers) / max(shape[0], 1)
	list := make([]any, shape[0])
	for i := range list {
		list[i] = nest(numbers[i*part:(i+1)*part], shape[1:])
	}
	return list
}

func decodeNormalization(s *settings) Layer {
	l := Normalization{Axes: s.Ints("axis", nil), Invert: s.Bool("invert", false), Name: s.name(), InputShape: s.inputShape()}
	if s.Has("axis") && len(l.Axes) == 0 {
		l.Axes = []int{}
	}
	l.Mean, l.extents = s.nested("mean")
	l.Variance, _ = s.nested("variance")
	return l
}

// nested reads an array of any rank, with its shape.
func (s *settings) nested(key string) (numbers []float64, shape []int) {
	value := s.Value(key)
	for level := value; ; {
		list, ok := level.([]any)
		if !ok || len(list) == 0 || len(shape) == tensor.MaxRank {
			break
		}
		shape, level = append(shape, len(list)), list[0]
	}
	if len(shape) == 0 {
		return s.Floats(key, nil), nil
	}
	var gather func(value any)
	gather = func(value any) {
		if list, ok := value.([]any); ok {
			for _, element := range list {
				gather(element)
			}
			return
		}
		number, ok := config.Number(value)
		if !ok {
			s.Fail(key, fmt.Errorf("got %v in an array, expected numbers", value))
		}
		numbers = append(numbers, number)
	}
	gather(value)
	if count, err := tensor.Shape(shape).Elements(); err != nil || count != len(numbers) {
		s.Fail(key, fmt.Errorf("%d numbers in an array of shape %v", len(numbers), tensor.Shape(shape)))
	}
	return numbers, shape
}

// Call normalises.
func (l Normalization) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 0); err != nil {
		return nil, err
	}
	x := floating(inputs[0])
	var axes []int
	if l.Axes == nil || len(l.Axes) > 0 {
		var err error
		if axes, err = axesOf(x, l.Axes); err != nil {
			return nil, err
		}
	}
	mean, variance, err := l.statistics(c, x, axes)
	if err != nil {
		return nil, err
	}
	const least = 1e-7 // Keras' epsilon
	deviation := variance.Sqrt().Max(x.Like(least))
	if l.Invert {
		return x.Mul(deviation).Add(mean), nil
	}
	return x.Sub(mean).Div(deviation), nil
}

func (l Normalization) statistics(c *Context, x *graph.Node, axes []int) (mean, variance *graph.Node, err error) {
	shape := make(tensor.Shape, len(axes))
	for i, axis := range axes {
		shape[i] = x.Extent(axis)
	}
	if l.Mean == nil && l.Variance == nil {
		mean = c.Statistic("mean", shape, initializers.Zeros{})
		variance = c.Statistic("variance", shape, initializers.Ones{})
		c.Statistic("count", tensor.Shape{}, initializers.Zeros{})
		return along(mean, x, axes), along(variance, x, axes), nil
	}
	count, err := shape.Elements()
	if err != nil {
		return nil, nil, err
	}
	if n := len(l.Mean); n != len(l.Variance) || n != 1 && n != count {
		return nil, nil, fmt.Errorf("%d numbers for Mean and %d for Variance given, expected 1 or %d for an input of shape %v",
			n, len(l.Variance), count, x.Shape())
	}
	if len(axes) > 1 && len(l.Mean) > 1 && l.extents == nil {
		return nil, nil, unfit("Mean", l.Mean, "the numbers of one axis: several axes need Adapt")
	}
	if len(l.Mean) == 1 {
		axes, shape = nil, tensor.Shape{}
	}
	if mean, err = constant(c.Graph(), l.Mean, shape...); err != nil {
		return nil, nil, err
	}
	if variance, err = constant(c.Graph(), l.Variance, shape...); err != nil {
		return nil, nil, err
	}
	return along(mean, x, axes), along(variance, x, axes), nil
}

// Adapt returns the layer with the mean and the variance of the first input
// of all batches in the source's first epoch.
func (l Normalization) Adapt(ctx context.Context, source data.Source) (Normalization, error) {
	var moments []moment
	var extents []int
	for batch, err := range source.Batches(ctx, 0, 0) {
		if err != nil {
			return l, fmt.Errorf("layers: adapting Normalization: %w", err)
		}
		if len(batch.Inputs) == 0 {
			return l, fmt.Errorf("layers: adapting Normalization: a batch without inputs")
		}
		x := batch.Inputs[0]
		axes, kept, err := l.kept(x.Shape())
		if err != nil {
			return l, err
		}
		if moments == nil {
			extents = kept
			count, err := tensor.Shape(kept).Elements()
			if err != nil {
				return l, err
			}
			moments = make([]moment, count)
		}
		if !slices.Equal(extents, kept) {
			return l, fmt.Errorf("layers: adapting Normalization: batches with %v and %v positions along the axes", extents, kept)
		}
		observe(moments, x, axes)
	}
	if moments == nil {
		return l, fmt.Errorf("layers: adapting Normalization: the source has no samples")
	}
	l.Mean, l.Variance, l.extents = nil, nil, extents
	for _, m := range moments {
		l.Mean, l.Variance = append(l.Mean, m.mean), append(l.Variance, m.squares/max(m.count, 1))
	}
	return l, nil
}

// kept resolves the axes for a batch.
func (l Normalization) kept(shape tensor.Shape) (axes, extents []int, err error) {
	given := l.Axes
	if given == nil {
		given = []int{-1}
	}
	for _, axis := range given {
		if axis < 0 {
			axis += len(shape)
		}
		if axis < 1 || axis >= len(shape) || slices.Contains(axes, axis) {
			return nil, nil, fmt.Errorf("layers: adapting Normalization: axes %v for batches of shape %v, expected different ones from 1 to %d",
				l.Axes, shape, len(shape)-1)
		}
		axes = append(axes, axis)
	}
	slices.Sort(axes)
	for _, axis := range axes {
		extents = append(extents, shape[axis])
	}
	return axes, extents, nil
}

// moment is a running mean and sum of squared deviations (Welford, 1962).
type moment struct {
	count, mean, squares float64
}

func (m *moment) observe(x float64) {
	m.count++
	step := x - m.mean
	m.mean += step / m.count
	m.squares += step * (x - m.mean)
}

// observe adds every element to the moment of its position along the axes.
func observe(moments []moment, x *tensor.Tensor, axes []int) {
	shape := x.Shape()
	for element, value := range x.Float64s() {
		position, step := 0, 1
		for axis := len(shape) - 1; axis >= 0; axis-- {
			if slices.Contains(axes, axis) {
				position += element % shape[axis] * step
				step *= shape[axis]
			}
			element /= shape[axis]
		}
		moments[position].observe(value)
	}
}
