package jsontensor

import (
	"math"
	"strconv"
)

// Append writes the values of a shape as nested lists, a bare number for the
// empty shape, and returns what is left of the values. NaN and infinities are
// written as Tensor reads them.
func Append(text []byte, values []float32, shape []int) (written []byte, rest []float32) {
	if len(shape) == 0 {
		return appendNumber(text, float64(values[0])), values[1:]
	}
	text = append(text, '[')
	for i := range shape[0] {
		if i > 0 {
			text = append(text, ',')
		}
		text, values = Append(text, values, shape[1:])
	}
	return append(text, ']'), values
}

func appendNumber(text []byte, value float64) []byte {
	switch {
	case math.IsNaN(value):
		return append(text, "NaN"...)
	case math.IsInf(value, 1):
		return append(text, "Infinity"...)
	case math.IsInf(value, -1):
		return append(text, "-Infinity"...)
	}
	return strconv.AppendFloat(text, value, 'g', -1, 32)
}
