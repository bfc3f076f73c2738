package layers

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
)

// Padding is what convolutions and poolings do at the border of pictures.
type Padding uint8

const (
	// Valid uses only windows that lie within the picture.
	Valid Padding = iota
	// Same adds zeros around the picture (poolings: nothing that counts) so
	// that the result has ⌈extent/stride⌉ rows and columns; of an odd number
	// the greater part goes below and to the right, as TensorFlow does.
	Same
)

// String returns Keras' spelling.
func (p Padding) String() string {
	switch p {
	case Valid:
		return "valid"
	case Same:
		return "same"
	}
	return fmt.Sprintf("padding(%d)", uint8(p))
}

// Square returns the height and width of a square kernel or pooling window.
func Square(side int) [2]int { return [2]int{side, side} }

// window is the sliding window of a convolution or pooling as a layer's
// fields give it.
type window struct {
	size, stride, dilation [2]int
	padding                Padding
}

// pairOr returns the default where a pair was left out.
func pairOr(pair, missing [2]int) [2]int {
	if pair == [2]int{} {
		return missing
	}
	return pair
}

// over fits the window to pictures. field names the size in errors.
func (w window) over(x *graph.Node, field string) (graph.Window, error) {
	result := graph.Window{Size: w.size, Stride: pairOr(w.stride, Square(1)), Dilation: pairOr(w.dilation, Square(1))}
	if err := w.check(result, field); err != nil {
		return result, err
	}
	if x.Extent(1) < 0 || x.Extent(2) < 0 {
		return result, fmt.Errorf("pictures of shape %v given, expected a known height and width: give the model an InputShape", x.Shape())
	}
	for i := range 2 {
		if w.padding == Same {
			result.Padding[i] = graph.SamePadding(x.Extent(i+1), result.Size[i], result.Stride[i], result.Dilation[i])
		}
		if result.Output(i, x.Extent(i+1)) < 1 {
			return result, fmt.Errorf("%s %dx%d with dilation %v does not fit into the %dx%d pixels that arrive: use larger pictures, fewer poolings or Padding: layers.Same",
				field, w.size[0], w.size[1], result.Dilation, x.Extent(1), x.Extent(2))
		}
	}
	return result, nil
}

// maxWindow bounds what files say of windows, so that no product overflows.
const maxWindow = 1 << 16

func (w window) check(resolved graph.Window, field string) error {
	for i := range 2 {
		if largest := max(resolved.Size[i], resolved.Stride[i], resolved.Dilation[i]); largest > maxWindow {
			return fmt.Errorf("%s, Strides or Dilation of %d, expected at most %d", field, largest, maxWindow)
		}
		if resolved.Size[i] < 1 {
			return unfit(field, w.size, "a height and a width of at least 1, such as layers.Square(3)")
		}
		if resolved.Stride[i] < 1 {
			return unfit("Strides", w.stride, "numbers of at least 1, or none for the default")
		}
		if resolved.Dilation[i] < 1 {
			return unfit("Dilation", w.dilation, "numbers of at least 1, or none for the default")
		}
	}
	if w.padding > Same {
		return unfit("Padding", w.padding, "layers.Valid or layers.Same")
	}
	return nil
}
