package blocks

import "github.com/lince-ml/lince/layers"

// Channels returns how many channels a value has, 0 if that is not known yet.
func Channels(x layers.Value) int {
	shape := x.Shape()
	if len(shape) == 0 {
		return 0
	}
	return shape[len(shape)-1]
}

// Divisible rounds a number of channels to a multiple of divisor, not below
// the divisor and not more than a tenth down: how networks of several widths
// come to even numbers.
func Divisible(channels float64, divisor int) int {
	rounded := max(divisor, int(channels+float64(divisor)/2)/divisor*divisor)
	if float64(rounded) < 0.9*channels {
		rounded += divisor
	}
	return rounded
}

// CorrectPad returns the border to put around pictures before a convolution
// of stride 2 with valid padding (keras.applications' correct_pad): half of
// the kernel, one less at the top where the height is even or varies, and at
// the left where the width does.
func CorrectPad(x layers.Value, kernel int) *layers.Border {
	b, shape := layers.Around(kernel/2), x.Shape()
	if len(shape) != 4 {
		return b
	}
	if shape[1] < 0 || shape[1]%2 == 0 {
		b.Top--
	}
	if shape[2] < 0 || shape[2]%2 == 0 {
		b.Left--
	}
	return b
}
