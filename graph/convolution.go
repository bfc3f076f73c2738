package graph

import (
	"fmt"

	"github.com/lince-ml/lince/tensor"
)

// Window is how a kernel or pooling window moves over the two spatial
// dimensions, height first.
type Window struct {
	// Size is the window's extent in elements that it reads.
	Size [2]int
	// Stride is the step from one window to the next; at least 1.
	Stride [2]int
	// Dilation is the step between elements of one window; at least 1.
	Dilation [2]int
	// Padding is what is added before and after each dimension.
	Padding [2][2]int
}

// Output returns how many windows fit along a spatial dimension of the given
// extent; none without a stride.
func (w Window) Output(dimension, extent int) int {
	if w.Stride[dimension] < 1 {
		return 0
	}
	room := extent + w.Padding[dimension][0] + w.Padding[dimension][1] - dilated(w.Size[dimension], w.Dilation[dimension])
	if room < 0 {
		return 0
	}
	return room/w.Stride[dimension] + 1
}

// At returns the input position that element of a window reads along a
// dimension; it may lie outside, in the padding.
func (w Window) At(dimension, window, element int) int {
	return window*w.Stride[dimension] + element*w.Dilation[dimension] - w.Padding[dimension][0]
}

func (w Window) check() error {
	for i := range 2 {
		if w.Size[i] < 1 || w.Stride[i] < 1 || w.Dilation[i] < 1 ||
			max(w.Size[i], w.Stride[i], w.Dilation[i]) > maxExtent>>8 {
			return fmt.Errorf("window of size %v, stride %v and dilation %v; each must be from 1 to %d", w.Size, w.Stride, w.Dilation, maxExtent>>8)
		}
		for _, padding := range w.Padding[i] {
			if padding < 0 || padding > maxExtent {
				return fmt.Errorf("padding %v must be from 0 to %d", w.Padding, maxExtent)
			}
		}
	}
	return nil
}

// output returns the extents of the result over pictures.
func (w Window) output(height, width int) ([2]int, error) {
	if err := w.check(); err != nil {
		return [2]int{}, err
	}
	if height < 0 || width < 0 {
		return [2]int{}, fmt.Errorf("only the first dimension of pictures can be the batch")
	}
	output := [2]int{w.Output(0, height), w.Output(1, width)}
	if output[0] < 1 || output[1] < 1 {
		return output, fmt.Errorf("a window of %dx%d with dilation %v and padding %v does not fit into %dx%d",
			w.Size[0], w.Size[1], w.Dilation, w.Padding, height, width)
	}
	return output, nil
}

// SamePadding returns TensorFlow's padding "same" along one dimension: as many
// windows as ⌈extent/stride⌉, the odd element of padding behind. It is none
// where there is nothing to pad, or no stride.
func SamePadding(extent, size, stride, dilation int) [2]int {
	if extent < 1 || stride < 1 {
		return [2]int{}
	}
	total := max((windows(extent, stride)-1)*stride+dilated(size, dilation)-extent, 0)
	return [2]int{total / 2, total - total/2}
}

// Convolution slides kernels over pictures, as deep learning means it
// (cross-correlation):
//
//	out[n,i,j,o] = Σ x[n, i·s-p+k·d, j·s-p+l·d, c] · w[k,l,c,o]
//
// with x (batch, height, width, channels), w (height, width, channels/groups,
// filters). With Groups g the channels and the filters fall into g equal
// parts, each of which sees only its own.
type Convolution struct {
	primitive
	Window
	Groups int
}

// Convolve applies a convolution to pictures x and kernels w. The window's
// size must be the kernels'.
func Convolve(c Convolution, x, w *Node) *Node { return Apply(c, x, w) }

func (Convolution) Name() string { return "convolution" }

func (c Convolution) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 2); err != nil {
		return Type{}, err
	}
	x, w := operands[0], operands[1]
	if len(x.Shape) != 4 || len(w.Shape) != 4 {
		return Type{}, fmt.Errorf("expected pictures (batch, height, width, channels) and kernels (height, width, channels, filters)")
	}
	output, err := c.output(x.Shape[1], x.Shape[2])
	if err != nil {
		return Type{}, err
	}
	result := Type{x.DType, tensor.Shape{x.Shape[0], output[0], output[1], w.Shape[3]}}
	return result, c.agree(x, w, result)
}

// agree checks that pictures, kernels and result fit one another, whichever of
// them is being computed.
func (c Convolution) agree(x, w, y Type) error {
	if err := expectFloat(x, w, y); err != nil {
		return err
	}
	if len(x.Shape) != 4 || len(w.Shape) != 4 || len(y.Shape) != 4 {
		return fmt.Errorf("expected 4 dimensions for pictures, kernels and result")
	}
	output, err := c.output(x.Shape[1], x.Shape[2])
	if err != nil {
		return err
	}
	channels, filters := x.Shape[3], w.Shape[3]
	switch {
	case channels < 0 || filters < 0:
		return fmt.Errorf("the number of channels must be known, pictures are %v, kernels %v", x.Shape, w.Shape)
	case w.Shape[0] != c.Size[0] || w.Shape[1] != c.Size[1]:
		return fmt.Errorf("kernels %v are not of the window's size %v", w.Shape, c.Size)
	case c.Groups < 1 || channels%c.Groups != 0 || filters%c.Groups != 0:
		return fmt.Errorf("%d channels and %d filters do not divide into %d groups", channels, filters, c.Groups)
	case w.Shape[2] != channels/c.Groups:
		return fmt.Errorf("kernels take %d channels, the pictures have %d in %d group(s)", w.Shape[2], channels, c.Groups)
	}
	if expected := (tensor.Shape{x.Shape[0], output[0], output[1], filters}); !y.Shape.Equal(expected) {
		return fmt.Errorf("the result is %v, expected %v", y.Shape, expected)
	}
	return nil
}

func (c Convolution) Gradient(n, upstream *Node) []*Node {
	x, w := n.operands[0], n.operands[1]
	return []*Node{
		Apply(ConvolutionInput{Convolution: c, Height: x.Shape()[1], Width: x.Shape()[2]}, upstream, w),
		Apply(ConvolutionFilter{Convolution: c}, x, upstream),
	}
}

func (c Convolution) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	x, w := operands[0], operands[1]
	c.connect(x.Shape, w.Shape, out.Shape, func(xi, wi, yi int) { out.Values[yi] += x.Values[xi] * w.Values[wi] })
	return out, nil
}

// connect visits every product of the convolution: the positions in pictures,
// kernels and result. The three operations differ in which of them they add to.
func (c Convolution) connect(x, w, y tensor.Shape, visit func(xi, wi, yi int)) {
	perGroup := w[3] / c.Groups
	each(y, func(yi int, at []int) {
		group := at[3] / perGroup
		for k := range c.Size[0] {
			row := c.At(0, at[1], k)
			for l := range c.Size[1] {
				column := c.At(1, at[2], l)
				if row < 0 || row >= x[1] || column < 0 || column >= x[2] {
					continue
				}
				for ch := range w[2] {
					xi := ((at[0]*x[1]+row)*x[2]+column)*x[3] + group*w[2] + ch
					wi := ((k*c.Size[1]+l)*w[2]+ch)*w[3] + at[3]
					visit(xi, wi, yi)
				}
			}
		}
	})
}

// ConvolutionInput is the gradient of a convolution with respect to its
// pictures, given the gradient of its result (first operand) and the kernels
// (second): the transposed convolution.
type ConvolutionInput struct {
	Convolution
	// Height and Width of the pictures, which the result alone leaves open.
	Height, Width int
}

func (ConvolutionInput) Name() string { return "convolution_input" }

func (c ConvolutionInput) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 2); err != nil {
		return Type{}, err
	}
	y, w := operands[0], operands[1]
	if len(y.Shape) != 4 || len(w.Shape) != 4 || c.Groups < 1 || c.Groups > maxExtent {
		return Type{}, fmt.Errorf("expected 4 dimensions and at least one group")
	}
	x := Type{y.DType, tensor.Shape{y.Shape[0], c.Height, c.Width, w.Shape[2] * c.Groups}}
	return x, c.agree(x, w, y)
}

func (c ConvolutionInput) Gradient(n, upstream *Node) []*Node {
	y, w := n.operands[0], n.operands[1]
	return []*Node{
		Convolve(c.Convolution, upstream, w),
		Apply(ConvolutionFilter{Convolution: c.Convolution}, upstream, y),
	}
}

func (c ConvolutionInput) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	y, w := operands[0], operands[1]
	c.connect(out.Shape, w.Shape, y.Shape, func(xi, wi, yi int) { out.Values[xi] += y.Values[yi] * w.Values[wi] })
	return out, nil
}

// ConvolutionFilter is the gradient of a convolution with respect to its
// kernels, given the pictures (first operand) and the gradient of its result
// (second).
type ConvolutionFilter struct {
	Convolution
}

func (ConvolutionFilter) Name() string { return "convolution_filter" }

func (c ConvolutionFilter) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 2); err != nil {
		return Type{}, err
	}
	x, y := operands[0], operands[1]
	if len(x.Shape) != 4 || len(y.Shape) != 4 || c.Groups < 1 {
		return Type{}, fmt.Errorf("expected 4 dimensions and at least one group")
	}
	w := Type{x.DType, tensor.Shape{c.Size[0], c.Size[1], x.Shape[3] / c.Groups, y.Shape[3]}}
	return w, c.agree(x, w, y)
}

func (c ConvolutionFilter) Gradient(n, upstream *Node) []*Node {
	x, y := n.operands[0], n.operands[1]
	return []*Node{
		Apply(ConvolutionInput{Convolution: c.Convolution, Height: x.Shape()[1], Width: x.Shape()[2]}, y, upstream),
		Convolve(c.Convolution, x, upstream),
	}
}

func (c ConvolutionFilter) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	x, y := operands[0], operands[1]
	c.connect(x.Shape, out.Shape, y.Shape, func(xi, wi, yi int) { out.Values[wi] += x.Values[xi] * y.Values[yi] })
	return out, nil
}
