package layers

import (
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// MaxPooling2D takes the largest value of every window, each channel by itself
// (keras.layers.MaxPooling2D): (batch, height, width, channels) becomes
// (batch, rows, columns, channels). What Same adds at the border never wins.
type MaxPooling2D struct {
	// Pool is the window's height and width; 2 by 2 when left out.
	Pool [2]int
	// Strides are the steps down and to the right; as Pool when left out.
	Strides [2]int
	// Padding at the border; Valid by default.
	Padding Padding
	// Name is numbered (max_pooling2d, max_pooling2d_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l MaxPooling2D) Describe() Description {
	return Description{Class: "MaxPooling2D", Name: l.Name, InputShape: l.InputShape, Config: l.pooling().config()}
}

func (l MaxPooling2D) pooling() pooling { return pooling{l.Pool, l.Strides, l.Padding} }

func decodeMaxPooling2D(s *settings) Layer {
	p := s.pooling()
	return MaxPooling2D{Pool: p.size, Strides: p.strides, Padding: p.padding, Name: s.name(), InputShape: s.inputShape()}
}

// Call takes the maxima.
func (l MaxPooling2D) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	w, err := l.pooling().over(inputs)
	if err != nil {
		return nil, err
	}
	return inputs[0].ReduceWindow(graph.Largest, w), nil
}

// AveragePooling2D averages every window, each channel by itself
// (keras.layers.AveragePooling2D). At a padded border only real pixels count:
// the sum is divided by their number.
type AveragePooling2D struct {
	// Pool is the window's height and width; 2 by 2 when left out.
	Pool [2]int
	// Strides are the steps down and to the right; as Pool when left out.
	Strides [2]int
	// Padding at the border; Valid by default.
	Padding Padding
	// Name is numbered (average_pooling2d, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l AveragePooling2D) Describe() Description {
	return Description{Class: "AveragePooling2D", Name: l.Name, InputShape: l.InputShape, Config: l.pooling().config()}
}

func (l AveragePooling2D) pooling() pooling { return pooling{l.Pool, l.Strides, l.Padding} }

func decodeAveragePooling2D(s *settings) Layer {
	p := s.pooling()
	return AveragePooling2D{Pool: p.size, Strides: p.strides, Padding: p.padding, Name: s.name(), InputShape: s.inputShape()}
}

// Call takes the means.
func (l AveragePooling2D) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	w, err := l.pooling().over(inputs)
	if err != nil {
		return nil, err
	}
	x := inputs[0]
	sum := x.ReduceWindow(graph.Sum, w)
	if w.Padding == [2][2]int{} {
		return sum.Scale(1 / float64(w.Size[0]*w.Size[1])), nil
	}
	share, err := shares(w, sum.Extent(1), sum.Extent(2), x.Extent(1), x.Extent(2))
	if err != nil {
		return nil, err
	}
	return sum.Mul(c.Graph().Constant(share)), nil
}

// shares returns 1 over the number of real pixels in each window, of shape
// (rows, columns, 1).
func shares(w graph.Window, rows, columns, height, width int) (*tensor.Tensor, error) {
	inside := func(dimension, at, extent int) int {
		count := 0
		for element := range w.Size[dimension] {
			if position := w.At(dimension, at, element); position >= 0 && position < extent {
				count++
			}
		}
		return count
	}
	values := make([]float32, 0, rows*columns)
	for row := range rows {
		for column := range columns {
			values = append(values, 1/float32(inside(0, row, height)*inside(1, column, width)))
		}
	}
	return tensor.Of(values, rows, columns, 1)
}

// pooling is what the poolings have in common.
type pooling struct {
	size, strides [2]int
	padding       Padding
}

func (p pooling) resolved() pooling {
	p.size = pairOr(p.size, Square(2))
	p.strides = pairOr(p.strides, p.size)
	return p
}

func (p pooling) config() config.Map {
	p = p.resolved()
	return config.Map{"pool_size": pair(p.size), "strides": pair(p.strides), "padding": p.padding.String(), "data_format": channelsLast}
}

func (s *settings) pooling() pooling {
	size := s.Pair("pool_size", Square(2))
	return pooling{size, s.Pair("strides", size), s.padding()}
}

func (p pooling) over(inputs []*graph.Node) (graph.Window, error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return graph.Window{}, err
	}
	p = p.resolved()
	return window{size: p.size, stride: p.strides, padding: p.padding}.over(inputs[0], "Pool")
}
