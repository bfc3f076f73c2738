package data

import (
	"math"

	"github.com/lince-ml/lince/tensor"
)

// maxClasses bounds what is taken for a class number rather than a quantity.
const maxClasses = 1 << 16

// countClasses returns the samples of each class, of targets that are class
// numbers or one-hot rows; nil for all others.
func countClasses(targets *tensor.Tensor) []int {
	samples := targets.Shape()[0]
	if samples == 0 || targets.Rank() > 2 {
		return nil
	}
	values := targets.Float64s()
	width := len(values) / samples
	if width == 0 {
		return nil
	}
	counts := make([]int, width)
	for row := range samples {
		class, ok := classOf(values[row*width : (row+1)*width])
		if !ok {
			return nil
		}
		for class >= len(counts) {
			counts = append(counts, 0)
		}
		counts[class]++
	}
	return counts
}

// classOf returns the class of one sample and whether it has one: the only 1
// among zeros, or the number itself.
func classOf(row []float64) (int, bool) {
	if len(row) == 1 {
		class := row[0]
		return int(class), class == math.Trunc(class) && class >= 0 && class < maxClasses
	}
	class := -1
	for i, value := range row {
		switch {
		case value == 0:
		case value == 1 && class < 0:
			class = i
		default:
			return 0, false
		}
	}
	return max(class, 0), class >= 0
}
