package applications

import (
	"strconv"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications/blocks"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
)

// cells makes NASNet's cells. Keras numbers some of their layers in the order
// of their making, which the connections of a cell do not tell.
type cells struct{ counts map[string]int }

func (c cells) numbered(class string) string {
	n := c.counts[class]
	c.counts[class]++
	if n == 0 {
		return class
	}
	return class + "_" + strconv.Itoa(n)
}

// normal is the cell that keeps the size (figure 4 of the paper): five sums
// side by side of what two cells before it have made.
func (c cells) normal(x, previous layers.Value, filters int, id string) layers.Value {
	p := c.adjusted(previous, x, filters, id)
	h := c.squeezed(x, filters, "normal_conv_1_"+id, "normal_bn_1_"+id)
	add := func(number int, a, b layers.Value) layers.Value {
		return layers.Apply(layers.Add{Name: "normal_add_" + strconv.Itoa(number) + "_" + id}, a, b)
	}
	mean := func(x layers.Value, side string) layers.Value {
		return layers.Apply(cellMean("normal_"+side+"_"+id), x)
	}
	left := c.separable(h, filters, 5, 1, "normal_left1_"+id)
	x1 := add(1, left, c.separable(p, filters, 3, 1, "normal_right1_"+id))
	left = c.separable(p, filters, 5, 1, "normal_left2_"+id)
	x2 := add(2, left, c.separable(p, filters, 3, 1, "normal_right2_"+id))
	x3 := add(3, mean(h, "left3"), p)
	x4 := add(4, mean(p, "left4"), mean(p, "right4"))
	x5 := add(5, c.separable(h, filters, 3, 1, "normal_left5_"+id), h)
	return layers.Apply(layers.Concatenate{Name: "normal_concat_" + id}, p, x1, x2, x3, x4, x5)
}

// reduction is the cell that halves the size.
func (c cells) reduction(x, previous layers.Value, filters int, id string) layers.Value {
	p := c.adjusted(previous, x, filters, id)
	h := c.squeezed(x, filters, "reduction_conv_1_"+id, "reduction_bn_1_"+id)
	padded := layers.Apply(layers.ZeroPadding2D{Padding: blocks.CorrectPad(h, 3), Name: "reduction_pad_1_" + id}, h)
	largest := func(side string) layers.Value {
		return layers.Apply(layers.MaxPooling2D{Pool: layers.Square(3), Strides: layers.Square(2), Name: "reduction_" + side + "_" + id}, padded)
	}
	add := func(name string, a, b layers.Value) layers.Value { return layers.Apply(layers.Add{Name: name}, a, b) }

	left := c.separable(h, filters, 5, 2, "reduction_left1_"+id)
	x1 := add("reduction_add_1_"+id, left, c.separable(p, filters, 7, 2, "reduction_right1_"+id))
	x2 := add("reduction_add_2_"+id, largest("left2"), c.separable(p, filters, 7, 2, "reduction_right2_"+id))
	mean := layers.Apply(layers.AveragePooling2D{Pool: layers.Square(3), Strides: layers.Square(2), Name: "reduction_left3_" + id}, padded)
	x3 := add("reduction_add3_"+id, mean, c.separable(p, filters, 5, 2, "reduction_right3_"+id))
	x4 := add(c.numbered("add"), x2, layers.Apply(cellMean("reduction_left4_"+id), x1))
	x5 := add("reduction_add4_"+id, c.separable(x1, filters, 3, 1, "reduction_left4_"+id), largest("right5"))
	return layers.Apply(layers.Concatenate{Name: "reduction_concat_" + id}, x2, x3, x4, x5)
}

// adjusted brings what the cell before the last made to the size and the
// channels of what the last one made.
func (c cells) adjusted(previous, x layers.Value, filters int, id string) layers.Value {
	from, to := previous.Shape(), x.Shape()
	switch {
	case previous == x || len(from) != 4 || len(to) != 4:
		return previous
	case from[2] != to[2]:
		return c.halved(previous, filters, id)
	case from[3] != filters:
		return c.squeezed(previous, filters, "adjust_conv_projection_"+id, "adjust_bn_"+id)
	}
	return previous
}

// halved takes every second pixel, and beside them those in between.
func (c cells) halved(x layers.Value, filters int, id string) layers.Value {
	x = layers.Apply(layers.Activation{Of: activations.ReLU, Name: "adjust_relu_1_" + id}, x)
	half := func(x layers.Value, number string) layers.Value {
		x = layers.Apply(layers.AveragePooling2D{Pool: layers.Square(1), Strides: layers.Square(2), Name: "adjust_avg_pool_" + number + "_" + id}, x)
		return layers.Apply(cellConv(filters/2, "adjust_conv_"+number+"_"+id), x)
	}
	first := half(x, "1")
	moved := layers.Apply(layers.ZeroPadding2D{Padding: &layers.Border{Bottom: 1, Right: 1}, Name: c.numbered("zero_padding2d")}, x)
	moved = layers.Apply(layers.Cropping2D{Cropping: &layers.Border{Top: 1, Left: 1}, Name: c.numbered("cropping2d")}, moved)
	x = layers.Apply(layers.Concatenate{Name: c.numbered("concatenate")}, first, half(moved, "2"))
	return cellNorm(x, "adjust_bn_"+id)
}

// squeezed brings a value to a number of channels.
func (c cells) squeezed(x layers.Value, filters int, convolution, norm string) layers.Value {
	x = layers.Apply(layers.Activation{Of: activations.ReLU, Name: c.numbered("activation")}, x)
	return cellNorm(layers.Apply(cellConv(filters, convolution), x), norm)
}

// separable is two separable convolutions, of which the first has the stride.
func (c cells) separable(x layers.Value, filters, kernel, stride int, id string) layers.Value {
	x = layers.Apply(layers.Activation{Of: activations.ReLU, Name: c.numbered("activation")}, x)
	first := layers.SeparableConv2D{
		Filters: filters, Kernel: layers.Square(kernel), Strides: layers.Square(stride), Padding: layers.Same, NoBias: true, Name: "separable_conv_1_" + id,
	}
	if stride > 1 {
		x = layers.Apply(layers.ZeroPadding2D{Padding: blocks.CorrectPad(x, kernel), Name: "separable_conv_1_pad_" + id}, x)
		first.Padding = layers.Valid
	}
	x = cellNorm(layers.Apply(first, x), "separable_conv_1_bn_"+id)
	x = layers.Apply(layers.Activation{Of: activations.ReLU, Name: c.numbered("activation")}, x)
	x = layers.Apply(layers.SeparableConv2D{
		Filters: filters, Kernel: layers.Square(kernel), Padding: layers.Same, NoBias: true, Name: "separable_conv_2_" + id,
	}, x)
	return cellNorm(x, "separable_conv_2_bn_"+id)
}

func cellConv(filters int, name string) layers.Conv2D {
	return layers.Conv2D{
		Filters: filters, Kernel: layers.Square(1), Padding: layers.Same, NoBias: true, KernelInitializer: initializers.HeNormal{}, Name: name,
	}
}

func cellNorm(x layers.Value, name string) layers.Value {
	return layers.Apply(layers.BatchNormalization{Momentum: new(0.9997), Name: name}, x)
}

// cellMean is the mean of 3×3 pixels, at the same size.
func cellMean(name string) layers.AveragePooling2D {
	return layers.AveragePooling2D{Pool: layers.Square(3), Strides: layers.Square(1), Padding: layers.Same, Name: name}
}
