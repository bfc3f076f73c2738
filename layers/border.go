package layers

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Border is numbers of rows and columns at the edges of a picture.
type Border struct {
	Top, Bottom, Left, Right int
}

// Around returns the same border on all four sides.
func Around(pixels int) *Border { return &Border{pixels, pixels, pixels, pixels} }

// String returns the four numbers with their names.
func (b Border) String() string {
	return fmt.Sprintf("{Top: %d, Bottom: %d, Left: %d, Right: %d}", b.Top, b.Bottom, b.Left, b.Right)
}

func (b *Border) or(pixels int) Border {
	if b == nil {
		return *Around(pixels)
	}
	return *b
}

func (b Border) config() []any {
	return []any{[]int{b.Top, b.Bottom}, []int{b.Left, b.Right}}
}

// border reads one number, two (up and down, left and right) or two pairs.
func (s *settings) border(key string, missing int) *Border {
	list, ok := s.Value(key).([]any)
	if !ok || len(list) != 2 {
		both := s.Pair(key, [2]int{missing, missing})
		return &Border{both[0], both[0], both[1], both[1]}
	}
	var sides [2][2]int
	for i, value := range list {
		one := config.NewReader(config.Object{Class: s.Class(), Config: config.Map{key: value}})
		sides[i] = one.Pair(key, [2]int{})
		if err := one.Err(); err != nil {
			s.Fail(key, err)
		}
	}
	return &Border{sides[0][0], sides[0][1], sides[1][0], sides[1][1]}
}

// ZeroPadding2D adds rows and columns of zeros around pictures
// (keras.layers.ZeroPadding2D).
type ZeroPadding2D struct {
	// Padding is one row and column on each side when nil.
	Padding *Border
	// Name is numbered (zero_padding2d, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l ZeroPadding2D) Describe() Description {
	return Description{Class: "ZeroPadding2D", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"padding": l.Padding.or(1).config(), "data_format": channelsLast,
	}}
}

func decodeZeroPadding2D(s *settings) Layer {
	return ZeroPadding2D{Padding: s.border("padding", 1), Name: s.name(), InputShape: s.inputShape()}
}

// Call pads.
func (l ZeroPadding2D) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return nil, err
	}
	b := l.Padding.or(1)
	if min(b.Top, b.Bottom, b.Left, b.Right) < 0 {
		return nil, unfit("Padding", b, "numbers not below 0: layers.Cropping2D cuts off")
	}
	return inputs[0].Pad([]int{0, b.Top, b.Left, 0}, []int{0, b.Bottom, b.Right, 0}, nil, 0), nil
}

// Cropping2D cuts rows and columns off pictures (keras.layers.Cropping2D).
type Cropping2D struct {
	// Cropping is nothing when nil.
	Cropping *Border
	// Name is numbered (cropping2d, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l Cropping2D) Describe() Description {
	return Description{Class: "Cropping2D", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"cropping": l.Cropping.or(0).config(), "data_format": channelsLast,
	}}
}

func decodeCropping2D(s *settings) Layer {
	return Cropping2D{Cropping: s.border("cropping", 0), Name: s.name(), InputShape: s.inputShape()}
}

// Call cuts.
func (l Cropping2D) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return nil, err
	}
	x, b := inputs[0], l.Cropping.or(0)
	if min(b.Top, b.Bottom, b.Left, b.Right) < 0 || b.Top+b.Bottom >= x.Extent(1) || b.Left+b.Right >= x.Extent(2) {
		return nil, unfit("Cropping", b, "numbers not below 0 that leave something of pictures of shape %v", x.Shape())
	}
	limit := []int{x.Extent(0), x.Extent(1) - b.Bottom, x.Extent(2) - b.Right, x.Extent(3)}
	return x.Slice([]int{0, b.Top, b.Left, 0}, limit, nil), nil
}
